//! The links by which readers of e-mails say "no more" (RFC 8058), as mail programs, people and scanners use them.

use super::{
    people::{approve, batch, come, make, notes},
    relay::Relay,
};
use crate::support::{
    http::{exchange, get},
    service::TestService,
};
use gratitude::{
    config::{Config, Encryption, Route},
    proto::v1 as pb,
};
use pb::customer_service_client::CustomerServiceClient;

fn by_smtp(config: &mut Config, relay: &Relay) {
    config.delivery.routes.email = Route::Smtp;
    config.delivery.public_url = "https://thanks.example.com".to_owned();
    config.delivery.smtp.host = "localhost".to_owned();
    config.delivery.smtp.port = relay.port();
    config.delivery.smtp.encryption = Encryption::None;
    config.delivery.smtp.from = "ok@shop.example".to_owned();
}

/// The path of the link in a mail.
fn path(content: &str) -> String {
    let link = content.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: <https://thanks.example.com"));
    link.expect("every mail has one").trim_end_matches('>').to_owned()
}

async fn refusals(service: &TestService, customer: &str) -> usize {
    let request = pb::GetCustomerRequest { name: customer.to_owned() };
    let customer = CustomerServiceClient::new(service.channel()).get_customer(request).await;
    let consents = customer.expect("there").into_inner().consents;
    consents.iter().filter(|consent| consent.state() == pb::consent::State::Refused).count()
}

both_engines! {
    async fn p6_one_click_withdraws_the_consent_and_looking_at_the_page_does_not(database) {
        let test = "p6_one_click_withdraws_the_consent_and_looking_at_the_page_does_not";
        let Some(relay) = Relay::start(test, &[]) else { return };
        let service = TestService::with(database, |config| by_smtp(config, &relay)).await;
        come(service.channel(), 1).await;
        let name = make(service.channel()).await;
        service.advance("1s").await;
        approve(service.channel(), &name).await;
        service.advance("1s").await;
        let customer = notes(service.channel(), &name, "").await[0].customer.clone();
        let path = path(&relay.contents()[0]);

        let page = get(service.address(), &path).await;
        assert_eq!((page.status, page.cookies().len()), (200, 0));
        assert!(page.text().contains("<form method=\"post\">") && !page.text().contains("Ana"), "{}", page.text());
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert_eq!(refusals(&service, &customer).await, 0, "scanners open every link");

        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            // A browser says where the page came from that posts; the link holds its own right.
            ("origin", "https://thanks.example.com"),
            ("accept-language", "de-CH"),
        ];
        for _ in 0..2 {
            let done =
                exchange(service.address(), "POST", &path, &headers, b"List-Unsubscribe=One-Click").await;
            assert_eq!((done.status, done.cookies().len()), (200, 0), "no redirect, no cookie");
            assert!(done.text().contains("Sie erhalten"), "{}", done.text());
            assert_eq!(refusals(&service, &customer).await, 1, "saying so again changes nothing");
        }
        let again = make(service.channel()).await;
        service.advance("1s").await;
        let again = batch(service.channel(), &again).await;
        assert_eq!((again.skipped_count, again.composed_count), (1, 0), "{again:?}");
        service.stop().await;
    }

    async fn p6_a_link_of_nobody_withdraws_nothing(database) {
        let service = TestService::start(database).await;
        for path in ["/u/abc", "/u/AQ", "/u/%00", &format!("/u/{}", "A".repeat(900))] {
            for method in ["GET", "POST"] {
                let answer = exchange(service.address(), method, path, &[], b"").await;
                assert_eq!(answer.status, 404, "{method} {path}");
            }
        }
        let tested = exchange(service.address(), "POST", "/u/test", &[], b"").await;
        assert_eq!(tested.status, 200, "that of a mail that was only a test");
        service.stop().await;
    }
}

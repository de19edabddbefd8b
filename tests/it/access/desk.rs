//! Staff sign in at a desk with a PIN.

use std::net::SocketAddr;

use gratitude::proto::v1 as pb;
use prost::Message;
use serde_json::{Value, json};

use super::{SHOP, admin, key, locked, made};
use crate::support::{http, service::TestService};

const PATH: &str = "/desk/session";

/// Adds somebody with a PIN.
async fn employ(service: &TestService, by: &str, id: &str, role: pb::Role, locations: &[&str]) -> pb::StaffMember {
    let staff_member = pb::StaffMember {
        display_name: id.to_uppercase(),
        role: role.into(),
        locations: locations.iter().map(|it| (*it).to_owned()).collect(),
        ..pb::StaffMember::default()
    };
    let request = pb::CreateStaffMemberRequest {
        staff_member_id: id.to_owned(),
        staff_member: Some(staff_member),
        ..pb::CreateStaffMemberRequest::default()
    };
    let added = admin(service, by).create_staff_member(request).await.expect("added").into_inner();
    let name = added.staff_member.expect("it is returned").name;
    let pin = pb::SetStaffPinRequest { name, pin: "4711".to_owned() };
    admin(service, by).set_staff_pin(pin).await.expect("a PIN").into_inner()
}

/// A browser: it keeps cookies, and says what page asks.
struct Browser {
    server: SocketAddr,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn at(service: &TestService) -> Self {
        Self { server: service.address(), cookies: Vec::new() }
    }

    async fn ask(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> http::Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (cookies, origin) = (cookies.join("; "), format!("http://{}", self.server));
        let headers = [("origin", origin.as_str()), ("cookie", &cookies), ("content-type", kind)];
        let answer = http::exchange(self.server, method, path, &headers, body).await;
        for line in answer.cookies() {
            let (pair, _) = line.split_once(';').expect("with attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            assert!(line.contains("HttpOnly; SameSite=Strict"), "{line}");
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    async fn sign_in(&mut self, key: Option<&str>, staff: &str, pin: &str) -> http::Answer {
        let said = json!({ "key": key, "staff": staff, "pin": pin }).to_string();
        self.ask("POST", PATH, "application/json", said.as_bytes()).await
    }

    async fn state(&mut self) -> Value {
        let answer = self.ask("GET", PATH, "", b"").await;
        assert_eq!((answer.status, answer.headers["cache-control"].as_str()), (200, "no-store"));
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// Calls a method over gRPC-Web, and returns its status.
    async fn call(&mut self, method: &str, request: &impl Message) -> u32 {
        let message = request.encode_to_vec();
        let mut body = vec![0];
        body.extend_from_slice(&u32::try_from(message.len()).expect("small").to_be_bytes());
        body.extend_from_slice(&message);
        let answer = self.ask("POST", &format!("/gratitude.v1.{method}"), "application/grpc-web+proto", &body).await;
        let in_body = answer.text();
        let status = answer.headers.get("grpc-status").cloned().or_else(|| {
            let (_, rest) = in_body.split_once("grpc-status:")?;
            Some(rest.chars().take_while(char::is_ascii_digit).collect())
        });
        status.expect("a status").parse().expect("a number")
    }

    async fn lists_customers(&mut self) -> u32 {
        self.call("CustomerService/ListCustomers", &pb::ListCustomersRequest::default()).await
    }
}

both_engines! {
    async fn staff_sign_in_with_a_pin_and_out_again(database) {
        let (service, operator) = locked(database).await;
        let (_, desk) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        employ(&service, &operator, "ana", pb::Role::Desk, &[]).await;
        let mut browser = Browser::at(&service);
        let state = browser.state().await;
        assert_eq!((&state["required"], &state["enrolled"], &state["staff"]), (&json!(true), &json!(false), &Value::Null));
        assert_eq!(browser.lists_customers().await, 16, "nobody is signed in");

        assert_eq!(browser.sign_in(None, "ana", "4711").await.status, 401, "no key was shown");
        assert_eq!(browser.sign_in(Some(&desk), "ana", "4712").await.status, 401);
        assert_eq!(browser.sign_in(Some(&desk), "nobody", "4711").await.status, 401);
        assert_eq!(browser.sign_in(Some(&desk), "ana", "4711").await.status, 204);
        let state = browser.state().await;
        assert_eq!((&state["staff"], &state["display_name"], &state["role"]), (&json!("ana"), &json!("ANA"), &json!("desk")));
        assert_eq!((&state["location"], &state["enrolled"]), (&json!(SHOP), &json!(true)));
        assert_eq!(state["called"], json!("ana"), "as the records have them");
        assert_eq!(browser.lists_customers().await, 0);

        assert_eq!(browser.ask("DELETE", PATH, "", b"").await.status, 204);
        assert_eq!(browser.lists_customers().await, 16);
        assert_eq!(browser.sign_in(None, "ana", "4711").await.status, 204, "the browser has shown the key before");
        assert_eq!(browser.lists_customers().await, 0);
        service.advance_with(&operator, "13h").await;
        assert_eq!(browser.lists_customers().await, 16, "a shift is over");
        service.stop().await;
    }

    async fn a_session_ends_with_the_pin_the_season_and_the_key(database) {
        let (service, operator) = locked(database).await;
        let (desk, token) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        let ana = employ(&service, &operator, "ana", pb::Role::Desk, &[]).await;
        let mut browser = Browser::at(&service);
        browser.sign_in(Some(&token), "ana", "4711").await;
        assert_eq!(browser.lists_customers().await, 0);
        let pin = pb::SetStaffPinRequest { name: ana.name.clone(), pin: "271828".to_owned() };
        let ana = admin(&service, &operator).set_staff_pin(pin).await.expect("another PIN").into_inner();
        assert_eq!(browser.lists_customers().await, 16, "signed in by the old one");

        browser.sign_in(None, "ana", "271828").await;
        assert_eq!(browser.lists_customers().await, 0);
        let end = prost_types::Timestamp { seconds: service.now().as_second() + 3_600, nanos: 0 };
        let season = pb::StaffMember { end_time: Some(end), ..ana };
        let request = pb::UpdateStaffMemberRequest { staff_member: Some(season), ..Default::default() };
        admin(&service, &operator).update_staff_member(request).await.expect("a season");
        assert_eq!(browser.lists_customers().await, 0);
        service.advance_with(&operator, "1h").await;
        assert_eq!(browser.lists_customers().await, 16, "the season is over");
        assert_eq!(browser.sign_in(None, "ana", "271828").await.status, 401);

        employ(&service, &operator, "mina", pb::Role::Manager, &[]).await;
        assert_eq!(browser.sign_in(None, "mina", "4711").await.status, 204);
        assert_eq!(browser.lists_customers().await, 0);
        admin(&service, &operator).revoke_api_key(pb::RevokeApiKeyRequest { name: desk.name }).await.expect("revoked");
        assert_eq!(browser.lists_customers().await, 16, "the desk's key is gone");
        assert_eq!(browser.state().await["enrolled"], json!(false));
        service.stop().await;
    }

    async fn wrong_pins_cost_more_and_more_time(database) {
        let (service, operator) = locked(database).await;
        let (_, token) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        employ(&service, &operator, "ana", pb::Role::Desk, &[]).await;
        let mut browser = Browser::at(&service);
        for _ in 0..5 {
            assert_eq!(browser.sign_in(Some(&token), "ana", "9999").await.status, 401);
        }
        let waits = browser.sign_in(Some(&token), "ana", "4711").await;
        assert_eq!(waits.status, 429, "also with the right one");
        assert!(waits.headers["retry-after"].parse::<u32>().expect("seconds") <= 31);
        service.advance_with(&operator, "31s").await;
        assert_eq!(browser.sign_in(Some(&token), "ana", "4711").await.status, 204);
        assert_eq!(browser.sign_in(Some(&token), "ana", "9999").await.status, 401, "counted from the beginning again");
        assert_eq!(browser.sign_in(Some(&token), "ana", "4711").await.status, 204);
        service.stop().await;
    }

    async fn a_manager_is_one_at_any_desk_and_staff_only_where_they_work(database) {
        let (service, operator) = locked(database).await;
        let (_, token) = made(&service, &operator, key(pb::Role::Desk, &[SHOP])).await;
        let (_, till) = made(&service, &operator, key(pb::Role::Service, &[])).await;
        employ(&service, &operator, "mina", pb::Role::Manager, &[]).await;
        employ(&service, &operator, "otto", pb::Role::Desk, &["locations/far-away"]).await;
        let mut browser = Browser::at(&service);
        assert_eq!(browser.sign_in(Some(&token), "otto", "4711").await.status, 401, "he works elsewhere");
        assert_eq!(browser.sign_in(Some(&till), "mina", "4711").await.status, 401, "a till is no desk");
        assert_eq!(browser.sign_in(Some(&token), "mina", "4711").await.status, 204);
        assert_eq!(browser.state().await["role"], json!("manager"));
        service.stop().await;
    }

    async fn a_session_counts_only_for_the_page_that_was_served_here(database) {
        let (service, operator) = locked(database).await;
        let (_, token) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        employ(&service, &operator, "ana", pb::Role::Desk, &[]).await;
        let mut browser = Browser::at(&service);
        browser.sign_in(Some(&token), "ana", "4711").await;
        let (_, session) = browser.cookies.iter().find(|(name, _)| name == "gratitude_desk").expect("signed in");
        let cookie = format!("gratitude_desk={session}");
        let ask = async |headers: &[(&str, &str)]| {
            let mut all = vec![("cookie", cookie.as_str()), ("content-type", "application/grpc-web+proto")];
            all.extend_from_slice(headers);
            let path = "/gratitude.v1.CustomerService/ListCustomers";
            let answer = http::exchange(service.address(), "POST", path, &all, b"\0\0\0\0\0").await;
            answer.headers.get("grpc-status").cloned()
        };
        assert_eq!(ask(&[]).await.as_deref(), Some("16"), "no browser would leave out who asks");
        assert_eq!(ask(&[("sec-fetch-site", "cross-site")]).await.as_deref(), Some("16"));
        assert_eq!(ask(&[("origin", "https://evil.example")]).await.as_deref(), Some("7"));
        assert_ne!(ask(&[("sec-fetch-site", "same-origin")]).await.as_deref(), Some("16"));
        service.stop().await;
    }

    async fn nobody_signs_in_where_nobody_needs_to(database) {
        let service = TestService::start(database).await;
        let mut browser = Browser::at(&service);
        assert_eq!(browser.state().await["required"], json!(false));
        assert_eq!(browser.sign_in(None, "ana", "4711").await.status, 409);
        assert_eq!(browser.ask("POST", PATH, "text/plain", b"{}").await.status, 400);
        assert_eq!(browser.lists_customers().await, 0);
        service.stop().await;
    }

    async fn p12_what_is_done_at_a_desk_bears_its_key_and_who_signed_in(database) {
        let url = database.url.clone();
        let (service, operator) = locked(database).await;
        let (desk, token) = made(&service, &operator, key(pb::Role::Desk, &[])).await;
        employ(&service, &operator, "ana", pb::Role::Desk, &[]).await;
        let mut browser = Browser::at(&service);
        browser.sign_in(Some(&token), "ana", "4711").await;
        let customer = pb::Customer { display_name: "Ada".to_owned(), ..pb::Customer::default() };
        let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
        assert_eq!(browser.call("CustomerService/CreateCustomer", &request).await, 0);
        let connection = sea_orm::Database::connect(&url).await.expect("the database can be reached");
        use sea_orm::ConnectionTrait;
        let sql = "SELECT actor, on_behalf_of FROM events WHERE kind = 'customer.created'";
        let row = connection.query_one_raw(sea_orm::Statement::from_string(connection.get_database_backend(), sql));
        let row = row.await.expect("it can be asked").expect("one event");
        let who: (String, String) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        assert_eq!(who, (desk.name, "ana".to_owned()));
        connection.close().await.expect("the connection closes");
        service.stop().await;
    }
}

//! Records of one person are found, and those of two kept apart.

use gratitude::proto::v1 as pb;
use tonic::Code;

use super::{customers, fields, shop};
use crate::support::service::TestService;
use pb::find_duplicates_request::Rule;

type Day = (i32, i32, i32);

async fn record(service: &TestService, given: &str, family: &str, born: Option<Day>, street: &str) -> String {
    let post = pb::PostalAddress {
        region_code: "GB".to_owned(),
        postal_code: "LS1 4AP".to_owned(),
        locality: "Leeds".to_owned(),
        address_lines: vec![street.to_owned()],
        ..pb::PostalAddress::default()
    };
    let customer = pb::Customer {
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        birth_date: born.map(|(year, month, day)| pb::CalendarDate { year, month, day }),
        contact_points: vec![pb::ContactPoint {
            address: Some(pb::contact_point::Address::Post(post)),
            ..pb::ContactPoint::default()
        }],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    made.customer.expect("it is returned").name
}

/// A street of people, none of whom is another.
async fn street(service: &TestService) {
    for (n, (given, family)) in (1..).zip([
        ("Ada", "Okafor"),
        ("Bea", "Novak"),
        ("Chidi", "Larsen"),
        ("Dora", "Quint"),
        ("Emil", "Okafor"),
        ("Fay", "Novak"),
        ("Gus", "Petrov"),
        ("Hal", "Ibsen"),
    ]) {
        record(service, given, family, Some((1950 + n, n, n)), &format!("{n} Mill Lane")).await;
    }
}

/// All pairs, by pages of so many customers.
async fn pairs(service: &TestService, rule: Rule, page_size: i32) -> Vec<pb::DuplicatePair> {
    let mut request = pb::FindDuplicatesRequest { rule: rule.into(), page_size, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = customers(service).find_duplicates(request.clone()).await.expect("a page").into_inner();
        found.extend(page.pairs);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}

both_engines! {
    async fn both_of_a_pair_are_shown_as_people_of_their_script_write_them(database) {
        let service = shop(database).await;
        street(&service).await;
        for family in ["王", "王"] {
            record(&service, "小明", family, Some((1980, 5, 12)), "12 Lime Street").await;
        }
        let found = pairs(&service, Rule::Broad, 500).await;
        let [pair] = found.as_slice() else { panic!("one pair: {found:?}") };
        assert_eq!([pair.display_name.as_str(), pair.other_display_name.as_str()], ["王小明", "王小明"]);
        service.stop().await;
    }

    async fn records_of_one_person_are_found_with_reasons(database) {
        let service = shop(database).await;
        street(&service).await;
        let first = record(&service, "Jürgen", "Hallervorden", Some((1980, 5, 12)), "12 Lime Street").await;
        let again = record(&service, "Juergen", "Halervorden", Some((1980, 12, 5)), "12 Lime Street").await;
        let broad = pairs(&service, Rule::Broad, 3).await;
        assert_eq!(broad.len(), 1, "{broad:?}");
        let pair = &broad[0];
        // Which of them is the older is not known: both were made in one instant of a clock that stands still.
        let both = std::collections::BTreeSet::from([&pair.customer, &pair.other]);
        assert_eq!(both, [&first, &again].into());
        assert!(pair.bits > pair.needed_bits && pair.needed_bits > 1.0, "{pair:?}");
        let reasons: Vec<_> = pair.evidence.iter().map(|it| it.reason.as_str()).collect();
        assert!(reasons.contains(&"birthday with day and month swapped"), "{reasons:?}");
        assert_eq!(pairs(&service, Rule::Broad, 500).await, broad, "however it is paged");

        let request = pb::FindDuplicatesRequest { customer: first.clone(), ..Default::default() };
        let of_one = customers(&service).find_duplicates(request).await.expect("a page").into_inner().pairs;
        assert_eq!(of_one.iter().map(|it| &it.other).collect::<Vec<_>>(), [&again]);
        service.stop().await;
    }

    async fn who_is_not_the_same_is_not_suggested_again(database) {
        let service = shop(database).await;
        street(&service).await;
        let first = record(&service, "Thusnelda", "Hallervorden", None, "12 Lime Street").await;
        let other = record(&service, "Thusnelda", "Hallervorden", None, "12 Lime Street").await;
        assert_eq!(pairs(&service, Rule::Broad, 500).await.len(), 1);
        for (take_back, changed, left) in [(false, true, 0), (false, false, 0), (true, true, 1), (true, false, 1)] {
            let request = pb::MarkNotSameRequest { name: other.clone(), other: first.clone(), take_back };
            let reply = customers(&service).mark_not_same(request).await.expect("kept").into_inner();
            assert_eq!(reply.changed, changed);
            assert_eq!(pairs(&service, Rule::Broad, 500).await.len(), left);
        }
        let request = pb::MarkNotSameRequest { name: first.clone(), other: first.clone(), take_back: false };
        let status = customers(&service).mark_not_same(request).await.expect_err("one and the same");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["other".to_owned()]));
        let nobody = format!("customers/{}", uuid::Uuid::from_u128(7));
        let request = pb::MarkNotSameRequest { name: first, other: nobody, take_back: false };
        let status = customers(&service).mark_not_same(request).await.expect_err("not there");
        assert_eq!(status.code(), Code::NotFound);
        service.stop().await;
    }

    async fn a_page_looks_at_no_more_customers_than_it_says(database) {
        let service = shop(database).await;
        for n in 0..51 {
            record(&service, "Ada", &format!("Okafor{n}"), None, &format!("{n} Mill Lane")).await;
        }
        let all = pb::FindDuplicatesRequest { page_size: 500, ..Default::default() };
        let page = customers(&service).find_duplicates(all.clone()).await.expect("a page").into_inner();
        assert_ne!(page.next_page_token, "", "50 of 51 were looked at");
        let last = pb::FindDuplicatesRequest { page_token: page.next_page_token, ..all };
        let last = customers(&service).find_duplicates(last).await.expect("a page").into_inner();
        assert_eq!(last.next_page_token, "");
        service.stop().await;
    }
}

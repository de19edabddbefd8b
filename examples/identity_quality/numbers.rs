//! Telephone numbers: every spelling must find its number, and what is none must be refused with a reason.

use crate::{Outcome, sets::rows};
use gratitude::proto::v1 as pb;
use pb::{
    customer_service_client::CustomerServiceClient, identifier::Kind, location_service_client::LocationServiceClient,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use tonic::transport::Channel;

pub(crate) async fn measure(folder: &Path, channel: Channel) -> Outcome<()> {
    let mut customers = CustomerServiceClient::new(channel.clone());
    let spellings = rows(&folder.join("spellings.csv.gz"))?;
    let mut owners: BTreeMap<&str, String> = BTreeMap::new();
    for number in spellings.iter().map(|row| row["e164"].as_str()).collect::<BTreeSet<_>>() {
        let made = customers.create_customer(somebody(number)).await?.into_inner();
        owners.insert(number, made.customer.map(|customer| customer.name).unwrap_or_default());
    }
    let regions: BTreeSet<&str> =
        spellings.iter().map(|row| row["region_hint"].as_str()).filter(|it| !it.is_empty()).collect();
    for region in regions {
        let location = pb::Location {
            display_name: region.to_owned(),
            time_zone: "UTC".to_owned(),
            region_code: region.to_owned(),
            language_code: "en".to_owned(),
            currency_code: "EUR".to_owned(),
            ..pb::Location::default()
        };
        let request = pb::CreateLocationRequest {
            location_id: place(region),
            location: Some(location),
            ..pb::CreateLocationRequest::default()
        };
        LocationServiceClient::new(channel.clone()).create_location(request).await?;
    }
    let (mut found, mut missed) = (0, Vec::new());
    for row in &spellings {
        let hint = &row["region_hint"];
        let request = pb::SearchCustomersRequest {
            query: row["written_as"].clone(),
            location: if hint.is_empty() { String::new() } else { format!("locations/{}", place(hint)) },
            ..pb::SearchCustomersRequest::default()
        };
        let reply = customers.search_customers(request).await?.into_inner();
        if reply.candidates.first().map(|it| &it.customer) == owners.get(row["e164"].as_str()) {
            found += 1;
        } else {
            missed.push(row["written_as"].clone());
        }
    }
    println!("phone_numbers: {found} of {} spellings find their number", spellings.len());
    missed.iter().take(10).for_each(|spelling| println!("  missed: {spelling}"));

    let invalid = rows(&folder.join("invalid.csv.gz"))?;
    let (mut refused, mut said) = (0, 0);
    for row in &invalid {
        refused += usize::from(customers.create_customer(somebody(&row["e164"])).await.is_err());
        let request = pb::SearchCustomersRequest { query: row["e164"].clone(), ..Default::default() };
        said += usize::from(!customers.search_customers(request).await?.into_inner().no_number_because.is_empty());
    }
    println!(
        "  of {} that are none, {refused} are refused, and Search says of {said} why they are none",
        invalid.len()
    );
    Ok(())
}

fn place(region: &str) -> String {
    format!("in-{}", region.to_lowercase())
}

fn somebody(number: &str) -> pb::CreateCustomerRequest {
    let identifier = pb::Identifier { kind: Kind::Phone.into(), value: number.to_owned(), ..pb::Identifier::default() };
    pb::CreateCustomerRequest {
        customer: Some(pb::Customer { identifiers: vec![identifier], ..pb::Customer::default() }),
        on_match: pb::create_customer_request::OnMatch::CreateAnyway.into(),
        ..pb::CreateCustomerRequest::default()
    }
}

//! Precision and recall over a set of people.

use crate::{Outcome, sets::Record};
use futures_util::{StreamExt, TryStreamExt, stream};
use gratitude::proto::v1 as pb;
use pb::{customer_service_client::CustomerServiceClient, find_duplicates_request::Rule};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Instant,
};
use tonic::transport::Channel;

/// Calls under way at once.
const AT_ONCE: usize = 64;

/// Tells the service of everybody, and has it find them again.
pub(crate) async fn people(set: &str, records: &[Record], queries: usize, channel: Channel) -> Outcome<()> {
    let mut customers = CustomerServiceClient::new(channel);
    let begun = Instant::now();
    let names = create(records, &customers).await?;
    println!("{set}: {} records, written in {:.1?}", records.len(), begun.elapsed());
    let index: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let truth = pairs_of_one(records);
    for rule in [Rule::Broad, Rule::Narrow] {
        let begun = Instant::now();
        let found = duplicates(rule, &index, &mut customers).await?;
        let took = begun.elapsed();
        report(&format!("{} pairs", rule.as_str_name()), &found, &truth);
        report("  connected", &connected(&found, records.len()), &truth);
        println!("    {took:.1?}");
    }
    for (which, about) in ["by the name", "by name, town, birthday"].iter().enumerate() {
        search(which, about, records, &names, queries, &customers).await?;
    }
    Ok(())
}

async fn create(records: &[Record], customers: &CustomerServiceClient<Channel>) -> Outcome<Vec<String>> {
    let one = |record: &Record| {
        let mut customers = customers.clone();
        let request = pb::CreateCustomerRequest {
            customer: Some(record.customer.clone()),
            on_match: pb::create_customer_request::OnMatch::CreateAnyway.into(),
            ..pb::CreateCustomerRequest::default()
        };
        async move {
            // What is no address of e-mail is refused; the record is kept without it.
            let reply = match customers.create_customer(request.clone()).await {
                Err(status) if status.code() == tonic::Code::InvalidArgument => {
                    let mut request = request;
                    if let Some(customer) = &mut request.customer {
                        customer.identifiers.clear();
                        customer.birth_date = customer.birth_date.filter(|day| day.year >= 1900);
                    }
                    customers.create_customer(request).await?
                }
                reply => reply?,
            };
            Outcome::Ok(reply.into_inner().customer.map(|customer| customer.name).unwrap_or_default())
        }
    };
    stream::iter(records.iter().map(one)).buffered(AT_ONCE).try_collect().await
}

/// A pair of records, the first one first.
type Pair = (usize, usize);

fn pairs_of_one(records: &[Record]) -> BTreeSet<Pair> {
    let mut people: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        people.entry(&record.person).or_default().push(at);
    }
    people.values().flat_map(|all| pairs(all)).collect()
}

fn pairs(all: &[usize]) -> Vec<Pair> {
    all.iter().enumerate().flat_map(|(at, a)| all[at + 1..].iter().map(move |b| (*a.min(b), *a.max(b)))).collect()
}

async fn duplicates(
    rule: Rule,
    index: &HashMap<&str, usize>,
    customers: &mut CustomerServiceClient<Channel>,
) -> Outcome<BTreeSet<Pair>> {
    let mut found = BTreeSet::new();
    let mut request = pb::FindDuplicatesRequest { rule: rule.into(), page_size: 500, ..Default::default() };
    loop {
        let page = customers.find_duplicates(request.clone()).await?.into_inner();
        for pair in page.pairs {
            let (a, b) = (index[pair.customer.as_str()], index[pair.other.as_str()]);
            found.insert((a.min(b), a.max(b)));
        }
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
}

/// All pairs of records that are connected by pairs.
fn connected(found: &BTreeSet<Pair>, records: usize) -> BTreeSet<Pair> {
    let mut group: Vec<usize> = (0..records).collect();
    fn root(group: &mut [usize], mut at: usize) -> usize {
        while group[at] != at {
            group[at] = group[group[at]];
            at = group[at];
        }
        at
    }
    for (a, b) in found {
        let (a, b) = (root(&mut group, *a), root(&mut group, *b));
        group[a.max(b)] = a.min(b);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..records {
        groups.entry(root(&mut group, at)).or_default().push(at);
    }
    groups.values().flat_map(|all| pairs(all)).collect()
}

fn report(what: &str, found: &BTreeSet<Pair>, truth: &BTreeSet<Pair>) {
    let right = found.intersection(truth).count();
    let share = |of: usize| right as f64 / of.max(1) as f64;
    println!(
        "  {what:<24} precision {:.4}  recall {:.4}   {} found, {right} right, {} true",
        share(found.len()),
        share(truth.len()),
        found.len(),
        truth.len()
    );
}

/// Looks for each record's person by what stands in the record, and counts how often another record of theirs comes
/// first, or among the first five.
async fn search(
    which: usize,
    about: &str,
    records: &[Record],
    names: &[String],
    queries: usize,
    customers: &CustomerServiceClient<Channel>,
) -> Outcome<()> {
    let person: HashMap<&str, &str> =
        names.iter().zip(records).map(|(name, it)| (name.as_str(), it.person.as_str())).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    for record in records {
        *count.entry(&record.person).or_default() += 1;
    }
    let step = records.len().div_ceil(queries.max(1)).max(1);
    let asked = records.iter().zip(names).step_by(step).filter(|(it, _)| count[it.person.as_str()] > 1);
    let asked: Vec<_> = asked.filter(|(it, _)| !it.queries[which].is_empty()).collect();
    let begun = Instant::now();
    let look = |(record, name): &(&Record, &String)| {
        let (mut customers, own) = (customers.clone(), (*name).clone());
        let request = pb::SearchCustomersRequest {
            query: record.queries[which].chars().take(80).collect(),
            max_results: 6,
            ..pb::SearchCustomersRequest::default()
        };
        async move {
            let found = customers.search_customers(request).await?.into_inner().candidates;
            // The record itself is no answer.
            Outcome::Ok(found.into_iter().map(|it| it.customer).filter(|name| *name != own).collect::<Vec<_>>())
        }
    };
    let found: Vec<Vec<String>> = stream::iter(asked.iter().map(look)).buffered(AT_ONCE).try_collect().await?;
    let within = |most: usize| {
        let right = found.iter().zip(&asked).filter(|(found, (record, _))| {
            found.iter().take(most).any(|name| person.get(name.as_str()) == Some(&record.person.as_str()))
        });
        right.count() as f64 / asked.len().max(1) as f64
    };
    println!(
        "  Search {about:<24} recall@1 {:.4}  @5 {:.4}   {} asked in {:.1?}",
        within(1),
        within(5),
        asked.len(),
        begun.elapsed()
    );
    Ok(())
}

//! The sets of people, each read as a business would know them.

use crate::Outcome;
use flate2::read::GzDecoder;
use gratitude::proto::v1 as pb;
use std::{collections::HashMap, fs::File, io::Read, path::Path};

/// A record of somebody, and who that really is.
pub(crate) struct Record {
    pub(crate) customer: pb::Customer,
    pub(crate) person: String,
    /// What a person would type to find them: the name, and the name with town and birthday.
    pub(crate) queries: [String; 2],
}

pub(crate) struct Set {
    pub(crate) name: &'static str,
    file: &'static str,
    record: fn(&Row) -> Record,
}

pub(crate) const ALL: &[Set] = &[
    Set { name: "febrl_1", file: "febrl/dataset1.csv.gz", record: febrl },
    Set { name: "febrl_2", file: "febrl/dataset2.csv.gz", record: febrl },
    Set { name: "people_fake_1000", file: "people_fake_1000/fake_1000.csv", record: fake },
    Set { name: "people_historical", file: "people_historical/people.csv.gz", record: historical },
];

impl Set {
    pub(crate) fn read(&self, folder: &Path) -> Outcome<Vec<Record>> {
        Ok(rows(&folder.join(self.file))?.iter().map(self.record).collect())
    }
}

/// A row by the names of its columns.
pub(crate) type Row = HashMap<String, String>;

pub(crate) fn rows(path: &Path) -> Outcome<Vec<Row>> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let gzipped = path.extension().is_some_and(|extension| extension == "gz");
    let file: Box<dyn Read> = if gzipped { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

fn febrl(row: &Row) -> Record {
    let post = pb::PostalAddress {
        postal_code: row["postcode"].clone(),
        locality: row["suburb"].clone(),
        administrative_area: row["state"].clone(),
        address_lines: [format!("{} {}", row["street_number"], row["address_1"]), row["address_2"].clone()]
            .into_iter()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect(),
        region_code: "AU".to_owned(),
    };
    let day = row["date_of_birth"].as_str();
    let birth = (day.len() == 8).then(|| [&day[..4], &day[4..6], &day[6..]]).and_then(date);
    // `rec-7-org` and `rec-7-dup-0` are one person.
    let person = row["rec_id"].split('-').nth(1).unwrap_or_default().to_owned();
    record(person, &row["given_name"], &row["surname"], "", birth, Some(post), None)
}

fn fake(row: &Row) -> Record {
    let birth = split_date(&row["dob"]);
    let post = town(&row["city"], "");
    let email = Some(row["email"].clone()).filter(|email| !email.is_empty());
    record(row["cluster"].clone(), &row["first_name"], &row["surname"], "", birth, post, email)
}

fn historical(row: &Row) -> Record {
    let birth = split_date(&row["dob"]);
    let post = town(&row["birth_place"], &row["postcode_fake"]);
    record(row["cluster"].clone(), &row["first_name"], &row["surname"], &row["full_name"], birth, post, None)
}

fn town(locality: &str, postal_code: &str) -> Option<pb::PostalAddress> {
    let known = !locality.is_empty() || !postal_code.is_empty();
    known.then(|| pb::PostalAddress {
        region_code: "GB".to_owned(),
        locality: locality.to_owned(),
        postal_code: postal_code.to_owned(),
        ..pb::PostalAddress::default()
    })
}

fn split_date(text: &str) -> Option<pb::CalendarDate> {
    let parts: Vec<&str> = text.split('-').collect();
    date(parts.try_into().ok()?)
}

/// A day that exists, of a year from 1900 on: the service takes no earlier birthdays, so people of other centuries keep
/// the year's last two digits. What is no day is not told.
fn date([year, month, day]: [&str; 3]) -> Option<pb::CalendarDate> {
    let year: i16 = year.parse().ok()?;
    let year = if year < 1900 { 1900 + year.rem_euclid(100) } else { year };
    let date = jiff::civil::Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(pb::CalendarDate { year: date.year().into(), month: date.month().into(), day: date.day().into() })
}

fn record(
    person: String,
    given: &str,
    family: &str,
    full: &str,
    birth: Option<pb::CalendarDate>,
    post: Option<pb::PostalAddress>,
    email: Option<String>,
) -> Record {
    let name = format!("{given} {family}").trim().to_owned();
    let place = post.as_ref().map(|post| post.locality.clone()).unwrap_or_default();
    let day = birth.map(|day| format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)).unwrap_or_default();
    let more = format!("{name} {} {day}", place.split(' ').next().unwrap_or_default());
    let address = |address| pb::ContactPoint { address: Some(address), ..pb::ContactPoint::default() };
    let identifiers = email.map(|value| pb::Identifier {
        kind: pb::identifier::Kind::Email.into(),
        value,
        ..pb::Identifier::default()
    });
    let customer = pb::Customer {
        display_name: if full.is_empty() { name.clone() } else { full.chars().take(200).collect() },
        given_name: given.to_owned(),
        family_name: family.to_owned(),
        birth_date: birth,
        contact_points: post.map(|post| address(pb::contact_point::Address::Post(post))).into_iter().collect(),
        identifiers: identifiers.into_iter().collect(),
        ..pb::Customer::default()
    };
    Record { customer, person, queries: [name, more.trim().to_owned()] }
}

//! From a file and a mapping to requests, without a service.

use std::{io::Write, path::Path, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use tokio::sync::mpsc;

use super::{
    file::Rows,
    mapping::Mapping,
    reading::{self, Step},
    rejects::Rejects,
};
use crate::{cli::CliError, proto::v1};

const MAPPING: &str = r#"
[source]
system = "till"
external_id = "{id}"

[columns]
day = { from = "{date}", values = { today = "2026-11-23" }, otherwise = "{date}" }

[location]
id = "shop-{shop}"
display_name = "Shop {shop}"
time_zone = "Europe/Berlin"

[identity]
on_missing = "create"
profile.given_name = "{name}"
[[identity.identifiers]]
kind = "phone"
value = "{phone}"
[[identity.identifiers]]
kind = "external id"
system = "till"
value = "{customer}"

[interaction]
kind = { from = "{bought}", values = { yes = "purchase", no = "visit" } }
channel = "in-store"
outcome = { from = "{bought}", values = { no = "not_purchased", yes = "" } }
start_time = "{day} 10:00"
purchase.total = { from = "{paid}", currency = "EUR" }
topics = { from = "{topics}", separator = "|" }
"#;

const HEADING: &str = "id,date,shop,customer,name,phone,bought,paid,topics\n";

/// Everything that comes of a file.
fn steps(mapping: &str, name: &str, content: &[u8]) -> Result<Vec<Step>, CliError> {
    let folder = tempfile::tempdir()?;
    let (file, mapping_file) = (folder.path().join(name), folder.path().join("mapping.toml"));
    std::fs::write(&file, content)?;
    std::fs::write(&mapping_file, mapping)?;
    let mapping = Mapping::read(&mapping_file)?;
    let (mut rows, mut columns) = Rows::open(&file, &mapping.file, Arc::default())?;
    let plan = mapping.plan(&mut columns, None)?;
    rows.only(&columns);
    let (sender, mut steps) = mpsc::channel(100);
    reading::read(rows, plan, sender)?;
    Ok(std::iter::from_fn(|| steps.try_recv().ok()).collect())
}

fn csv_steps(rows: &str) -> Vec<Step> {
    steps(MAPPING, "till.csv", format!("{HEADING}{rows}").as_bytes()).expect("a right file")
}

fn requests(steps: &[Step]) -> Vec<&v1::RecordInteractionRequest> {
    let batches =
        steps.iter().filter_map(|step| if let Step::Batch(batch) = step { Some(&batch.requests) } else { None });
    batches.flatten().collect()
}

fn rejects(steps: &[Step]) -> Vec<(u64, &str)> {
    let rejects = steps.iter().filter_map(|step| match step {
        Step::Reject { line, reason } => Some((*line, reason.as_str())),
        _ => None,
    });
    rejects.collect()
}

#[test]
fn a_row_becomes_a_request() {
    let steps = csv_steps("7,today,1,42,Ada,030 1234,yes,12.50,tea| pots |\n");
    let requests = requests(&steps);
    let interaction = requests[0].interaction.as_ref().expect("an interaction");
    assert_eq!(interaction.location, "locations/shop-1");
    assert_eq!(interaction.kind(), v1::InteractionKind::Purchase);
    assert_eq!(interaction.channel(), v1::InteractionChannel::InStore);
    assert_eq!(interaction.outcome(), v1::Outcome::Unspecified);
    assert_eq!(interaction.start_time.map(|time| time.seconds), Some(1_795_424_400));
    assert_eq!(interaction.topics, ["tea", "pots"]);
    let total = interaction.purchase.as_ref().and_then(|purchase| purchase.total.as_ref()).expect("an amount");
    assert_eq!((total.currency_code.as_str(), total.micros), ("EUR", 12_500_000));
    assert_eq!(interaction.source.as_ref().map(|source| source.external_id.as_str()), Some("7"));

    let Some(v1::Who { who: Some(v1::who::Who::Identity(identity)) }) = &requests[0].who else { panic!("an identity") };
    assert_eq!(identity.on_missing(), v1::identity::OnMissing::Create);
    assert_eq!(identity.profile.as_ref().map(|profile| profile.given_name.as_str()), Some("Ada"));
    let values: Vec<_> = identity.identifiers.iter().map(|identifier| identifier.value.as_str()).collect();
    assert_eq!(values, ["030 1234", "42"]);
}

#[test]
fn what_is_empty_is_left_out() {
    let steps = csv_steps("7,2026-11-23,1,42,,,no,,\n8,2026-11-23,1,,,,no,,\n");
    let requests = requests(&steps);
    let interaction = requests[0].interaction.as_ref().expect("an interaction");
    assert_eq!(interaction.purchase, None);
    assert_eq!(interaction.outcome(), v1::Outcome::NotPurchased);
    let Some(v1::Who { who: Some(v1::who::Who::Identity(identity)) }) = &requests[0].who else { panic!("an identity") };
    assert_eq!((identity.identifiers.len(), &identity.profile), (1, &None));
    assert_eq!(requests[1].who, None, "nobody is known");
}

#[test]
fn each_location_is_made_once_before_its_rows() {
    let steps = csv_steps("1,today,1,,,,no,,\n2,today,2,,,,no,,\n3,today,1,,,,no,,\n");
    let made: Vec<_> = steps
        .iter()
        .map(|step| match step {
            Step::Location(location) => location.location_id.as_str(),
            Step::Batch(_) => "rows",
            Step::Reject { .. } => "reject",
        })
        .collect();
    assert_eq!(made, ["shop-1", "shop-2", "rows"]);
}

#[test]
fn bad_rows_are_named_with_every_fault_and_the_good_go_in() {
    let steps = csv_steps("1,today,1,,,,perhaps,much,\n2,today,1\n3,today,1,,,,no,,\n");
    assert_eq!(requests(&steps).len(), 1);
    let rejects = rejects(&steps);
    assert_eq!(rejects.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
    for said in ["interaction.kind: `perhaps`", "interaction.outcome: `perhaps`", "purchase.total: `much`"] {
        assert!(rejects[0].1.contains(said), "{}", rejects[0].1);
    }
    assert!(rejects[1].1.contains("3 columns where the heading has 9"), "{}", rejects[1].1);
}

#[test]
fn json_lines_and_packed_files_say_the_same() {
    let row = r#"{"id":7,"date":"today","shop":1,"customer":42,"name":null,"phone":"","bought":"yes","paid":12.5,"topics":"tea"}"#;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(row.as_bytes()).expect("into memory");
    let json = steps(MAPPING, "till.ndjson.gz", &packed.finish().expect("into memory")).expect("a right file");
    let csv = csv_steps("7,today,1,42,,,yes,12.5,tea\n");
    assert_eq!(requests(&json), requests(&csv));

    let broken = steps(MAPPING, "till.jsonl", format!("{row}\n\n{{\n{row}\n").as_bytes()).expect("a right file");
    assert_eq!(rejects(&broken).first().map(|(line, _)| *line), Some(3));
    assert_eq!(requests(&broken).len(), 2);
}

#[test]
fn faults_of_a_mapping_are_named_all_at_once_with_the_nearest_right_name() {
    let wrong = MAPPING
        .replace("channel = \"in-store\"", "chanel = \"in-store\"")
        .replace("\"{paid}\"", "\"{payed}\"")
        .replace("kind = \"phone\"", "kind = \"fone\"")
        .replace("time_zone = \"Europe/Berlin\"", "timezone = \"Europe/Berlin\"")
        .replace("separator", "seperator");
    let fault = steps(&wrong, "till.csv", HEADING.as_bytes()).expect_err("a wrong mapping").to_string();
    for said in [
        "interaction.chanel: unknown field; did you mean channel?",
        "interaction.channel: is required",
        "interaction.purchase.total: there is no column payed; did you mean paid?",
        "identity.identifiers[0].kind: `fone` is no value; did you mean phone?",
        "location.timezone: unknown field; did you mean time_zone?",
        "interaction.topics: unknown key seperator; did you mean separator?",
    ] {
        assert!(fault.contains(said), "{said}\nnot in\n{fault}");
    }
}

#[test]
fn what_the_service_fills_can_not_be_mapped() {
    let wrong = MAPPING.replace("[interaction]\n", "[interaction]\nstate = \"closed\"\nlocation = \"x\"\n");
    let fault = steps(&wrong, "till.csv", HEADING.as_bytes()).expect_err("a wrong mapping").to_string();
    assert!(fault.contains("interaction.state: unknown field"), "{fault}");
    assert!(fault.contains("interaction.location: is given in section [location]"), "{fault}");
}

#[test]
fn a_quotation_mark_that_is_never_closed_does_not_fill_the_memory() {
    let mut file = format!("{HEADING}1,today,1,,,,no,,\n2,\"today,").into_bytes();
    file.resize(3 * 1024 * 1024, b'x');
    let fault = steps(MAPPING, "till.csv", &file).expect_err("a wrong file").to_string();
    assert!(fault.contains("quotation mark"), "{fault}");
}

#[test]
fn rejects_are_written_only_if_there_are_any() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rejects.csv");
    let mut rejects = Rejects::new(&path).expect("a free path");
    rejects.finish().expect("nothing to write");
    assert!(!path.exists());
    rejects.add(7, "it is wrong, really").expect("a free path");
    rejects.finish().expect("a free path");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "line,reason\n7,\"it is wrong, really\"\n");
    Rejects::new(&path).expect("the old ones go away");
    assert!(!path.exists());
}

#[test]
fn the_mappings_that_ship_fit_the_headings_of_their_sets() {
    let headings = [
        ("cdnow", "customer_id,date,cds,dollars"),
        ("complete_journey", "household_id,basket_id,store_id,ts,lines,quantity,sales_value"),
        ("online_shoppers", "row,Month,VisitorType,Weekend,Revenue"),
        (
            "resort_hotel",
            "row,arrival_date_year,arrival_date_month,arrival_date_day_of_month,reservation_status,reservation_status_date",
        ),
        (
            "resort_hotel_guests",
            "row,arrival_date_year,arrival_date_month,arrival_date_day_of_month,stays_in_weekend_nights,\
             stays_in_week_nights,meal,country,assigned_room_type,reservation_status,reservation_status_date",
        ),
    ];
    for (name, heading) in headings {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/mappings/{name}.toml"));
        let mapping = std::fs::read_to_string(path).expect("it ships");
        steps(&mapping, "set.csv", format!("{heading}\n").as_bytes()).expect(name);
    }
}

#[test]
fn whole_numbers_are_added_up() {
    let mapping = MAPPING
        .replace(
            r#"purchase.total = { from = "{paid}", currency = "EUR" }"#,
            r#"transfers = { sum = ["{paid}", "{topics}"] }"#,
        )
        .replace(r#"topics = { from = "{topics}", separator = "|" }"#, "");
    let rows = "1,today,1,,,,no,2,3.0\n2,today,1,,,,no,,\n3,today,1,,,,no,2,many\n";
    let steps = steps(&mapping, "till.csv", format!("{HEADING}{rows}").as_bytes()).expect("a right file");
    let transfers: Vec<_> =
        requests(&steps).iter().filter_map(|it| it.interaction.as_ref()).map(|it| it.transfers).collect();
    assert_eq!(transfers, [Some(5), None]);
    assert_eq!(rejects(&steps), [(4, "interaction.transfers: `many` is no whole number")]);
}

#[test]
fn a_derived_column_may_stand_on_another() {
    let mapping = MAPPING.replace(
        "[columns]",
        r#"[columns]
about = { from = "{where}", values = { "in Berlin" = "Berlin" }, otherwise = "{where}" }
where = "in {name}""#,
    );
    let mapping = mapping.replace(r#"topics = { from = "{topics}", separator = "|" }"#, r#"topics = "{about}""#);
    let steps =
        steps(&mapping, "till.csv", format!("{HEADING}1,today,1,,Berlin,,no,,\n").as_bytes()).expect("a right file");
    assert_eq!(
        requests(&steps)[0].interaction.as_ref().map(|it| it.topics.as_slice()),
        Some(&["Berlin".to_owned()][..])
    );

    let circular = mapping.replace("in {name}", "{about}");
    let Err(error) = self::steps(&circular, "till.csv", HEADING.as_bytes()) else { panic!("it stands on itself") };
    assert!(error.to_string().contains("columns.where: there is no column about"), "{error}");
}

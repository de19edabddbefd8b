//! The contract keeps its own rules: what `buf` can't check is read from the compiled descriptors.

use gratitude::proto::FILE_DESCRIPTOR_SET;
use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    prost_types::FileDescriptorProto,
};
use std::collections::{BTreeMap, BTreeSet};

const PACKAGE: &str = "gratitude.v1";
const BEHAVIOURS: [&str; 4] = ["Required.", "Optional.", "Output only.", "Immutable."];

/// Methods that begin with one of these change nothing.
const READS: [&str; 16] = [
    "Search",
    "Find",
    "Get",
    "List",
    "BatchGet",
    "Explain",
    "Export",
    "Recognize",
    "Preview",
    "Watch",
    "Download",
    "Update",
    "Validate",
    "Simulate",
    "PrintNote",
    "Lint",
];

/// Methods that change something and yet need no `request_id`: done again, they leave the same state. A batch has one
/// in each of its requests.
const IDEMPOTENT: [&str; 28] = [
    "ApplyRetention",
    "ApproveNoteBatch",
    "AttributeInteraction",
    "BatchRecordInteractions",
    "CancelGesture",
    "CancelNoteBatch",
    "CompleteGesture",
    "ConfirmPrinted",
    "DisableRule",
    "EndStaffMember",
    "EnableRule",
    "ExtendLease",
    "FailGesture",
    "MarkNotSame",
    "ReleaseGesture",
    "RemoveFact",
    "ReplayNotes",
    "Resume",
    "ResumeNoteBatch",
    "RetireJourney",
    "RetireRule",
    "RetireTemplate",
    "RetireTouchpoint",
    "RevokeApiKey",
    "SetStaffPin",
    "StartDelivery",
    "TakeGesture",
    "VoidInteraction",
];

fn pool() -> DescriptorPool {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build wrote a valid descriptor set")
}

fn messages() -> Vec<MessageDescriptor> {
    pool().all_messages().filter(|message| message.package_name() == PACKAGE && !message.is_map_entry()).collect()
}

fn enums() -> Vec<EnumDescriptor> {
    pool().all_enums().filter(|it| it.package_name() == PACKAGE).collect()
}

fn methods() -> Vec<MethodDescriptor> {
    pool()
        .services()
        .filter(|it| it.package_name() == PACKAGE)
        .flat_map(|it| it.methods().collect::<Vec<_>>())
        .collect()
}

/// The comment that stands above an element, by its path within its file.
fn comment(file: &FileDescriptorProto, path: &[i32]) -> String {
    let locations = file.source_code_info.iter().flat_map(|info| &info.location);
    locations
        .filter(|location| location.path == path)
        .map(|location| location.leading_comments().trim().to_owned())
        .next()
        .unwrap_or_default()
}

fn is_a(field: &FieldDescriptor, message: &str) -> bool {
    matches!(field.kind(), Kind::Message(kind) if kind.full_name() == message)
}

/// Everything for which `wrong` has something to say, so that a failure names all at once.
fn assert_none(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_field_begins_with_its_behaviour() {
    let all: Vec<_> = messages().into_iter().flat_map(|message| message.fields().collect::<Vec<_>>()).collect();
    assert!(all.len() > 300, "the contract was read: {} fields", all.len());
    assert_none(all.iter().filter_map(|field| {
        let comment = comment(field.parent_file().file_descriptor_proto(), field.path());
        let fits = BEHAVIOURS.iter().any(|behaviour| comment.starts_with(behaviour));
        (!fits).then(|| format!("{}: {comment}", field.full_name()))
    }));
}

#[test]
fn nothing_but_well_known_types_is_imported() {
    let foreign = pool()
        .files()
        .map(|file| file.name().to_owned())
        .filter(|name| !name.starts_with("gratitude/v1/") && !name.starts_with("google/protobuf/"))
        .collect::<Vec<_>>();
    assert_none(foreign);
}

#[test]
fn each_list_is_paged() {
    let lists: Vec<_> = methods()
        .into_iter()
        .filter(|method| method.name().starts_with("List") || method.name() == "GetTimeline")
        .collect();
    assert!(lists.len() >= 8, "{}", lists.len());
    assert_none(lists.iter().flat_map(|method| {
        let asked = ["page_size", "page_token"].map(|field| (method.input(), field));
        let answered = [(method.output(), "next_page_token")];
        asked
            .into_iter()
            .chain(answered)
            .filter(|(message, field)| message.get_field_by_name(field).is_none())
            .map(|(message, field)| format!("{} lacks {field}", message.name()))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn what_is_left_out_of_a_list_is_asked_for_alike() {
    let lists = methods().into_iter().filter(|method| method.name().starts_with("List"));
    assert_none(lists.flat_map(|method| {
        let wrong = |field: &FieldDescriptor| field.kind() == Kind::Bool && !field.name().starts_with("show_");
        method.input().fields().filter(wrong).map(|field| field.full_name().to_owned()).collect::<Vec<_>>()
    }));
}

#[test]
fn times_dates_and_lengths_are_named_alike() {
    let endings: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("google.protobuf.Timestamp", &["_time"][..]),
        ("google.protobuf.Duration", &["_duration"][..]),
        ("gratitude.v1.CalendarDate", &["date", "_date"][..]),
    ]);
    assert_none(messages().into_iter().flat_map(|message| {
        let wrong = |field: &FieldDescriptor| {
            endings
                .iter()
                .any(|(kind, endings)| is_a(field, kind) && !endings.iter().any(|end| field.name().ends_with(end)))
        };
        message.fields().filter(wrong).map(|field| field.full_name().to_owned()).collect::<Vec<_>>()
    }));
}

#[test]
fn p2_what_is_not_idempotent_takes_a_request_id_and_says_replayed() {
    let known: BTreeSet<_> = IDEMPOTENT.into_iter().collect();
    let declared: BTreeSet<_> = methods().iter().map(|method| method.name().to_owned()).collect();
    assert_none(known.iter().filter(|name| !declared.contains(**name)).map(|name| format!("{name} is gone")));
    assert_none(methods().into_iter().filter_map(|method| {
        let name = method.name();
        let needs_key = !READS.iter().any(|read| name.starts_with(read)) && !known.contains(name);
        let has_key = method.input().get_field_by_name("request_id").is_some();
        let says_so = method.output().get_field_by_name("replayed").is_some();
        match (needs_key, has_key, says_so) {
            (true, true, true) | (false, false, false) => None,
            _ => Some(format!("{name}: needs a key {needs_key}, has one {has_key}, says replayed {says_so}")),
        }
    }));
}

#[test]
fn each_edited_resource_has_an_etag_and_a_mask() {
    let updates: Vec<_> = methods().into_iter().filter(|method| method.name().starts_with("Update")).collect();
    assert!(!updates.is_empty());
    assert_none(updates.iter().filter_map(|method| {
        let request = method.input();
        let masked = request.get_field_by_name("update_mask").is_some_and(|it| is_a(&it, "google.protobuf.FieldMask"));
        let tagged = method.output().get_field_by_name("etag").is_some();
        (!masked || !tagged).then(|| format!("{}: mask {masked}, etag {tagged}", method.name()))
    }));
}

#[test]
fn resources_bear_their_name_first() {
    let resources = [
        "Location",
        "Customer",
        "Interaction",
        "Journey",
        "Touchpoint",
        "Rule",
        "Template",
        "Gesture",
        "Case",
        "Note",
        "NoteBatch",
        "Pause",
        "ApiKey",
        "StaffMember",
    ];
    assert_none(resources.into_iter().filter_map(|resource| {
        let message = pool().get_message_by_name(&format!("{PACKAGE}.{resource}"))?;
        let first = message.get_field(1)?;
        (first.name() != "name").then(|| format!("{resource}: {}", first.name()))
    }));
}

#[test]
fn each_enumeration_begins_with_what_is_not_given() {
    assert_none(enums().into_iter().filter_map(|it| {
        let zero = it.get_value(0)?;
        (!zero.name().ends_with("_UNSPECIFIED")).then(|| format!("{}: {}", it.full_name(), zero.name()))
    }));
}

/// Authors of templates find in the contract everything that they can write.
#[test]
fn templates_are_documented_to_the_last_name() {
    use gratitude::domain::template::{FIELDS, FILTERS};
    let occasion = pool().get_enum_by_name("gratitude.v1.Occasion").expect("declared");
    let text = pool().get_message_by_name("gratitude.v1.TemplateText").expect("declared");
    let filters = comment(text.parent_file().file_descriptor_proto(), text.path());
    assert_none(FIELDS.iter().filter_map(|field| {
        let given_by = format!("OCCASION_{}", field.given_by.as_str().to_uppercase());
        let value = occasion.get_value_by_name(&given_by)?;
        let comment = comment(value.parent_enum().parent_file().file_descriptor_proto(), value.path());
        (!comment.contains(&format!("`{}`", field.path))).then(|| format!("{given_by}: {}", field.path))
    }));
    assert_none(FILTERS.iter().filter_map(|filter| {
        let named = [format!("`{}`", filter.name()), format!("`{}(", filter.name())];
        (!named.iter().any(|name| filters.contains(name))).then(|| format!("TemplateText: {}", filter.usage))
    }));
}

#[test]
fn nothing_streams_from_the_caller() {
    assert_none(
        methods().into_iter().filter(MethodDescriptor::is_client_streaming).map(|it| it.full_name().to_owned()),
    );
}

/// Members of staff are named where they did something for somebody, and nowhere added up.
#[test]
fn no_report_counts_by_member_of_staff() {
    let insights = pool().get_service_by_name(&format!("{PACKAGE}.InsightService")).expect("declared");
    let mut open: Vec<_> = insights.methods().flat_map(|method| [method.input(), method.output()]).collect();
    let mut seen = BTreeSet::new();
    while let Some(message) = open.pop() {
        if seen.insert(message.full_name().to_owned()) {
            let within = message.fields().filter_map(|field| field.kind().as_message().cloned());
            open.extend(within.collect::<Vec<_>>());
        }
    }
    assert!(seen.len() > 5, "{seen:?}");
    let named = messages().into_iter().filter(|message| seen.contains(message.full_name()));
    assert_none(named.flat_map(|message| {
        let staff = |field: &FieldDescriptor| ["staff", "granted_by", "taken_by"].contains(&field.name());
        message.fields().filter(staff).map(|field| field.full_name().to_owned()).collect::<Vec<_>>()
    }));
}

#[test]
fn batches_are_lists_of_single_requests() {
    let batch = pool().get_message_by_name("gratitude.v1.BatchRecordInteractionsRequest").expect("declared");
    let requests = batch.get_field_by_name("requests").expect("declared");
    assert_eq!(requests.cardinality(), Cardinality::Repeated);
    assert!(is_a(&requests, "gratitude.v1.RecordInteractionRequest"));
}

//! Notes on paper: printed, confirmed, pulled and printed anew.

use gratitude::{config::Route, proto::v1 as pb};
use pb::{
    PrintLayout, case_service_client::CaseServiceClient, download_note_batch_request::Format,
    gesture_service_client::GestureServiceClient, note_batch,
};
use tonic::{Code, Status};

use super::{
    SHOP, customers, fields, identifier,
    notes::{TEMPLATE, approve, batch, listed, notes, purchase},
    open,
    print_anew::move_to,
    reason,
};
use crate::support::{database::Database, pdf, service::TestService};

/// A service whose letters are printed.
pub(super) async fn printing(database: Database) -> TestService {
    let service = TestService::with(database, |config| {
        config.delivery.routes.post = Route::Print;
        config.delivery.routes.hand_over = Route::Print;
    })
    .await;
    open(&service).await;
    service
}

/// Somebody with an address who bought something, twice.
pub(super) async fn regular(service: &TestService, name: &str) -> pb::Customer {
    regular_at(service, name, &["27 Orchard Street"]).await
}

/// Other words for a note. Whether they tell anything particular depends on the variant that was drawn; here it is not
/// asked.
pub(super) fn edit(note: &pb::Note, text: Option<String>) -> pb::EditNoteRequest {
    let accepted_problems = vec![pb::note_problem::Reason::NothingParticular.into()];
    pb::EditNoteRequest { name: note.name.clone(), text, accepted_problems, ..pb::EditNoteRequest::default() }
}

async fn regular_at(service: &TestService, name: &str, lines: &[&str]) -> pb::Customer {
    let post = pb::PostalAddress {
        region_code: "GB".to_owned(),
        address_lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        postal_code: "BS1 5EH".to_owned(),
        locality: "Bristol".to_owned(),
        ..pb::PostalAddress::default()
    };
    let customer = pb::Customer {
        display_name: name.to_owned(),
        identifiers: vec![identifier(pb::identifier::Kind::ExternalId, "till", name)],
        contact_points: vec![pb::ContactPoint {
            address: Some(pb::contact_point::Address::Post(post)),
            ..pb::ContactPoint::default()
        }],
        ..pb::Customer::default()
    };
    let request = pb::CreateCustomerRequest { customer: Some(customer), ..pb::CreateCustomerRequest::default() };
    let made = customers(service).create_customer(request).await.expect("a new customer").into_inner();
    for day in 1..=2 {
        purchase(service, name, day).await;
    }
    made.customer.expect("it is returned")
}

/// A batch to all regulars over a channel, composed.
pub(super) async fn composed(service: &TestService, channel: pb::Channel) -> pb::NoteBatch {
    composed_to(service, "summary.visit_days >= 2", channel).await
}

/// A batch to one customer, composed.
async fn only_to(service: &TestService, customer: &pb::Customer, channel: pb::Channel) -> String {
    composed_to(service, &format!("customer.name = \"{}\"", customer.name), channel).await.name
}

async fn composed_to(service: &TestService, filter: &str, channel: pb::Channel) -> pb::NoteBatch {
    let segment = pb::SegmentSelection {
        filter: filter.to_owned(),
        template: TEMPLATE.to_owned(),
        location: SHOP.to_owned(),
        channels: vec![channel.into()],
    };
    let note_batch =
        pb::NoteBatch { selection: Some(note_batch::Selection::Segment(segment)), ..pb::NoteBatch::default() };
    let request = pb::CreateNoteBatchRequest { note_batch: Some(note_batch), ..Default::default() };
    let made = notes(service).create_note_batch(request).await.expect("made").into_inner();
    service.advance("1s").await;
    batch(service, &made.note_batch.expect("it is returned").name).await
}

/// The same, approved.
pub(super) async fn approved(service: &TestService, channel: pb::Channel) -> String {
    let composed = composed(service, channel).await;
    approve(service, &composed.name, "").await.expect("approved");
    service.advance("1s").await;
    composed.name
}

pub(super) fn pdf_of(name: &str, layout: PrintLayout) -> pb::DownloadNoteBatchRequest {
    pb::DownloadNoteBatchRequest {
        name: name.to_owned(),
        format: Format::Pdf.into(),
        layout: layout.into(),
        ..pb::DownloadNoteBatchRequest::default()
    }
}

/// What a download brought.
#[derive(Debug, Default)]
pub(super) struct Downloaded {
    pub(super) files: Vec<Vec<u8>>,
    pub(super) run: String,
    pub(super) left_out: Vec<pb::LeftOutNote>,
}

pub(super) async fn download(
    service: &TestService,
    request: pb::DownloadNoteBatchRequest,
) -> Result<Downloaded, Status> {
    let mut parts = notes(service).download_note_batch(request).await?.into_inner();
    let mut came = Downloaded::default();
    while let Some(part) = parts.message().await? {
        let file = usize::try_from(part.file).expect("a number");
        if came.files.len() < file {
            came.files.push(Vec::new());
        }
        if let Some(last) = came.files.last_mut() {
            last.extend(part.data);
        }
        if !part.print_run.is_empty() {
            came.run = part.print_run;
        }
        came.left_out.extend(part.left_out);
    }
    Ok(came)
}

pub(super) async fn confirm(
    service: &TestService,
    name: &str,
    run: &str,
) -> Result<pb::ConfirmPrintedResponse, Status> {
    let request = pb::ConfirmPrintedRequest { name: name.to_owned(), print_run: run.to_owned() };
    let mut pages = notes(service).confirm_printed(request).await?.into_inner();
    let mut whole = pb::ConfirmPrintedResponse::default();
    while let Some(page) = pages.message().await? {
        whole.delivered_count += page.delivered_count;
        whole.confirmed_before_count += page.confirmed_before_count;
        whole.sheets_to_pull.extend(page.sheets_to_pull);
    }
    Ok(whole)
}

pub(super) async fn refuse(service: &TestService, customer: &pb::Customer, channel: pb::Channel) {
    let consent = pb::Consent {
        channel: channel.into(),
        purpose: pb::Purpose::Gratitude.into(),
        state: pb::consent::State::Refused.into(),
        ..Default::default()
    };
    let request = pb::SetConsentRequest { name: customer.name.clone(), consent: Some(consent), ..Default::default() };
    customers(service).set_consent(request).await.expect("kept");
}

async fn gesture_of(service: &TestService, note: &pb::Note) -> pb::Gesture {
    let request = pb::GetGestureRequest { name: note.gestures[0].clone() };
    GestureServiceClient::new(service.channel()).get_gesture(request).await.expect("it is there").into_inner()
}

both_engines! {
    async fn p4_p6_a_print_run_leaves_once_it_is_confirmed_but_for_the_sheets_to_pull(database) {
        let service = printing(database).await;
        let mut people = Vec::new();
        for name in ["Ada", "Bea", "Cleo"] {
            people.push(regular(&service, name).await);
        }
        let name = approved(&service, pb::Channel::Post).await;
        let waiting = batch(&service, &name).await;
        assert_eq!((waiting.state(), waiting.to_print_count), (note_batch::State::Delivering, 3), "{waiting:?}");
        assert_eq!(std::fs::read_dir(service.spool()).expect("the spool").count(), 0, "nothing is spooled");

        let printed = download(&service, pdf_of(&name, PrintLayout::FoldedCard)).await.expect("a file");
        assert!(printed.files.len() == 1 && printed.files[0].starts_with(b"%PDF-"), "{:?}", printed.left_out);
        let again = download(&service, pdf_of(&name, PrintLayout::FoldedCard)).await.expect("none is left");
        assert!(again.files.is_empty() && again.run.is_empty(), "no note is printed twice");

        let second = listed(&service, &name, "").await;
        let second = second.iter().find(|note| note.sheet_place.is_some_and(|place| place.page == 3)).expect("a card");
        let withdrawn = people.iter().find(|customer| customer.name == second.customer).expect("one of them");
        refuse(&service, withdrawn, pb::Channel::Post).await;
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        assert_eq!((confirmed.delivered_count, confirmed.confirmed_before_count), (2, 0));
        let [sheet] = &confirmed.sheets_to_pull[..] else { panic!("{confirmed:?}") };
        assert_eq!((sheet.note.as_str(), sheet.reason()), (second.name.as_str(), pb::Reason::NoConsent));
        assert_eq!(sheet.place, Some(pb::SheetPlace { file: 1, page: 3, position: 0 }), "a card has two pages");
        assert_eq!(sheet.keep_until_time, None);

        let over = batch(&service, &name).await;
        assert_eq!((over.state(), over.delivered_count, over.skipped_count, over.to_print_count),
            (note_batch::State::Completed, 2, 1, 0), "{over:?}");
        for note in listed(&service, &name, "note.state = DELIVERED").await {
            let gesture = gesture_of(&service, &note).await;
            assert_eq!(gesture.state(), pb::gesture::State::Completed, "{gesture:?}");
        }
        let repeated = confirm(&service, &name, &printed.run).await.expect("again changes nothing");
        assert_eq!((repeated.delivered_count, repeated.confirmed_before_count), (0, 2));
        assert_eq!(repeated.sheets_to_pull, confirmed.sheets_to_pull);
        service.stop().await;
    }

    async fn p6_consent_withdrawn_before_the_download_keeps_the_note_off_the_paper(database) {
        let service = printing(database).await;
        let ada = regular(&service, "Ada").await;
        regular(&service, "Bea").await;
        let name = approved(&service, pb::Channel::Post).await;
        refuse(&service, &ada, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        let [left_out] = &printed.left_out[..] else { panic!("{:?}", printed.left_out) };
        assert_eq!((left_out.customer.as_str(), left_out.reason()), (ada.name.as_str(), pb::Reason::NoConsent));
        assert_eq!(pdf::pages(&printed.files[0]), 1);
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        assert_eq!((confirmed.delivered_count, confirmed.sheets_to_pull.len()), (1, 0));
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Completed);
        service.stop().await;
    }

    async fn p7_what_will_not_leave_any_more_is_in_no_file_for_others(database) {
        let service = printing(database).await;
        let mut people = Vec::new();
        for name in ["Ada", "Bea", "Cleo"] {
            people.push(regular(&service, name).await);
        }
        let name = approved(&service, pb::Channel::Post).await;
        let case = pb::Case { customer: people[0].name.clone(), summary: "A scratch.".to_owned(), ..pb::Case::default() };
        let open = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
        CaseServiceClient::new(service.channel()).open_case(open).await.expect("opened");
        let gone = listed(&service, &name, "").await.into_iter().find(|note| note.customer == people[1].name).expect("hers");
        let cancel = pb::CancelGestureRequest { name: gone.gestures[0].clone(), reason: "Moved.".to_owned(), ..Default::default() };
        GestureServiceClient::new(service.channel()).cancel_gesture(cancel).await.expect("cancelled");

        for format in [Format::Ndjson, Format::Csv] {
            let request = pb::DownloadNoteBatchRequest { name: name.clone(), format: format.into(), ..Default::default() };
            let mut parts = notes(&service).download_note_batch(request).await.expect("a file").into_inner();
            let mut lines = Vec::new();
            while let Some(part) = parts.message().await.expect("the next part") {
                lines.extend(part.data);
            }
            let lines = String::from_utf8(lines).expect("text");
            let named = |customer: &pb::Customer| lines.contains(customer.name.as_str());
            assert_eq!(people.iter().map(named).collect::<Vec<_>>(), [false, false, true], "{lines}");
        }
        let labels = download(&service, pdf_of(&name, PrintLayout::AddressTape62)).await.expect("a file");
        assert_eq!(labels.files.iter().map(|file| pdf::pages(file)).collect::<Vec<_>>(), [1]);
        service.stop().await;
    }

    async fn p8_what_cannot_be_set_goes_to_a_person_before_anybody_approves(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        let thai = regular(&service, "สมชาย").await;
        let ready = composed(&service, pb::Channel::Post).await;
        assert_eq!((ready.state(), ready.composed_count, ready.with_person_count), (note_batch::State::Ready, 1, 1));
        let notes = listed(&service, &ready.name, "note.state = WITH_PERSON").await;
        assert_eq!(notes[0].customer, thai.name);
        let problem = notes[0].problems.iter().find(|found| found.reason() == pb::note_problem::Reason::NoFont);
        let problem = problem.unwrap_or_else(|| panic!("{:?}", notes[0].problems));
        assert!(problem.text.contains("U+0E0A") && !problem.suggestion.is_empty(), "{problem:?}");
        service.stop().await;
    }

    async fn p8_what_a_format_cannot_hold_is_left_out_and_given_to_a_person(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        // Fits a letter, against which it was looked at, and no label.
        let lines = ["Flat 3", "Second floor", "Orchard House", "27 Orchard Street", "Clifton"];
        let long = regular_at(&service, "Bea", &lines).await;
        let name = approved(&service, pb::Channel::Post).await;
        assert_eq!(batch(&service, &name).await.to_print_count, 2);
        let printed = download(&service, pdf_of(&name, PrintLayout::NoteTape62)).await.expect("a file");
        assert_eq!((pdf::pages(&printed.files[0]), printed.left_out.len()), (2, 0), "{:?}", printed.left_out);
        let request = pb::DownloadNoteBatchRequest {
            beside_print_run: printed.run.clone(),
            ..pdf_of(&name, PrintLayout::LabelsUs)
        };
        let labels = download(&service, request).await.expect("a file");
        let [left_out] = &labels.left_out[..] else { panic!("{:?}", labels.left_out) };
        assert_eq!(left_out.customer, long.name);
        assert_eq!(left_out.problems[0].reason(), pb::note_problem::Reason::TooLong);
        assert_eq!(pdf::pages(&labels.files[0]), 1);
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        assert_eq!((confirmed.delivered_count, confirmed.sheets_to_pull.len()), (2, 0), "a label is no sheet of the run");
        service.stop().await;
    }

    async fn p6_behind_a_sheet_that_was_left_out_the_right_sheets_are_pulled(database) {
        let service = printing(database).await;
        let mut people = Vec::new();
        for name in ["Ada", "Bea", "Cleo"] {
            people.push(regular(&service, name).await);
        }
        let name = composed(&service, pb::Channel::Post).await.name;
        // Behind the press's back: no font has this letter.
        let first = listed(&service, &name, "").await.remove(0);
        let moved = people.iter().find(|customer| customer.name == first.customer).expect("one of them");
        move_to(&service, moved, "27 Orchard Street \u{0e0a}").await;
        approve(&service, &name, "").await.expect("approved");

        let two = pb::DownloadNoteBatchRequest { sheets_per_file: 2, ..pdf_of(&name, PrintLayout::HandA4) };
        let printed = download(&service, two).await.expect("two files");
        assert_eq!(printed.files.iter().map(|file| pdf::pages(file)).collect::<Vec<_>>(), [1, 1], "one is left out");
        let last = listed(&service, &name, "note.state = COMPOSED").await.pop().expect("two are on paper");
        assert_eq!(last.sheet_place, Some(pb::SheetPlace { file: 2, page: 1, position: 0 }));
        let withdrawn = people.iter().find(|customer| customer.name == last.customer).expect("one of them");
        refuse(&service, withdrawn, pb::Channel::Post).await;
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        let [sheet] = &confirmed.sheets_to_pull[..] else { panic!("{confirmed:?}") };
        assert_eq!((confirmed.delivered_count, sheet.note.as_str()), (1, last.name.as_str()));
        assert_eq!(sheet.place, Some(pb::SheetPlace { file: 2, page: 1, position: 0 }));
        service.stop().await;
    }

    async fn batches_that_wait_for_paper_keep_no_other_waiting(database) {
        let service = printing(database).await;
        // More than are read at once.
        for n in 0..70 {
            let customer = regular(&service, &format!("Customer {n}")).await;
            let waits = only_to(&service, &customer, pb::Channel::Post).await;
            approve(&service, &waits, "").await.expect("approved");
        }
        let ada = regular(&service, "Ada").await;
        let name = only_to(&service, &ada, pb::Channel::Post).await;
        let ready = batch(&service, &name).await;
        assert_eq!((ready.state(), ready.composed_count), (note_batch::State::Ready, 1), "it was written");
        let cancel = pb::CancelNoteBatchRequest { name: name.clone(), reason: "Other words.".to_owned(), ..Default::default() };
        notes(&service).cancel_note_batch(cancel).await.expect("cancelled");
        service.advance("1s").await;
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Cancelled);
        service.stop().await;
    }

    async fn files_are_cut_and_spoilt_paper_is_printed_anew(database) {
        let service = printing(database).await;
        for name in ["Ada", "Bea", "Cleo"] {
            regular(&service, name).await;
        }
        let name = approved(&service, pb::Channel::HandOver).await;
        let two = pb::DownloadNoteBatchRequest { sheets_per_file: 2, ..pdf_of(&name, PrintLayout::HandA4) };
        let printed = download(&service, two.clone()).await.expect("two files");
        assert_eq!(printed.files.iter().map(|file| pdf::pages(file)).collect::<Vec<_>>(), [2, 1]);
        let places: Vec<_> = listed(&service, &name, "").await.into_iter().filter_map(|note| note.sheet_place).collect();
        let place = |file, page| pb::SheetPlace { file, page, position: 0 };
        assert!([place(1, 1), place(1, 2), place(2, 1)].iter().all(|wanted| places.contains(wanted)), "{places:?}");

        let anew = pb::DownloadNoteBatchRequest { replaces_print_run: printed.run.clone(), ..two };
        let anew = download(&service, anew).await.expect("printed anew");
        assert_eq!(anew.files.len(), 2);
        assert_ne!(anew.run, printed.run);
        let status = confirm(&service, &name, &printed.run).await.expect_err("its paper is waste");
        assert_eq!(status.code(), Code::FailedPrecondition);
        assert!(status.message().contains(&anew.run), "{}", status.message());
        let unknown = uuid::Uuid::new_v4().to_string();
        let of_unknown = pb::DownloadNoteBatchRequest { replaces_print_run: unknown.clone(), ..pdf_of(&name, PrintLayout::HandA4) };
        let status = download(&service, of_unknown).await.map(|_| ()).expect_err("there is no such run");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "NOT_FOUND"));
        assert!(status.message().contains(&unknown), "{}", status.message());
        assert_eq!(confirm(&service, &name, &anew.run).await.expect("confirmed").delivered_count, 3);
        service.stop().await;
    }

    async fn p4_of_a_cancelled_batch_every_sheet_is_pulled(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        regular(&service, "Bea").await;
        let name = approved(&service, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterUs)).await.expect("a file");
        let cancel = pb::CancelNoteBatchRequest { name: name.clone(), reason: "The wrong words.".to_owned(), ..Default::default() };
        notes(&service).cancel_note_batch(cancel).await.expect("cancelled");
        service.advance("1s").await;
        let confirmed = confirm(&service, &name, &printed.run).await.expect("told");
        assert_eq!((confirmed.delivered_count, confirmed.sheets_to_pull.len()), (0, 2));
        assert!(confirmed.sheets_to_pull.iter().all(|sheet| sheet.reason() == pb::Reason::BatchCancelled));
        service.stop().await;
    }

    async fn p5_what_a_pause_holds_is_kept_and_confirmed_later(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        let name = approved(&service, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        let mut gestures = GestureServiceClient::new(service.channel());
        let pause = pb::PauseAllRequest {
            channel: pb::Channel::Post.into(),
            location: SHOP.to_owned(),
            reason: "A strike.".to_owned(),
            ..Default::default()
        };
        let pause = gestures.pause_all(pause).await.expect("paused").into_inner().pause.expect("it is returned");
        let kept = confirm(&service, &name, &printed.run).await.expect("told");
        assert_eq!(kept.delivered_count, 0);
        assert!(kept.sheets_to_pull[0].keep_until_time.is_some(), "{kept:?}");
        assert_eq!(kept.sheets_to_pull[0].reason(), pb::Reason::Paused);
        assert_eq!(batch(&service, &name).await.to_print_count, 1);
        gestures.resume(pb::ResumeRequest { name: pause.name }).await.expect("resumed");
        assert_eq!(confirm(&service, &name, &printed.run).await.expect("confirmed").delivered_count, 1);
        service.stop().await;
    }

    async fn what_leaves_another_way_can_be_printed_too_and_belongs_to_no_run(database) {
        let service = TestService::start(database).await;
        open(&service).await;
        regular(&service, "Ada").await;
        let name = approved(&service, pb::Channel::Post).await;
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Completed, "it was spooled");
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        assert_eq!((printed.files.len(), printed.run.as_str()), (1, ""));
        pdf::assert_says(&printed.files[0], &["27 Orchard Street", "Ada"]);
        let labels = download(&service, pdf_of(&name, PrintLayout::LabelsA4)).await.expect("a file");
        pdf::assert_says(&labels.files[0], &["BRISTOL"]);
        service.stop().await;
    }

    async fn what_is_wrong_with_a_print_is_named(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        let ready = composed(&service, pb::Channel::Post).await;
        let status = download(&service, pdf_of(&ready.name, PrintLayout::LetterA4)).await.expect_err("not approved");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "NOTE_BATCH_STATE"));
        let wrong = pb::DownloadNoteBatchRequest {
            filter: "note.channel = POST".to_owned(),
            sheets_per_file: -1,
            replaces_print_run: "7".to_owned(),
            ..pdf_of(&ready.name, PrintLayout::Unspecified)
        };
        let status = download(&service, wrong.clone()).await.expect_err("wrong");
        assert_eq!(fields(&status), ["layout", "sheets_per_file", "replaces_print_run", "filter"]);
        let lines = pb::DownloadNoteBatchRequest { format: Format::Csv.into(), layout: PrintLayout::LetterA4.into(), ..wrong };
        let status = download(&service, lines).await.expect_err("for PDF");
        assert_eq!(fields(&status), ["layout", "sheets_per_file", "replaces_print_run"]);
        let status = confirm(&service, &ready.name, "").await.expect_err("which?");
        assert_eq!(fields(&status), ["print_run"]);
        let run = uuid::Uuid::from_u128(7).to_string();
        let status = confirm(&service, &ready.name, &run).await.expect_err("no such run");
        assert_eq!(status.code(), Code::NotFound);
        service.stop().await;
    }

    async fn p8_a_sheet_with_words_from_before_is_named_until_it_is_printed_anew(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        regular(&service, "Bea").await;
        let name = approved(&service, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        let changed = listed(&service, &name, "").await.remove(0);
        let text = Some(format!("{} x", changed.text));
        let edit = edit(&changed, text);
        let edited = notes(&service).edit_note(edit).await.expect("edited").into_inner().note.expect("it is returned");
        assert_eq!(edited.state(), pb::note::State::Composed, "{:?}", edited.problems);
        let none = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("nothing new");
        assert!(none.files.is_empty(), "not before it is known which sheet must not go");
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        let [sheet] = &confirmed.sheets_to_pull[..] else { panic!("{confirmed:?}") };
        assert_eq!((sheet.note.as_str(), sheet.reason()), (changed.name.as_str(), pb::Reason::FactsChanged));
        let again = confirm(&service, &name, &printed.run).await.expect("for whoever did not hear it");
        assert_eq!(again.sheets_to_pull, confirmed.sheets_to_pull);
        let anew = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        assert_eq!(anew.files.iter().map(|file| pdf::pages(file)).collect::<Vec<_>>(), [1]);
        let first = confirm(&service, &name, &printed.run).await.expect("told");
        assert_eq!((first.confirmed_before_count, first.sheets_to_pull.len()), (1, 0));
        let second = confirm(&service, &name, &anew.run).await.expect("confirmed");
        assert_eq!((second.delivered_count, second.sheets_to_pull.len()), (1, 0));
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Completed);
        service.stop().await;
    }
}

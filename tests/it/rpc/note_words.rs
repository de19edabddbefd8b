//! The words of single notes: looked at, changed by people, written anew.

use gratitude::proto::v1 as pb;
use pb::{gesture_service_client::GestureServiceClient, note_problem::Reason};
use tonic::{Code, Status, transport::Channel};

use super::{
    SHOP, customers, fields,
    notes::{approve, batch, listed, made, notes, shop_with_regulars},
    print::{printing, regular},
    reason,
};
use crate::support::service::TestService;

/// A batch that waits for approval, and one of its notes.
async fn ready(service: &TestService) -> (String, pb::Note) {
    let batch = made(service).await.name;
    service.advance("1s").await;
    let note = listed(service, &batch, "note.state = COMPOSED").await.remove(0);
    (batch, note)
}

fn edit(note: &pb::Note, text: &str) -> pb::EditNoteRequest {
    pb::EditNoteRequest {
        name: note.name.clone(),
        text: Some(text.to_owned()),
        etag: note.etag.clone(),
        ..pb::EditNoteRequest::default()
    }
}

async fn edited(service: &TestService, request: pb::EditNoteRequest) -> Result<pb::EditNoteResponse, Status> {
    notes(service).edit_note(request).await.map(tonic::Response::into_inner)
}

fn reasons(problems: &[pb::NoteProblem]) -> Vec<Reason> {
    problems.iter().map(pb::NoteProblem::reason).collect()
}

fn gestures(service: &TestService) -> GestureServiceClient<Channel> {
    GestureServiceClient::new(service.channel())
}

/// A note in a person's own words, due now.
async fn planned(service: &TestService, customer: &str, channel: pb::Channel, text: &str) -> pb::Gesture {
    let gesture = pb::Gesture {
        customer: customer.to_owned(),
        location: SHOP.to_owned(),
        kind: pb::GestureKind::Note.into(),
        channel: channel.into(),
        purpose: pb::Purpose::Service.into(),
        promised: true,
        content: Some(pb::GestureContent { text: text.to_owned(), ..pb::GestureContent::default() }),
        ..pb::Gesture::default()
    };
    let request = pb::ScheduleGestureRequest { gesture: Some(gesture), ..pb::ScheduleGestureRequest::default() };
    let planned = gestures(service).schedule_gesture(request).await.expect("planned").into_inner();
    planned.gesture.expect("it is returned")
}

/// Somebody who can be written e-mails.
async fn has_email(service: &TestService, name: &str) {
    let point = pb::ContactPoint {
        address: Some(pb::contact_point::Address::Email("ada@example.org".to_owned())),
        ..pb::ContactPoint::default()
    };
    let customer = pb::Customer { name: name.to_owned(), contact_points: vec![point], ..pb::Customer::default() };
    let request = pb::UpdateCustomerRequest { customer: Some(customer), ..pb::UpdateCustomerRequest::default() };
    customers(service).update_customer(request).await.expect("changed");
}

async fn carried_out_by_a_worker(service: &TestService, gesture: &pb::Gesture) {
    let claim = pb::ClaimGesturesRequest { worker: "mailer".to_owned(), max_count: 100, ..Default::default() };
    let claimed = gestures(service).claim_gestures(claim).await.expect("claimed").into_inner().gestures;
    let of_it = |it: &&pb::ClaimedGesture| it.gesture.as_ref().is_some_and(|it| it.name == gesture.name);
    let lease_token = claimed.iter().find(of_it).expect("it is due").lease_token;
    let item = pb::StartDeliveryItem { name: gesture.name.clone(), lease_token };
    let started = pb::StartDeliveryRequest { items: vec![item] };
    let started = gestures(service).start_delivery(started).await.expect("started").into_inner().results;
    assert_eq!(started[0].error, None);
    let done = pb::CompleteGestureRequest {
        name: gesture.name.clone(),
        authority: Some(pb::complete_gesture_request::Authority::LeaseToken(lease_token)),
        ..pb::CompleteGestureRequest::default()
    };
    gestures(service).complete_gesture(done).await.expect("completed");
}

const GOOD: &str = "Hello,\n\nwe still think of your red teapot with pleasure.\n\nMina";

both_engines! {
    async fn p8_a_note_is_edited_leaves_as_edited_and_says_by_whom(database) {
        let service = shop_with_regulars(database).await;
        let (batch_name, note) = ready(&service).await;
        assert!(note.problems.is_empty() && note.editor.is_empty() && !note.etag.is_empty(), "{note:?}");
        let request = pb::EditNoteRequest { request_id: uuid::Uuid::from_u128(9).to_string(), ..edit(&note, GOOD) };
        let mut call = tonic::Request::new(request.clone());
        call.metadata_mut().insert("x-gratitude-staff", "mina".parse().expect("a name"));
        let changed = notes(&service).edit_note(call).await.expect("edited").into_inner().note.expect("it is returned");
        assert_eq!((changed.state(), changed.text.as_str(), changed.editor.as_str()), (pb::note::State::Composed, GOOD, "mina"));
        assert!(changed.edit_time.is_some() && changed.etag != note.etag);
        assert!(changed.facts.iter().any(|fact| fact.particular && GOOD.contains(&fact.text)), "{:?}", changed.facts);
        assert!(edited(&service, request).await.expect("the same call again").replayed);
        let status = edited(&service, edit(&note, "Something else.")).await.expect_err("an old etag");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));

        approve(&service, &batch_name, "").await.expect("approved");
        service.advance("1s").await;
        let left = listed(&service, &batch_name, "note.state = DELIVERED").await;
        assert!(left.iter().any(|note| note.name == changed.name && note.text == GOOD), "{left:?}");
        let status = edited(&service, pb::EditNoteRequest { etag: String::new(), ..edit(&note, GOOD) }).await;
        assert_eq!(reason(&status.expect_err("it has left")), "NOTE_BATCH_STATE");
        service.stop().await;
    }

    async fn p8_what_speaks_against_an_edit_keeps_the_note_here_until_it_is_put_right_or_accepted(database) {
        let service = shop_with_regulars(database).await;
        let (batch_name, note) = ready(&service).await;
        let hollow = "Hello,\n\nit was nice to see you.\n\nMina";
        let with_person = edited(&service, edit(&note, hollow)).await.expect("edited").note.expect("returned");
        assert_eq!((with_person.state(), reasons(&with_person.problems)), (pb::note::State::WithPerson, vec![Reason::NothingParticular]));
        assert!(with_person.problems.iter().all(|it| !it.text.is_empty() && !it.suggestion.is_empty()));
        assert_eq!(batch(&service, &batch_name).await.with_person_count, 1);

        let accepting = pb::EditNoteRequest {
            accepted_problems: vec![Reason::NothingParticular.into()],
            text: None,
            ..edit(&with_person, "")
        };
        let accepted = edited(&service, accepting).await.expect("edited").note.expect("returned");
        assert_eq!((accepted.state(), accepted.text.as_str()), (pb::note::State::Composed, hollow));
        let never = pb::EditNoteRequest { accepted_problems: vec![Reason::Placeholder.into()], ..edit(&accepted, "Dear [name],") };
        assert_eq!(fields(&edited(&service, never).await.expect_err("never accepted")), ["accepted_problems[0]"]);
        let gap = edited(&service, edit(&accepted, "Dear [name],\n\nyour red teapot is here.\n\nMina")).await.expect("edited");
        let gap = gap.note.expect("returned");
        assert_eq!((gap.state(), reasons(&gap.problems)), (pb::note::State::WithPerson, vec![Reason::Placeholder]));

        approve(&service, &batch_name, "").await.expect("approved");
        service.advance("1s").await;
        let over = batch(&service, &batch_name).await;
        assert_eq!((over.delivered_count, over.with_person_count), (2, 1), "{over:?}");
        service.stop().await;
    }

    async fn p8_a_note_is_written_anew_in_another_variant(database) {
        let service = shop_with_regulars(database).await;
        let (_, note) = ready(&service).await;
        let request = pb::RegenerateNoteRequest {
            name: note.name.clone(),
            request_id: uuid::Uuid::from_u128(10).to_string(),
            ..pb::RegenerateNoteRequest::default()
        };
        let anew = notes(&service).regenerate_note(request.clone()).await.expect("written").into_inner();
        let written = anew.note.expect("returned");
        assert!(written.text != note.text && written.state() == pb::note::State::Composed, "{written:?}");
        let again = notes(&service).regenerate_note(request).await.expect("replayed").into_inner();
        assert_eq!((again.replayed, again.note), (true, Some(written)));
        service.stop().await;
    }

    async fn p8_words_are_looked_at_before_they_go_anywhere(database) {
        let service = shop_with_regulars(database).await;
        let (_, note) = ready(&service).await;
        let words = |text: &str| pb::LintNoteRequest { customer: note.customer.clone(), text: text.to_owned(), ..pb::LintNoteRequest::default() };
        let good = notes(&service).lint_note(words(GOOD)).await.expect("looked at").into_inner();
        assert_eq!(reasons(&good.problems), [], "{good:?}");
        assert!(good.facts.iter().any(|fact| fact.text == "a red teapot" || GOOD.contains(&fact.text)), "{good:?}");
        let bad = notes(&service).lint_note(words("Dear Zacharias,\n\nthank you for ___.")).await.expect("looked at").into_inner();
        assert_eq!(reasons(&bad.problems), [Reason::NothingParticular, Reason::Placeholder, Reason::MissingName, Reason::NoPerson]);
        let sorry = pb::LintNoteRequest { kind: pb::GestureKind::Apology.into(), ..words("We are sorry.\n\nMina") };
        let sorry = notes(&service).lint_note(sorry).await.expect("looked at").into_inner();
        assert!(reasons(&sorry.problems).contains(&Reason::ApologyWithoutCause), "{sorry:?}");
        let wrong = pb::LintNoteRequest { subject: "a\nBcc: everybody@example.org".to_owned(), kind: pb::GestureKind::Call.into(), ..pb::LintNoteRequest::default() };
        assert_eq!(fields(&notes(&service).lint_note(wrong).await.expect_err("wrong")), ["customer", "kind", "subject", "text"]);
        service.stop().await;
    }

    async fn p8_what_a_worker_or_a_person_brought_is_not_said_again_in_a_batch(database) {
        let service = shop_with_regulars(database).await;
        let (_, note) = ready(&service).await;
        let given = "Hello,\n\nyour red teapot looked splendid in your hands.\n\nMina";
        let lint = async |text: &str| {
            let words = pb::LintNoteRequest { customer: note.customer.clone(), text: text.to_owned(), ..Default::default() };
            reasons(&notes(&service).lint_note(words).await.expect("looked at").into_inner().problems)
        };
        assert_eq!((lint(GOOD).await, lint(given).await), (Vec::new(), Vec::new()));
        has_email(&service, &note.customer).await;
        let mailed = planned(&service, &note.customer, pb::Channel::Email, GOOD).await;
        carried_out_by_a_worker(&service, &mailed).await;
        assert_eq!(lint(GOOD).await, [Reason::RepeatedWording]);
        let edited = edited(&service, edit(&note, GOOD)).await.expect("edited").note.expect("returned");
        assert_eq!((edited.state(), reasons(&edited.problems)), (pb::note::State::WithPerson, vec![Reason::RepeatedWording]));

        let handed = planned(&service, &note.customer, pb::Channel::HandOver, given).await;
        let done = pb::CompleteGestureRequest {
            name: handed.name,
            authority: Some(pb::complete_gesture_request::Authority::Etag(handed.etag)),
            ..pb::CompleteGestureRequest::default()
        };
        gestures(&service).complete_gesture(done).await.expect("handed over");
        assert_eq!(lint(given).await, [Reason::RepeatedWording]);
        service.stop().await;
    }

    async fn what_no_font_has_speaks_against_words_that_are_printed(database) {
        let service = printing(database).await;
        let customer = regular(&service, "Ada").await.name;
        let lint = async |channel: pb::Channel| {
            let words = pb::LintNoteRequest {
                customer: customer.clone(),
                channel: channel.into(),
                text: GOOD.replace("pleasure", "pleasure 😀"),
                ..pb::LintNoteRequest::default()
            };
            reasons(&notes(&service).lint_note(words).await.expect("looked at").into_inner().problems)
        };
        for printed in [pb::Channel::Post, pb::Channel::HandOver] {
            assert_eq!(lint(printed).await, [Reason::NoFont], "{printed:?}");
        }
        assert_eq!(lint(pb::Channel::Email).await, [], "no press sets an e-mail");
        service.stop().await;
    }
}

//! One note on paper, set for a person who asks for it.

use gratitude::proto::v1 as pb;
use pb::{
    PrintLayout, case_service_client::CaseServiceClient, gesture_service_client::GestureServiceClient,
    print_note_request::Subject,
};
use tonic::Code;

use super::{
    SHOP,
    notes::{approve, listed, notes},
    print::{approved, composed, printing, refuse, regular},
    reason,
};
use crate::support::pdf;

both_engines! {
    async fn one_note_is_set_for_a_person(database) {
        let service = printing(database).await;
        let ada = regular(&service, "Ada").await;
        let ready = composed(&service, pb::Channel::Post).await;
        let note = listed(&service, &ready.name, "").await.remove(0);
        let print = |subject: Subject, layout: PrintLayout| {
            let request = pb::PrintNoteRequest { subject: Some(subject), layout: layout.into() };
            let mut notes = notes(&service);
            async move { notes.print_note(request).await.map(|reply| reply.into_inner().pdf) }
        };
        let status = print(Subject::Note(note.name.clone()), PrintLayout::Unspecified).await.expect_err("not approved");
        assert_eq!(reason(&status), "NOTE_BATCH_STATE");
        let gesture = || Subject::Gesture(note.gestures[0].clone());
        let status = print(gesture(), PrintLayout::HandA4).await.expect_err("by its gesture no more than by its name");
        assert_eq!(reason(&status), "NOTE_BATCH_STATE");
        approve(&service, &ready.name, "").await.expect("approved");
        let by_hand = print(gesture(), PrintLayout::HandA4).await.expect("a sheet");
        pdf::assert_says(&by_hand, &["Ada", "27 Orchard Street"]);
        let edit = pb::EditNoteRequest {
            name: note.name.clone(),
            text: Some("Dear Ada,\n\nuntil we meet at the harbour.\n\nMina".to_owned()),
            ..pb::EditNoteRequest::default()
        };
        let edited = notes(&service).edit_note(edit).await.expect("edited").into_inner().note.expect("returned");
        assert_eq!(edited.state(), pb::note::State::WithPerson);
        let by_hand = print(Subject::Gesture(note.gestures[0].clone()), PrintLayout::HandA4).await.expect("a sheet");
        pdf::assert_says(&by_hand, &["until we meet at the harbour"]);

        let own = pb::Gesture {
            customer: ada.name.clone(),
            location: SHOP.to_owned(),
            kind: pb::GestureKind::Note.into(),
            channel: pb::Channel::HandOver.into(),
            content: Some(pb::GestureContent { text: "See you at the fair.".to_owned(), ..Default::default() }),
            ..pb::Gesture::default()
        };
        let mut gestures = GestureServiceClient::new(service.channel());
        let request = pb::ScheduleGestureRequest { gesture: Some(own), ..Default::default() };
        let own = gestures.schedule_gesture(request).await.expect("planned").into_inner().gesture.expect("it is returned");
        let card = print(Subject::Gesture(own.name.clone()), PrintLayout::Unspecified).await.expect("a card");
        assert_eq!(pdf::pages(&card), 2, "its usual format");
        pdf::assert_says(&card, &["See you at the fair."]);
        let status = print(Subject::Gesture(own.name.clone()), PrintLayout::LetterA4).await.expect_err("no address");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "UNPRINTABLE"));
        refuse(&service, &ada, pb::Channel::InPerson).await;
        let status = print(Subject::Gesture(own.name), PrintLayout::Unspecified).await.expect_err("withdrawn");
        assert!(["NO_CONSENT", "GESTURE_STATE"].contains(&reason(&status).as_str()), "{status:?}");
        service.stop().await;
    }

    async fn p7_what_a_complaint_holds_back_is_not_printed_one_by_one(database) {
        let service = printing(database).await;
        let ada = regular(&service, "Ada").await;
        let name = approved(&service, pb::Channel::Post).await;
        let note = listed(&service, &name, "").await.remove(0);
        let case = pb::Case { customer: ada.name.clone(), summary: "A scratch.".to_owned(), ..pb::Case::default() };
        let open = pb::OpenCaseRequest { case: Some(case), ..pb::OpenCaseRequest::default() };
        CaseServiceClient::new(service.channel()).open_case(open).await.expect("opened");
        for held in [Subject::Gesture(note.gestures[0].clone()), Subject::Note(note.name.clone())] {
            let request = pb::PrintNoteRequest { subject: Some(held), ..pb::PrintNoteRequest::default() };
            let status = notes(&service).print_note(request).await.expect_err("the apology comes first");
            assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "GESTURE_STATE"));
        }
        service.stop().await;
    }
}

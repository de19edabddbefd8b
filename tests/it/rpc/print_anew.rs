//! Notes on paper that are not what they should be: edited, gone to an old address, or lost with their run.

use gratitude::proto::v1 as pb;
use pb::{PrintLayout, interaction_service_client::InteractionServiceClient, note_batch, note_problem::Reason};

use super::{
    SHOP, customers,
    notes::{approve, batch, listed, notes},
    print::{approved, composed, confirm, download, edit, pdf_of, printing, regular},
};
use crate::support::{pdf, service::TestService};

async fn edited(service: &TestService, request: pb::EditNoteRequest) -> pb::Note {
    notes(service).edit_note(request).await.expect("edited").into_inner().note.expect("it is returned")
}

/// Their letters go to another street from now on.
pub(super) async fn move_to(service: &TestService, customer: &pb::Customer, line: &str) {
    let get = pb::GetCustomerRequest { name: customer.name.clone() };
    let mut customer = customers(service).get_customer(get).await.expect("is there").into_inner();
    for point in &mut customer.contact_points {
        if let Some(pb::contact_point::Address::Post(post)) = &mut point.address {
            post.address_lines = vec![line.to_owned()];
        }
    }
    let paths = vec!["contact_points".to_owned()];
    let update = pb::UpdateCustomerRequest {
        customer: Some(customer),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..pb::UpdateCustomerRequest::default()
    };
    customers(service).update_customer(update).await.expect("moved");
}

both_engines! {
    async fn p6_a_letter_to_an_address_from_before_is_pulled_and_printed_anew(database) {
        let service = printing(database).await;
        let ada = regular(&service, "Ada").await;
        let name = approved(&service, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        move_to(&service, &ada, "99 New Lane").await;
        for _ in 0..2 {
            let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
            let [sheet] = &confirmed.sheets_to_pull[..] else { panic!("{confirmed:?}") };
            assert_eq!((confirmed.delivered_count, sheet.reason()), (0, pb::Reason::FactsChanged));
            assert!(sheet.explanation.contains("address"), "{}", sheet.explanation);
        }
        let anew = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        pdf::assert_says(&anew.files[0], &["99 New Lane"]);
        let confirmed = confirm(&service, &name, &anew.run).await.expect("confirmed");
        assert_eq!((confirmed.delivered_count, confirmed.sheets_to_pull.len()), (1, 0));
        service.stop().await;
    }

    async fn p8_an_edit_that_cannot_be_printed_is_a_persons_until_it_can(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        let name = composed(&service, pb::Channel::Post).await.name;
        let note = listed(&service, &name, "").await.remove(0);
        let gap = edited(&service, edit(&note, Some(format!("{} \u{0e0a}", note.text)))).await;
        let problems: Vec<_> = gap.problems.iter().map(pb::NoteProblem::reason).collect();
        assert_eq!((gap.state(), problems), (pb::note::State::WithPerson, vec![Reason::NoFont]));
        approve(&service, &name, "").await.expect("approved");
        service.advance("1s").await;
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Completed, "nothing waits");

        let heading = pb::EditNoteRequest { subject: Some("With our thanks".to_owned()), ..edit(&note, Some(note.text.clone())) };
        let mended = edited(&service, heading).await;
        assert_eq!((mended.state(), mended.subject.as_str()), (pb::note::State::Composed, "With our thanks"));
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Delivering, "it goes on");
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        pdf::assert_says(&printed.files[0], &["With our thanks"]);
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        assert_eq!((confirmed.delivered_count, confirmed.sheets_to_pull.len()), (1, 0));
        assert_eq!(batch(&service, &name).await.state(), note_batch::State::Completed);
        service.stop().await;
    }

    async fn p8_a_sheet_whose_words_cannot_be_printed_any_more_is_still_pulled(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        regular(&service, "Bea").await;
        let name = approved(&service, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        let note = listed(&service, &name, "").await.remove(0);
        let gap = edited(&service, edit(&note, Some(format!("{} \u{0e0a}", note.text)))).await;
        assert_eq!(gap.state(), pb::note::State::WithPerson);
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        let [sheet] = &confirmed.sheets_to_pull[..] else { panic!("{confirmed:?}") };
        assert_eq!((confirmed.delivered_count, sheet.note.as_str()), (1, note.name.as_str()));
        service.stop().await;
    }

    async fn a_print_run_whose_name_nobody_kept_is_named_by_its_batch(database) {
        let service = printing(database).await;
        for name in ["Ada", "Bea"] {
            regular(&service, name).await;
        }
        let name = approved(&service, pb::Channel::Post).await;
        assert_eq!(batch(&service, &name).await.open_print_runs, []);
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        let open = |run: &str| [pb::OpenPrintRun { print_run: run.to_owned(), sheet_count: 2 }];
        assert_eq!(batch(&service, &name).await.open_print_runs, open(&printed.run));
        let anew = pb::DownloadNoteBatchRequest { replaces_print_run: printed.run, ..pdf_of(&name, PrintLayout::LetterA4) };
        let anew = download(&service, anew).await.expect("a file");
        assert_eq!(batch(&service, &name).await.open_print_runs, open(&anew.run), "the old one is waste");
        confirm(&service, &name, &anew.run).await.expect("confirmed");
        assert_eq!(batch(&service, &name).await.open_print_runs, []);
        service.stop().await;
    }

    async fn p6_an_edit_that_changes_nothing_pulls_no_sheet(database) {
        let service = printing(database).await;
        regular(&service, "Ada").await;
        let name = approved(&service, pb::Channel::Post).await;
        let printed = download(&service, pdf_of(&name, PrintLayout::LetterA4)).await.expect("a file");
        let note = listed(&service, &name, "").await.remove(0);
        let same = edited(&service, pb::EditNoteRequest { accepted_problems: Vec::new(), ..edit(&note, Some(note.text.clone())) }).await;
        assert_eq!((same.etag, same.editor.as_str()), (note.etag, ""));
        let confirmed = confirm(&service, &name, &printed.run).await.expect("confirmed");
        assert_eq!((confirmed.delivered_count, confirmed.sheets_to_pull), (1, vec![]));
        service.stop().await;
    }

    async fn p8_no_letter_names_a_surprise_that_it_is_not_about(database) {
        let service = printing(database).await;
        let ada = regular(&service, "Ada").await;
        let ring = pb::PurchaseItem { display_name: "ein Diamantring".to_owned(), ..pb::PurchaseItem::default() };
        let interaction = pb::Interaction {
            location: SHOP.to_owned(),
            kind: pb::InteractionKind::Purchase.into(),
            channel: pb::InteractionChannel::InStore.into(),
            purchase: Some(pb::Purchase { items: vec![ring], surprise: true, ..pb::Purchase::default() }),
            history: true,
            ..pb::Interaction::default()
        };
        let bought = pb::RecordInteractionRequest {
            who: Some(pb::Who { who: Some(pb::who::Who::Customer(ada.name.clone())) }),
            interaction: Some(interaction),
            ..pb::RecordInteractionRequest::default()
        };
        let mut interactions = InteractionServiceClient::new(service.channel());
        let bought = interactions.record_interaction(bought).await.expect("recorded").into_inner().interaction;
        let bought = bought.expect("it is returned").name;

        let name = composed(&service, pb::Channel::Post).await.name;
        let note = listed(&service, &name, "note.state = COMPOSED").await.remove(0);
        let text = "Dear Ada,\n\nwe hope that the Diamantring pleases, and your red teapot.\n\nMina";
        let own = pb::LintNoteRequest {
            customer: ada.name.clone(),
            text: text.to_owned(),
            channel: pb::Channel::Post.into(),
            location: SHOP.to_owned(),
            ..pb::LintNoteRequest::default()
        };
        let linted = notes(&service).lint_note(own).await.expect("looked at").into_inner();
        let names_it = |problems: &[pb::NoteProblem]| problems.iter().any(|it| it.reason() == Reason::SurpriseAtSharedAddress);
        assert!(names_it(&linted.problems), "{linted:?}");
        let kept = edited(&service, edit(&note, Some(text.to_owned()))).await;
        assert!(kept.state() == pb::note::State::WithPerson && names_it(&kept.problems), "{kept:?}");

        let void = pb::VoidInteractionRequest { name: bought, reason: "a slip".to_owned() };
        interactions.void_interaction(void).await.expect("taken back");
        let good = edited(&service, edit(&note, Some(text.to_owned()))).await;
        assert!(good.state() == pb::note::State::Composed && !names_it(&good.problems), "nobody bought it: {good:?}");
        service.stop().await;
    }
}

//! What speaks against a template for real customers, before anything is written to them.

use gratitude::{config::Route, proto::v1 as pb};
use pb::{lint_template_request::Words, note_problem::Reason};
use tonic::{Code, Status};

use super::{
    SHOP, ada, fields,
    notes::{notes, purchase, shop_with_regulars},
    open, shop,
    templates::{browse, create, text},
    visit,
};
use crate::support::service::TestService;

/// A template that names something particular of who came on more days than one only.
fn for_regulars() -> pb::Template {
    let body =
        "{% if history.visit_days > 1 %}You came on {{ history.visit_days }} days.{% else %}Thank you.{% endif %}";
    pb::Template { occasion: pb::Occasion::Customer.into(), texts: vec![text("en", body)], ..browse() }
}

fn of(draft: pb::Template) -> pb::LintTemplateRequest {
    pb::LintTemplateRequest { words: Some(Words::Draft(draft)), ..pb::LintTemplateRequest::default() }
}

async fn linted(service: &TestService, request: pb::LintTemplateRequest) -> Result<pb::LintTemplateResponse, Status> {
    notes(service).lint_template(request).await.map(tonic::Response::into_inner)
}

/// How often each problem was found.
fn totals(found: &pb::LintTemplateResponse) -> Vec<(Reason, i32)> {
    found.problem_counts.iter().map(|problem| (problem.reason(), problem.count)).collect()
}

both_engines! {
    async fn a_template_is_tried_on_real_customers_and_nothing_is_written(database) {
        let service = shop_with_regulars(database).await;
        ada(&service).await;
        let found = linted(&service, of(for_regulars())).await.expect("tried");
        assert_eq!((found.drafts.len(), found.good_count, found.left_out_count), (4, 3, 1), "{found:?}");
        assert_eq!(totals(&found), [(Reason::NothingParticular, 1)]);
        let once = found.drafts.iter().find(|draft| !draft.problems.is_empty()).expect("who came once");
        let person = pb::GetCustomerRequest { name: once.customer.clone() };
        let person = super::customers(&service).get_customer(person).await.expect("there").into_inner();
        assert_eq!((person.display_name.as_str(), once.language_code.as_str(), once.variant), ("Dan", "en", 0));
        assert!(once.interaction.is_empty() && !once.problems[0].suggestion.is_empty(), "{once:?}");

        let at_the_shop = pb::LintTemplateRequest { location: SHOP.to_owned(), ..of(for_regulars()) };
        let found = linted(&service, at_the_shop).await.expect("tried");
        assert_eq!((found.drafts.len(), found.left_out_count), (5, 0), "who never came is written to by the shop");
        let regulars = pb::LintTemplateRequest { filter: "summary.visit_days >= 2".to_owned(), ..of(for_regulars()) };
        let found = linted(&service, regulars.clone()).await.expect("tried");
        assert_eq!((found.drafts.len(), found.good_count, totals(&found)), (3, 3, Vec::new()));
        let two = pb::LintTemplateRequest { sample_size: 2, ..regulars };
        assert_eq!(linted(&service, two).await.expect("tried").drafts.len(), 2);
        let broken = pb::Template { texts: vec![text("en", "Thank you, ___.")], ..for_regulars() };
        let found = linted(&service, of(broken)).await.expect("tried");
        assert_eq!(totals(&found), [(Reason::NothingParticular, 4), (Reason::Placeholder, 4)]);

        let batches = notes(&service).list_note_batches(pb::ListNoteBatchesRequest::default()).await.expect("listed");
        assert!(batches.into_inner().note_batches.is_empty(), "nothing is written");
        service.stop().await;
    }

    async fn a_template_about_visits_is_tried_on_the_newest_of_each_customer(database) {
        let service = shop(database).await;
        purchase(&service, "Bea", 1).await;
        let ada = ada(&service).await;
        visit(&service, &ada.name).await;
        service.advance("2d").await;
        let newest = visit(&service, &ada.name).await.interaction.expect("recorded").name;
        notes(&service).create_template(create("browse", browse())).await.expect("saved");
        let request = pb::LintTemplateRequest {
            words: Some(Words::Template("templates/browse".to_owned())),
            ..pb::LintTemplateRequest::default()
        };
        let found = linted(&service, request.clone()).await.expect("tried");
        let [draft] = &found.drafts[..] else { panic!("one customer, whose purchase gives no visit: {found:?}") };
        assert_eq!((draft.customer.as_str(), draft.interaction.as_str()), (ada.name.as_str(), newest.as_str()));
        assert_eq!((found.template_version, found.good_count), (1, 1), "{found:?}");
        let by_phone = pb::LintTemplateRequest { filter: "interaction.channel = PHONE".to_owned(), ..request };
        let found = linted(&service, by_phone).await.expect("tried");
        assert_eq!((found.drafts.len(), found.left_out_count), (0, 0));
        service.stop().await;
    }

    async fn who_has_died_is_left_out_of_a_trial(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        visit(&service, &ada.name).await;
        let died = pb::SetDeceasedRequest { name: ada.name, deceased: true, ..pb::SetDeceasedRequest::default() };
        super::customers(&service).set_deceased(died).await.expect("noted");
        for draft in [for_regulars(), browse()] {
            let found = linted(&service, of(draft)).await.expect("tried");
            assert_eq!((found.drafts.len(), found.left_out_count), (0, 1), "{found:?}");
        }
        service.stop().await;
    }

    async fn a_trial_that_can_not_be_is_refused(database) {
        let service = shop(database).await;
        let lost = pb::Template { texts: vec![text("en", "{{ customer.nmae }}")], ..for_regulars() };
        let wrong = pb::LintTemplateRequest { sample_size: -1, location: "x".to_owned(), ..of(lost) };
        let status = linted(&service, wrong).await.expect_err("wrong");
        assert_eq!(fields(&status), ["draft.texts[0].body", "sample_size", "location"]);
        let none = linted(&service, pb::LintTemplateRequest::default()).await.expect_err("no words");
        assert_eq!(fields(&none), ["words"]);
        let filter = pb::LintTemplateRequest { filter: "interaction.kind = VISIT".to_owned(), ..of(for_regulars()) };
        assert_eq!(fields(&linted(&service, filter).await.expect_err("no interaction")), ["filter"]);
        let saved = pb::LintTemplateRequest {
            words: Some(Words::Template("templates/none".to_owned())),
            ..pb::LintTemplateRequest::default()
        };
        assert_eq!(linted(&service, saved).await.expect_err("none").code(), Code::NotFound);
        service.stop().await;
    }

    async fn what_the_press_cannot_set_speaks_against_a_template_where_it_is_printed(database) {
        let service = TestService::with(database, |config| config.delivery.routes.post = Route::Print).await;
        open(&service).await;
        for day in 1..=2 {
            purchase(&service, "Ada", day).await;
        }
        let trial = |words: &str, channel: pb::Channel| {
            let days = "{% if history.visit_days %}You came on {{ history.visit_days }} days.{% endif %}";
            let body = format!("{days} {words}");
            let draft = pb::Template { texts: vec![text("en", &body)], ..for_regulars() };
            pb::LintTemplateRequest { channel: channel.into(), ..of(draft) }
        };
        let long = "Thank you so much for all of it. ".repeat(200);
        for (words, unset) in [("ありがとう。", Reason::NoFont), (long.as_str(), Reason::TooLong)] {
            let printed = linted(&service, trial(words, pb::Channel::Post)).await.expect("tried");
            assert_eq!((totals(&printed), printed.good_count), (vec![(unset, 1)], 0), "{printed:?}");
            assert!(!printed.drafts[0].problems[0].suggestion.is_empty(), "{printed:?}");
            let mailed = linted(&service, trial(words, pb::Channel::Email)).await.expect("tried");
            assert_eq!((totals(&mailed), mailed.good_count), (Vec::new(), 1), "no press sets an e-mail: {mailed:?}");
        }
        let good = linted(&service, trial("Thank you.", pb::Channel::Post)).await.expect("tried");
        assert_eq!((totals(&good), good.good_count), (Vec::new(), 1), "to whom it is posted is not asked: {good:?}");
        service.stop().await;
    }
}

//! Templates live in versions, are refused with everything that is wrong with them, and show what they would say.

use gratitude::{
    domain::{self, limits, template::starter},
    proto::v1 as pb,
};
use pb::{note_service_client::NoteServiceClient, preview_note_request::Words, rule_service_client::RuleServiceClient};
use prost_types::FieldMask;
use sea_orm::{ConnectionTrait, Database as Connection};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

use super::{SHOP, ada, fields, reason, shop, visit};
use crate::support::{binary::Serving, service::TestService};

fn notes(service: &TestService) -> NoteServiceClient<Channel> {
    NoteServiceClient::new(service.channel())
}

fn rules(service: &TestService) -> RuleServiceClient<Channel> {
    RuleServiceClient::new(service.channel())
}

pub(super) fn text(language: &str, body: &str) -> pb::TemplateText {
    pb::TemplateText {
        language_code: language.to_owned(),
        opening: "Dear {{ customer.name or 'friend' }},".to_owned(),
        body: body.to_owned(),
        closing: "{{ location.team or 'Your team' }}".to_owned(),
        ..pb::TemplateText::default()
    }
}

/// A template about a visit, which names what was looked at.
pub(super) fn browse() -> pb::Template {
    let english = "Thank you for looking at {{ interaction.items_looked_at | first | default('what we have') }}.";
    let german =
        "Danke, dass Sie sich {{ interaction.items_looked_at | first | default('umgesehen') }} angesehen haben.";
    pb::Template {
        display_name: "A look around".to_owned(),
        occasion: pb::Occasion::Visit.into(),
        texts: vec![text("en", english), text("de", german)],
        ..pb::Template::default()
    }
}

pub(super) fn create(id: &str, template: pb::Template) -> pb::CreateTemplateRequest {
    pb::CreateTemplateRequest {
        template_id: id.to_owned(),
        template: Some(template),
        ..pb::CreateTemplateRequest::default()
    }
}

fn update(template: pb::Template, paths: &[&str]) -> pb::UpdateTemplateRequest {
    let paths: Vec<_> = paths.iter().map(|path| (*path).to_owned()).collect();
    let update_mask = (!paths.is_empty()).then_some(FieldMask { paths });
    pb::UpdateTemplateRequest { template: Some(template), update_mask }
}

fn retire(name: &str) -> pb::RetireTemplateRequest {
    pb::RetireTemplateRequest { name: name.to_owned(), etag: String::new() }
}

fn get(name: &str, version: i32) -> pb::GetTemplateRequest {
    pb::GetTemplateRequest { name: name.to_owned(), version }
}

/// What is wrong with each field that a refusal names.
pub(super) fn faults(status: &Status) -> Vec<(String, String)> {
    let violations = status.get_details_bad_request().map(|request| request.field_violations).unwrap_or_default();
    violations.into_iter().map(|violation| (violation.field, violation.description)).collect()
}

/// A rule that answers visits in the words of a template.
fn visit_rule(template: &str) -> pb::Rule {
    pb::Rule {
        display_name: "Visits".to_owned(),
        trigger: Some(pb::rule::Trigger::Interaction(pb::InteractionPattern {
            kinds: vec![pb::InteractionKind::Visit.into()],
            ..pb::InteractionPattern::default()
        })),
        action: Some(pb::RuleAction {
            gesture_kind: pb::GestureKind::Note.into(),
            channels: vec![pb::Channel::HandOver.into()],
            deadline_duration: Some(prost_types::Duration { seconds: 86_400, nanos: 0 }),
            priority: 99,
            tone: pb::Tone::Cheerful.into(),
            group: "thanks".to_owned(),
            template: template.to_owned(),
            ..pb::RuleAction::default()
        }),
        ..pb::Rule::default()
    }
}

fn create_rule(rule: pb::Rule) -> pb::CreateRuleRequest {
    pb::CreateRuleRequest { rule_id: "visits".to_owned(), rule: Some(rule), ..pb::CreateRuleRequest::default() }
}

both_engines! {
    async fn a_template_lives_in_versions_until_it_is_retired(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let made = notes.create_template(create("browse", browse())).await.expect("a new template").into_inner();
        let template = made.template.expect("it is returned");
        assert_eq!((template.name.as_str(), template.version, template.state()), ("templates/browse", 1, pb::template::State::Active));
        let status = notes.create_template(create("browse", browse())).await.expect_err("taken");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"));

        let new = pb::Template { display_name: "Around".to_owned(), texts: vec![text("en", "Thank you.")], ..template.clone() };
        let after = notes.update_template(update(new.clone(), &["texts"])).await.expect("a new version").into_inner();
        assert_eq!((after.version, after.display_name.as_str(), after.texts.len()), (2, "A look around", 1));
        let status = notes.update_template(update(new, &["display_name"])).await.expect_err("read before");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        let same = notes.update_template(update(after.clone(), &["*"])).await.expect("no change").into_inner();
        assert_eq!(same, after, "what changes nothing makes no version");

        let first = notes.get_template(get("templates/browse", 1)).await.expect("the first version").into_inner();
        assert_eq!((first.version, &first.texts), (1, &template.texts));
        let newest = notes.get_template(get("templates/browse", 0)).await.expect("the newest").into_inner();
        assert_eq!(newest, after);
        let status = notes.get_template(get("templates/browse", 3)).await.expect_err("no such version");
        assert_eq!(status.code(), Code::NotFound);

        for _ in 0..2 {
            let retired = notes.retire_template(retire("templates/browse")).await.expect("retired").into_inner();
            assert_eq!(retired.state(), pb::template::State::Retired);
        }
        let back = pb::Template { name: template.name.clone(), display_name: "Back".to_owned(), ..pb::Template::default() };
        let status = notes.update_template(update(back, &[])).await.expect_err("retired");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "TEMPLATE_RETIRED"));
        let status = notes.create_template(create("browse", browse())).await.expect_err("taken for ever");
        assert_eq!(status.code(), Code::AlreadyExists);
        service.stop().await;
    }

    async fn p2_the_same_request_id_makes_one_template(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let once = pb::CreateTemplateRequest { request_id: uuid::Uuid::from_u128(1).to_string(), ..create("browse", browse()) };
        let first = notes.create_template(once.clone()).await.expect("a new template").into_inner();
        let again = notes.create_template(once.clone()).await.expect("replayed").into_inner();
        assert_eq!((first.replayed, again.replayed), (false, true));
        assert_eq!(first.template, again.template);
        let other = pb::Template { display_name: "Another".to_owned(), ..browse() };
        let status = notes.create_template(pb::CreateTemplateRequest { template: Some(other), ..once }).await.expect_err("other content");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "CONTENT_DIFFERS"));
        assert_eq!(status.get_details_error_info().expect("details").metadata["fields"], "template.display_name");
        service.stop().await;
    }

    async fn templates_are_listed_oldest_first_page_by_page(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let starters = notes.list_templates(pb::ListTemplatesRequest::default()).await.expect("a page").into_inner().templates;
        notes.create_template(create("browse", browse())).await.expect("a new template");
        notes.retire_template(retire("templates/browse")).await.expect("retired");
        for (show_retired, count) in [(false, starters.len()), (true, starters.len() + 1)] {
            let mut request = pb::ListTemplatesRequest { show_retired, page_size: 3, ..pb::ListTemplatesRequest::default() };
            let mut listed = Vec::new();
            loop {
                let page = notes.list_templates(request.clone()).await.expect("a page").into_inner();
                listed.extend(page.templates.into_iter().map(|template| template.name));
                request.page_token = page.next_page_token;
                if request.page_token.is_empty() {
                    break;
                }
            }
            assert_eq!(listed.len(), count);
            assert_eq!(listed.contains(&"templates/browse".to_owned()), show_retired);
        }
        service.stop().await;
    }

    async fn an_occasion_is_for_ever(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let made = notes.create_template(create("plain", pb::Template {
            occasion: pb::Occasion::Customer.into(),
            texts: vec![text("en", "Thank you.")],
            ..browse()
        }));
        let template = made.await.expect("a new template").into_inner().template.expect("it is returned");
        let other = pb::Template { occasion: pb::Occasion::Visit.into(), ..template };
        let status = notes.update_template(update(other, &["*"])).await.expect_err("another occasion");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["template.occasion".to_owned()]));
        service.stop().await;
    }

    async fn every_fault_is_told_at_once_with_line_and_column(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let wrong = pb::Template {
            display_name: String::new(),
            texts: vec![
                text("en", "Thank you.\nYou looked at {{ interaction.items_loked_at | first | default('things') }}."),
                pb::TemplateText { opening: "Dear {{ customer.name }},".to_owned(), ..text("english!", "Hello.") },
                pb::TemplateText { body: String::new(), channels: vec![77], ..text("de", "") },
                text("fr", "{{ purchase.items | list | default('rien') }}"),
                text("pt", &"x".repeat(limits::TEXT_MAX_BYTES + 1)),
            ],
            ..browse()
        };
        let status = notes.create_template(create("browse", wrong)).await.expect_err("all wrong");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_FIELDS"));
        let faults = faults(&status);
        let mut named: Vec<_> = faults.iter().map(|(field, _)| field.as_str()).collect();
        named.sort_unstable();
        assert_eq!(named, [
            "template.display_name",
            "template.texts[0].body",
            "template.texts[1].language_code",
            "template.texts[1].opening",
            "template.texts[2].body",
            "template.texts[2].channels[0]",
            "template.texts[3].body",
            "template.texts[4].body",
        ]);
        let about = |field: &str| faults.iter().find(|(named, _)| named == field).map(|(_, text)| text.clone()).expect(field);
        let typo = about("template.texts[0].body");
        assert!(typo.starts_with("line 2, column ") && typo.contains("interaction.items_looked_at"), "{typo}");
        let no_fallback = about("template.texts[1].opening");
        assert!(no_fallback.starts_with("line 1, column 9"), "{no_fallback}");
        let not_given = about("template.texts[3].body");
        assert!(not_given.starts_with("line 1, column 4") && not_given.contains("visit"), "{not_given}");
        let status = notes.get_template(get("templates/browse", 0)).await.expect_err("nothing was saved");
        assert_eq!(status.code(), Code::NotFound);
        service.stop().await;
    }

    async fn a_rule_speaks_in_words_that_its_trigger_can_fill(database) {
        let service = shop(database).await;
        let (mut notes, mut rules) = (notes(&service), rules(&service));
        let status = rules.create_rule(create_rule(visit_rule("templates/browse"))).await.expect_err("no such template");
        assert_eq!((status.code(), status.get_details_resource_info().expect("details").resource_name.as_str()), (Code::NotFound, "templates/browse"));

        notes.create_template(create("browse", browse())).await.expect("a new template");
        let bought = pb::Template { occasion: pb::Occasion::Purchase.into(), texts: vec![text("en", "Thank you.")], ..browse() };
        notes.create_template(create("bought", bought)).await.expect("a new template");
        let status = rules.create_rule(create_rule(visit_rule("templates/bought"))).await.expect_err("not every visit buys");
        let (field, text) = faults(&status).swap_remove(0);
        assert_eq!((status.code(), field.as_str()), (Code::InvalidArgument, "rule.action.template"));
        assert!(text.contains("purchase") && text.contains("visit"), "{text}");

        let made = rules.create_rule(create_rule(visit_rule("templates/browse"))).await.expect("a new rule").into_inner();
        let rule = made.rule.expect("it is returned");
        assert_eq!(rule.action.as_ref().expect("it acts").template, "templates/browse");
        let milestone = pb::Rule {
            name: rule.name.clone(),
            trigger: Some(pb::rule::Trigger::Milestone(pb::VisitMilestone { visit_days: vec![5] })),
            ..pb::Rule::default()
        };
        let status = rules.update_rule(pb::UpdateRuleRequest { rule: Some(milestone), update_mask: None }).await.expect_err("another trigger");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["rule.action.template".to_owned()]));

        let status = notes.retire_template(retire("templates/browse")).await.expect_err("in use");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "TEMPLATE_IN_USE"));
        assert_eq!(status.get_details_resource_info().expect("details").resource_name, "rules/visits");
        rules.retire_rule(pb::RetireRuleRequest { name: rule.name, etag: String::new() }).await.expect("retired");
        notes.retire_template(retire("templates/browse")).await.expect("nobody uses it");
        let again = pb::CreateRuleRequest { rule_id: "more-visits".to_owned(), ..create_rule(visit_rule("templates/browse")) };
        let status = rules.create_rule(again).await.expect_err("retired");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "TEMPLATE_RETIRED"));
        service.stop().await;
    }

    async fn what_speaks_for_gestures_without_words_can_be_changed_but_not_retired(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let status = notes.retire_template(retire("templates/a-call")).await.expect_err("calls need words");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "TEMPLATE_IN_USE"));
        let new = pb::Template { name: "templates/a-call".to_owned(), texts: vec![text("en", "How are you?")], ..pb::Template::default() };
        let changed = notes.update_template(update(new, &[])).await.expect("changed").into_inner();
        assert_eq!(changed.version, 2);
        service.stop().await;
    }

    async fn a_database_from_before_gets_the_starter_templates_and_keeps_its_rules_as_they_are(database) {
        assert_eq!(Serving::start(&database.url, &[]).terminate(), Some(0));
        let connection = Connection::connect(&database.url).await.expect("the database can be reached");
        for sql in [
            "DELETE FROM template_versions",
            "DELETE FROM templates",
            r#"UPDATE rule_versions SET definition = REPLACE(definition, ',"template":"' || rule_id || '"', '')"#,
        ] {
            connection.execute_unprepared(sql).await.expect("as it was before there were templates");
        }
        connection.close().await.expect("closed");

        let serving = Serving::start(&database.url, &[]);
        let channel = Channel::from_shared(serving.url()).expect("a URL").connect().await.expect("it listens");
        let listed = NoteServiceClient::new(channel.clone()).list_templates(pb::ListTemplatesRequest::default()).await;
        assert_eq!(listed.expect("a page").into_inner().templates.len(), starter::templates().len());
        let listed = RuleServiceClient::new(channel).list_rules(pb::ListRulesRequest::default()).await;
        let rules = listed.expect("a page").into_inner().rules;
        let starters = domain::starter::rules().len() + domain::starter::rules_that_are_off().len();
        assert_eq!(rules.len(), starters);
        for rule in rules {
            assert_eq!((rule.version, rule.action.expect("it acts").template), (1, String::new()), "{}", rule.name);
        }
        assert_eq!(serving.terminate(), Some(0));
    }

    async fn a_gesture_speaks_in_its_rules_words_and_keeps_their_version(database) {
        let service = shop(database).await;
        let (mut notes, mut rules) = (notes(&service), rules(&service));
        notes.create_template(create("browse", browse())).await.expect("a new template");
        rules.create_rule(create_rule(visit_rule("templates/browse"))).await.expect("a new rule");
        let ada = ada(&service).await;
        let gesture = visit(&service, &ada.name).await.gestures.swap_remove(0);
        let content = gesture.content.expect("it says something");
        assert_eq!(content.text, "Dear Ada,\n\nThank you for looking at a red teapot.\n\nMill Lane");
        assert_eq!((content.language_code.as_str(), content.template.as_str(), content.template_version), ("en", "templates/browse", 1));
        assert!(content.facts.contains(&"interaction.items_looked_at".to_owned()), "{:?}", content.facts);
        service.stop().await;
    }

    async fn a_preview_shows_what_would_be_said_and_on_what_it_rests(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        notes.create_template(create("browse", browse())).await.expect("a new template");
        let ada = ada(&service).await;
        let visit = visit(&service, &ada.name).await.interaction.expect("it is returned");
        let saved = pb::PreviewNoteRequest {
            customer: ada.name.clone(),
            words: Some(Words::Template("templates/browse".to_owned())),
            interaction: visit.name.clone(),
            ..pb::PreviewNoteRequest::default()
        };
        let shown = notes.preview_note(saved.clone()).await.expect("previewed").into_inner();
        assert_eq!(shown.text, "Dear Ada,\n\nThank you for looking at a red teapot.\n\nMill Lane");
        assert_eq!((shown.language_code.as_str(), shown.variant, shown.template_version), ("en", 0, 1));
        let fact = shown.facts.iter().find(|fact| fact.path == "interaction.items_looked_at").expect("it is used");
        assert_eq!((fact.text.as_str(), fact.origin(), fact.particular), ("a red teapot", pb::fact::Origin::SeenHere, true));
        assert!(shown.problems.is_empty(), "{:?}", shown.problems);

        let german = pb::PreviewNoteRequest { language_code: "de-AT".to_owned(), ..saved.clone() };
        let shown = notes.preview_note(german).await.expect("previewed").into_inner();
        assert_eq!((shown.language_code.as_str(), shown.variant), ("de", 1));

        let draft = pb::Template { occasion: pb::Occasion::Customer.into(), texts: vec![text("en", "Thank you for coming.")], ..pb::Template::default() };
        let unsaved = pb::PreviewNoteRequest { words: Some(Words::Draft(draft)), interaction: String::new(), ..saved.clone() };
        let shown = notes.preview_note(unsaved).await.expect("previewed").into_inner();
        assert_eq!(shown.template_version, 0);
        assert_eq!(shown.problems.len(), 1, "p8: {:?}", shown.problems);
        service.stop().await;
    }

    async fn a_preview_of_what_can_not_be_is_refused(database) {
        let service = shop(database).await;
        let mut notes = notes(&service);
        let ada = ada(&service).await;
        let visit = visit(&service, &ada.name).await.interaction.expect("it is returned");
        let ask = |words| pb::PreviewNoteRequest {
            customer: ada.name.clone(),
            words: Some(words),
            interaction: visit.name.clone(),
            ..pb::PreviewNoteRequest::default()
        };
        let purchase = pb::Template {
            occasion: pb::Occasion::Purchase.into(),
            texts: vec![text("en", "Thank you for {{ purchase.items | list | default('it') }}.")],
            ..pb::Template::default()
        };
        let status = notes.preview_note(ask(Words::Draft(purchase))).await.expect_err("nothing was bought");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["interaction".to_owned()]));
        assert!(status.message().contains("purchase"), "{}", status.message());

        let wrong = pb::Template { texts: vec![text("en", "{{ nonsense }}")], ..browse() };
        let status = notes.preview_note(ask(Words::Draft(wrong))).await.expect_err("could not be saved");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["draft.texts[0].body".to_owned()]));

        let without = pb::PreviewNoteRequest { interaction: String::new(), ..ask(Words::Draft(browse())) };
        let status = notes.preview_note(without).await.expect_err("nothing to speak of");
        assert_eq!(fields(&status), ["interaction"]);

        let status = notes.preview_note(pb::PreviewNoteRequest::default()).await.expect_err("empty");
        assert_eq!(fields(&status), ["customer", "words"]);
        let nobody = pb::PreviewNoteRequest { customer: "customers/00000000-0000-7000-8000-000000000001".to_owned(), ..ask(Words::Draft(browse())) };
        let status = notes.preview_note(nobody).await.expect_err("nobody");
        assert_eq!(status.code(), Code::NotFound);
        let theirs = pb::PreviewNoteRequest { location: SHOP.to_owned(), ..ask(Words::Draft(browse())) };
        notes.preview_note(theirs).await.expect("their own visit");
        service.stop().await;
    }
}

//! Rules are kept in versions; cases hold cheer; coverage is counted.

use gratitude::proto::v1 as pb;
use pb::{
    case_service_client::CaseServiceClient, insight_service_client::InsightServiceClient,
    rule_service_client::RuleServiceClient,
};
use prost_types::FieldMask;
use tonic::Code;

use super::{ada, fields, reason, shop, visit};

fn thanks() -> pb::Rule {
    pb::Rule {
        display_name: "Thanks".to_owned(),
        trigger: Some(pb::rule::Trigger::Interaction(pb::InteractionPattern {
            kinds: vec![pb::InteractionKind::Compliment.into()],
            ..pb::InteractionPattern::default()
        })),
        action: Some(pb::RuleAction {
            gesture_kind: pb::GestureKind::Note.into(),
            channels: vec![pb::Channel::HandOver.into()],
            deadline_duration: Some(prost_types::Duration { seconds: 86_400, nanos: 0 }),
            tone: pb::Tone::Cheerful.into(),
            ..pb::RuleAction::default()
        }),
        ..pb::Rule::default()
    }
}

both_engines! {
    async fn a_rule_lives_in_versions_until_it_is_retired(database) {
        let service = shop(database).await;
        let mut rules = RuleServiceClient::new(service.channel());
        let create = pb::CreateRuleRequest {
            rule_id: "praise".to_owned(),
            rule: Some(thanks()),
            request_id: uuid::Uuid::from_u128(1).to_string(),
            ..pb::CreateRuleRequest::default()
        };
        let made = rules.create_rule(create.clone()).await.expect("a new rule").into_inner();
        assert!(rules.create_rule(create).await.expect("replayed").into_inner().replayed);
        let rule = made.rule.expect("it is returned");
        assert_eq!((rule.version, rule.state()), (1, pb::rule::State::Enabled));

        let new = pb::Rule { name: rule.name.clone(), condition: "summary.visit_days >= 2".to_owned(), ..pb::Rule::default() };
        let update = pb::UpdateRuleRequest { rule: Some(new), update_mask: None };
        let after = rules.update_rule(update).await.expect("a new version").into_inner();
        assert_eq!((after.version, after.display_name.as_str()), (2, "Thanks"));

        let new = pb::Rule { name: rule.name.clone(), condition: "summary.visit_dayz >= 2".to_owned(), ..pb::Rule::default() };
        let mask = Some(FieldMask { paths: vec!["condition".to_owned()] });
        let status = rules.update_rule(pb::UpdateRuleRequest { rule: Some(new), update_mask: mask }).await.expect_err("no such field");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["rule.condition".to_owned()]));

        let name = rule.name.clone();
        rules.disable_rule(pb::DisableRuleRequest { name: name.clone(), etag: String::new() }).await.expect("disabled");
        rules.retire_rule(pb::RetireRuleRequest { name: name.clone(), etag: String::new() }).await.expect("retired");
        let status = rules.enable_rule(pb::EnableRuleRequest { name: name.clone(), etag: String::new() }).await.expect_err("retired");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "RULE_RETIRED"));

        let listed = rules.list_rules(pb::ListRulesRequest::default()).await.expect("a page").into_inner().rules;
        assert!(!listed.is_empty() && listed.iter().all(|rule| rule.name != name), "the starter rules are there, this is not");
        service.stop().await;
    }

    async fn p7_an_open_case_holds_cheer_until_it_is_resolved(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let planned = visit(&service, &ada.name).await.gestures;
        let mut cases = CaseServiceClient::new(service.channel());
        let open = pb::OpenCaseRequest {
            case: Some(pb::Case { customer: ada.name.clone(), summary: "The glaze cracked.".to_owned(), ..pb::Case::default() }),
            request_id: uuid::Uuid::from_u128(1).to_string(),
        };
        let opened = cases.open_case(open.clone()).await.expect("opened").into_inner();
        assert!(cases.open_case(open).await.expect("replayed").into_inner().replayed);
        let case = opened.case.expect("it is returned");
        assert_eq!((case.state(), case.severity), (pb::case::State::Open, 3));

        let mut gestures = pb::gesture_service_client::GestureServiceClient::new(service.channel());
        for gesture in &planned {
            let request = pb::GetGestureRequest { name: gesture.name.clone() };
            let state = gestures.get_gesture(request).await.expect("it is there").into_inner().state();
            assert_eq!(state, pb::gesture::State::Held);
        }

        let resolve = |cause| pb::ResolveCaseRequest {
            name: case.name.clone(),
            cause,
            remedy: "A new one.".to_owned(),
            etag: case.etag.clone(),
            ..pb::ResolveCaseRequest::default()
        };
        let status = cases.resolve_case(resolve(None)).await.expect_err("no cause");
        assert_eq!(fields(&status), ["cause"]);
        let cause = pb::resolve_case_request::Cause::NoCauseFound(true);
        let resolved = cases.resolve_case(resolve(Some(cause.clone()))).await.expect("resolved").into_inner();
        assert_eq!(resolved.case.expect("it is returned").state(), pb::case::State::Resolved);
        let status = cases.resolve_case(resolve(Some(cause))).await.expect_err("resolved already");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "CASE_NOT_OPEN"));
        let filter = "case.state = RESOLVED".to_owned();
        let listed = cases.list_cases(pb::ListCasesRequest { filter, ..pb::ListCasesRequest::default() }).await;
        assert_eq!(listed.expect("a page").into_inner().cases.len(), 1);
        service.stop().await;
    }

    async fn p9_coverage_counts_every_obligation(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        visit(&service, &ada.name).await;
        let mut insights = InsightServiceClient::new(service.channel());
        let coverage = insights.get_coverage(pb::GetCoverageRequest::default()).await.expect("counted").into_inner();
        let not_bought = coverage.not_bought.expect("counts");
        assert_eq!((not_bought.interactions, not_bought.owed, not_bought.open), (1, 1, 1));
        assert_eq!((coverage.customers, coverage.returning_customers, coverage.gap), (1, 0, None));

        let request = pb::ListObligationsRequest {
            state: pb::obligation::State::Open.into(),
            location: super::SHOP.to_owned(),
            ..pb::ListObligationsRequest::default()
        };
        let listed = insights.list_obligations(request).await.expect("a page").into_inner().obligations;
        assert_eq!(listed.len(), 1);
        assert!(!listed[0].explanation.is_empty());
        service.stop().await;
    }
}

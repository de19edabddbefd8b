//! Rules are checked and simulated before they are let loose.

use gratitude::proto::v1 as pb;
use pb::{
    customer_service_client::CustomerServiceClient, gesture_service_client::GestureServiceClient,
    rule_service_client::RuleServiceClient, simulate_rule_request::Rule as Which,
};
use tonic::Code;

use super::{ada, fields, shop, visit};

fn action() -> pb::RuleAction {
    pb::RuleAction {
        gesture_kind: pb::GestureKind::Note.into(),
        channels: vec![pb::Channel::HandOver.into()],
        deadline_duration: Some(prost_types::Duration { seconds: 86_400, nanos: 0 }),
        tone: pb::Tone::Cheerful.into(),
        ..pb::RuleAction::default()
    }
}

fn rule(trigger: pb::rule::Trigger, condition: &str) -> pb::Rule {
    pb::Rule {
        display_name: "A thought".to_owned(),
        trigger: Some(trigger),
        condition: condition.to_owned(),
        action: Some(action()),
        ..pb::Rule::default()
    }
}

fn any_interaction() -> pb::rule::Trigger {
    pb::rule::Trigger::Interaction(pb::InteractionPattern::default())
}

both_engines! {
    async fn a_rule_is_weighed_on_the_past_and_nothing_comes_of_it(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let mut rules = RuleServiceClient::new(service.channel());
        for _ in 0..3 {
            visit(&service, &ada.name).await;
        }
        let mut gestures = GestureServiceClient::new(service.channel());
        let before = gestures.list_gestures(pb::ListGesturesRequest::default()).await.expect("a page").into_inner();
        // A moment later: what begins now lies not before now.
        let later = service.now().checked_add(jiff::SignedDuration::from_mins(1)).expect("in range");
        let end_time = Some(prost_types::Timestamp { seconds: later.as_second(), nanos: 0 });
        let ask = |which, page_token: &str| pb::SimulateRuleRequest {
            rule: Some(which),
            end_time,
            page_size: 2,
            page_token: page_token.to_owned(),
            ..pb::SimulateRuleRequest::default()
        };

        // The rule that is kept: what it did itself is not in its way.
        let saved = Which::Name("rules/thanks-for-stopping-by".to_owned());
        let first = rules.simulate_rule(ask(saved.clone(), "")).await.expect("simulated").into_inner();
        assert_eq!((first.looked_at_count, first.matched_count), (2, 2));
        assert!(!first.approximations.is_empty() && !first.next_page_token.is_empty());
        let last = rules.simulate_rule(ask(saved, &first.next_page_token)).await.expect("simulated").into_inner();
        assert_eq!((last.looked_at_count, last.matched_count, last.next_page_token.as_str()), (1, 1, ""));
        let made = first.gesture_count + last.gesture_count;
        let group: i64 = [&first, &last].iter().flat_map(|page| &page.stopped).map(|one| one.count).sum();
        assert_eq!((made, group), (1, 2), "one of a group speaks on a day: {first:?}");

        // One that is not saved: the history is that of the time.
        let draft = Which::Draft(rule(any_interaction(), "interaction.kind = visit AND summary.visit_days >= 2"));
        let page = rules.simulate_rule(ask(draft, "")).await.expect("simulated").into_inner();
        assert_eq!((page.gesture_count, page.failed.len()), (0, 1));
        assert_eq!((page.failed[0].clause.as_str(), page.failed[0].count), ("summary.visit_days >= 2", 2));
        let draft = Which::Draft(rule(any_interaction(), "interaction.kind = visit"));
        let page = rules.simulate_rule(ask(draft, "")).await.expect("simulated").into_inner();
        assert_eq!(page.gesture_count, 2);
        let example = page.examples.iter().find(|it| it.outcome() == pb::simulated_example::Outcome::Gesture);
        assert_eq!(example.expect("one").channel(), pb::Channel::HandOver);

        let status = rules.simulate_rule(pb::SimulateRuleRequest::default()).await.expect_err("no rule");
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["rule".to_owned()]));
        let after = gestures.list_gestures(pb::ListGesturesRequest::default()).await.expect("a page").into_inner();
        assert_eq!(before, after, "nothing was made");
        service.stop().await;
    }

    async fn a_rule_of_time_is_weighed_on_the_days_that_come(database) {
        let service = shop(database).await;
        let mut customers = CustomerServiceClient::new(service.channel());
        let today = jiff::tz::TimeZone::UTC.to_datetime(service.now()).date();
        for ahead in [10, 200] {
            let day = today.checked_add(jiff::Span::new().days(ahead)).expect("in range");
            let birth_date = Some(pb::CalendarDate { year: 0, month: day.month().into(), day: day.day().into() });
            let customer = pb::Customer { display_name: format!("In {ahead}"), birth_date, ..pb::Customer::default() };
            let request = pb::CreateCustomerRequest { customer: Some(customer), ..Default::default() };
            customers.create_customer(request).await.expect("created");
        }
        let mut rules = RuleServiceClient::new(service.channel());
        let birthday = Which::Draft(rule(pb::rule::Trigger::ImportantDate(pb::ImportantDate::default()), ""));
        let request = pb::SimulateRuleRequest { rule: Some(birthday), ..pb::SimulateRuleRequest::default() };
        let page = rules.simulate_rule(request).await.expect("simulated").into_inner();
        assert_eq!((page.looked_at_count, page.gesture_count), (2, 1), "{page:?}");
        service.stop().await;
    }

    async fn everything_wrong_with_a_rule_is_told_at_once_and_nothing_saved(database) {
        let service = shop(database).await;
        let mut rules = RuleServiceClient::new(service.channel());
        let wrong = pb::Rule {
            display_name: String::new(),
            action: Some(pb::RuleAction {
                template: "templates/thanks-after-purchase".to_owned(),
                tone: pb::Tone::Caring.into(),
                hold_out_percent: 10,
                ..action()
            }),
            ..rule(any_interaction(), "summary.visit_dayz >= 2 AND interaction.kind = vist")
        };
        let request = pb::ValidateRuleRequest { rule: Some(wrong) };
        let faults = rules.validate_rule(request).await.expect("looked at").into_inner().faults;
        let found: Vec<_> =
            faults.iter().map(|it| (it.field.as_str(), it.line, it.column, it.nearest.as_str())).collect();
        assert_eq!(
            found,
            [
                ("rule.display_name", 0, 0, ""),
                ("rule.action.hold_out_percent", 0, 0, ""),
                ("rule.action.template", 0, 0, ""),
                ("rule.condition", 1, 1, "summary.visit_days"),
                ("rule.condition", 1, 48, "visit"),
            ]
        );
        let of_time = rule(pb::rule::Trigger::Silence(pb::Silence {}), "interaction.kind = visit");
        let request = pb::ValidateRuleRequest { rule: Some(of_time) };
        let faults = rules.validate_rule(request).await.expect("looked at").into_inner().faults;
        assert_eq!(faults.len(), 1, "a silence has no interaction: {faults:?}");
        let fine = pb::ValidateRuleRequest { rule: Some(rule(any_interaction(), "customer.tags:regular")) };
        assert_eq!(rules.validate_rule(fine).await.expect("looked at").into_inner().faults, []);
        service.stop().await;
    }
}

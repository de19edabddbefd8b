//! An interaction comes in.

use gratitude::proto::v1::{ExplainInteractionRequest, obligation};
use tonic::Code;
use tonic_types::StatusExt;

use super::{bought, interactions, looked, recording, shop};

const ANA: &str = "+351210000001";
const BEA: &str = "+351210000002";

both_engines! {
    async fn p3_p9_who_bought_and_who_only_looked_are_both_answered_for(database) {
        let service = shop(database).await;
        let mut client = interactions(&service);
        for (phone, interaction, id) in [(ANA, looked(), 1), (BEA, bought(), 2)] {
            let reply = client.record_interaction(recording(phone, interaction, id)).await.expect("recorded").into_inner();
            let obligation = reply.obligation.expect("each has one");
            assert_eq!(obligation.state(), obligation::State::Open, "{obligation:?}");
            assert_eq!(obligation.open_reason(), obligation::OpenReason::GesturePending);
            assert_eq!(reply.gestures.len(), 1, "{:?}", reply.gestures);

            let name = reply.interaction.expect("it is returned").name;
            let explained = client.explain_interaction(ExplainInteractionRequest { name }).await.expect("explained");
            let explained = explained.into_inner();
            assert_eq!(explained.decisions.len(), 1, "{:?}", explained.decisions);
            assert!(!explained.looked_at.is_empty(), "the rules that did not match are named");
        }
        service.stop().await;
    }

    async fn p2_a_repeated_request_changes_nothing_and_a_changed_one_is_refused(database) {
        let service = shop(database).await;
        let mut client = interactions(&service);
        let first = client.record_interaction(recording(ANA, looked(), 1)).await.expect("recorded").into_inner();
        assert!(!first.replayed);
        let again = client.record_interaction(recording(ANA, looked(), 1)).await.expect("replayed").into_inner();
        assert!(again.replayed);
        assert_eq!(again.interaction, first.interaction);
        assert_eq!(again.gestures, first.gestures);

        let mut changed = looked();
        changed.items_looked_at = vec!["a red coat".to_owned()];
        let refused = client.record_interaction(recording(ANA, changed, 1)).await.expect_err("other content");
        assert_eq!(refused.code(), Code::AlreadyExists);
        let info = refused.get_details_error_info().expect("details");
        assert_eq!(info.reason, "CONTENT_DIFFERS");
        assert!(info.metadata.values().any(|paths| paths.contains("items_looked_at")), "{:?}", info.metadata);
        service.stop().await;
    }

    async fn everything_wrong_is_told_at_once_and_changes_nothing(database) {
        let service = shop(database).await;
        let mut client = interactions(&service);
        let mut wrong = looked();
        wrong.location = "lisbon".to_owned();
        wrong.kind = 99;
        wrong.effort = Some(8);
        let refused = client.record_interaction(recording("12", wrong, 1)).await.expect_err("much is wrong");
        assert_eq!(refused.code(), Code::InvalidArgument);
        let request = refused.get_details_bad_request().expect("details");
        let fields: Vec<&str> = request.field_violations.iter().map(|violation| violation.field.as_str()).collect();
        for field in ["interaction.location", "interaction.kind", "interaction.effort"] {
            assert!(fields.contains(&field), "{field} is not in {fields:?}");
        }
        client.record_interaction(recording(ANA, looked(), 1)).await.expect("the request id is still free");
        service.stop().await;
    }
}

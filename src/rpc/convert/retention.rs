//! How long what is kept is kept.

use super::{
    enums::WireEnum,
    types::{duration, timestamp},
};
use crate::{
    app::Retained,
    domain::retention::{Kept, Retention},
    proto::v1 as pb,
    rpc::validate::Fields,
};
use jiff::SignedDuration;

const PERIOD_MIN: SignedDuration = SignedDuration::from_secs(1);
/// A hundred years.
const PERIOD_MAX: SignedDuration = SignedDuration::from_hours(100 * 366 * 24);
/// Request keys have an end of their own.
const PERIODS_MAX: usize = Kept::ALL.len() - 1;

pub(crate) fn retention_line(retained: &Retained) -> pb::RetentionLine {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    pb::RetentionLine {
        kind: retained.kept.to_wire(),
        keep_duration: retained.period.map(duration),
        due_count: count(retained.too_old.count),
        oldest_time: retained.too_old.oldest.map(timestamp),
        forgotten_count: count(retained.forgotten),
    }
}

/// Periods that stand in for the configured ones; `None` when none is given.
pub(crate) fn read_periods(fields: &mut Fields, said: Vec<pb::RetentionPeriod>) -> Option<Retention> {
    let mut retention = Retention::default();
    let read = fields.list("periods", said, PERIODS_MAX, |fields, period| {
        let kept: Option<Kept> = fields.required_enum("kind", period.kind);
        if period.keep_duration.is_none() {
            fields.refuse("keep_duration", "must be set");
        }
        let keep = fields.duration("keep_duration", period.keep_duration, PERIOD_MIN..=PERIOD_MAX);
        let period = match kept? {
            Kept::Remarks => &mut retention.remarks,
            Kept::Events => &mut retention.events,
            Kept::Reads => &mut retention.reads,
            Kept::RequestKeys => {
                fields.refuse("kind", "must not be REQUEST_KEYS, which are always kept for 7 days");
                return None;
            }
        };
        if period.replace(keep?).is_some() {
            fields.refuse("kind", "is given twice");
        }
        Some(())
    });
    (!read.is_empty()).then_some(retention)
}

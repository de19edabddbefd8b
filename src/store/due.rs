//! Picks the strongest due gestures.
//!
//! What is claimable lies in one index by kind, channel, priority and due time, so that a worker who asks for calls
//! meets no notes, however many are due. A wish is therefore answered lane by lane: a lane is a kind over a channel.

use super::{
    Store, catch_up, constant,
    entity::{gesture, household},
    error::StoreError,
};
use crate::domain::{
    customer::Channel,
    gesture::{GestureKind, GestureState, Reason},
    ids::GestureId,
    note::WRITTEN_KINDS,
    pause::{PauseBook, PauseScope},
    world::Due,
};
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    Select, Statement,
    sea_query::{ExprTrait, LockBehavior, LockType, SimpleExpr},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A kind over a channel.
type Lane = (GestureKind, Channel);

/// Picks for each wish as many as it wants, none twice.
///
/// On PostgreSQL what is picked is locked until the transaction ends, with its household, and what others have locked
/// is passed over: so those who pick at once get different ones. Only where something is late do they take turns, at
/// the row of the minute (`catch_up`). All other households must be locked before, in their order: whoever waits for
/// that row then waits for somebody who waits for no household.
pub(super) async fn pick(
    db: &impl ConnectionTrait,
    wishes: &[Due],
    pauses: &PauseBook,
    catch_up_per_minute: u32,
) -> Result<BTreeSet<GestureId>, StoreError> {
    let mut picked = BTreeSet::new();
    for wish in wishes {
        let wish = &match catch_up_per_minute {
            0 => wish.clone(),
            per_minute => {
                let late = catch_up::reserve(db, wish, &picked, pauses, per_minute).await?;
                let taken = u32::try_from(late.len()).unwrap_or(u32::MAX);
                picked.extend(late);
                let due_from = Some(catch_up::late_before(wish.at));
                Due { limit: wish.limit.saturating_sub(taken), due_from, ..wish.clone() }
            }
        };
        let found = fairly(db, wish, &picked, pauses, Hold::Locked).await?;
        picked.extend(found);
    }
    Ok(picked)
}

/// Whether what is found may be taken by others meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    Free,
    Locked,
}

impl Store {
    /// The gestures that a worker with this wish would get, most of them the most urgent. Others may take them
    /// meanwhile: a command that asks for them by [`Needs::due`](crate::domain::world::Needs::due) is offered what
    /// nobody else is.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn due_gestures(&self, wish: &Due) -> Result<Vec<GestureId>, StoreError> {
        let catalog = self.catalog().await?;
        fairly(self.reader(), wish, &BTreeSet::new(), &catalog.pauses, Hold::Free).await
    }
}

/// First a small share of each kind, so that a flood of one starves no other; then the strongest of all.
async fn fairly(
    db: &impl ConnectionTrait,
    wish: &Due,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
    hold: Hold,
) -> Result<Vec<GestureId>, StoreError> {
    let heads = heads(db, &lanes(wish, pauses), None).await?;
    let kinds: BTreeSet<_> = heads.iter().map(|head| head.lane.0).collect();
    let mut taken = taken.clone();
    let mut found = Vec::new();
    for (kind, share) in shares(wish.limit, &Vec::from_iter(kinds), wish.at.as_microsecond()) {
        let of_kind = heads.iter().filter(|head| head.lane.0 == kind).copied().collect();
        let strongest = strongest(db, wish, of_kind, share, &taken, pauses, hold).await?;
        taken.extend(&strongest);
        found.extend(strongest);
    }
    let missing = wish.limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
    found.extend(strongest(db, wish, heads, missing, &taken, pauses, hold).await?);
    Ok(found)
}

/// Half of the places are shared out evenly among the kinds that wait, the other half goes by urgency alone. A worker
/// who takes fewer than that at a time gives every other claim to one kind after the other; `turn` is the instant in
/// microseconds, so that nobody has to remember whose turn it is.
fn shares(limit: u32, kinds: &[GestureKind], turn: i64) -> Vec<(GestureKind, u32)> {
    let count = u32::try_from(kinds.len()).unwrap_or(u32::MAX);
    if count < 2 {
        return Vec::new();
    }
    let each = limit / (2 * count);
    if each > 0 {
        return kinds.iter().map(|kind| (*kind, each)).collect();
    }
    let next = usize::try_from(turn.rem_euclid(2 * i64::from(count))).unwrap_or_default();
    kinds.get(next / 2).filter(|_| next % 2 == 1).map(|kind| (*kind, 1)).into_iter().collect()
}

/// The lanes in which there may be something for a wish.
fn lanes(wish: &Due, pauses: &PauseBook) -> Vec<Lane> {
    let kinds = if wish.kinds.is_empty() { GestureKind::ALL } else { &wish.kinds };
    let channels = if wish.channels.is_empty() { Channel::ALL } else { &wish.channels };
    let all = kinds.iter().flat_map(|kind| channels.iter().map(|channel| (*kind, *channel)));
    let left_to_batches = |(kind, channel): &Lane| WRITTEN_KINDS.contains(kind) && wish.in_batches.contains(channel);
    let paused = |(_, channel): &Lane| pauses.holds_all_over(*channel);
    all.filter(|lane| !left_to_batches(lane) && !paused(lane)).collect()
}

/// A lane, and the highest priority at which anything is scheduled in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    lane: Lane,
    priority: i32,
}

/// The heads of the lanes that are not empty; below a priority, where one is given. One look into the index for each.
async fn heads(db: &impl ConnectionTrait, lanes: &[Lane], below: Option<i32>) -> Result<Vec<Head>, StoreError> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let rows = db.query_all_raw(Statement::from_string(backend, heads_sql(lanes, below))).await?;
    let mut found = Vec::new();
    for row in rows {
        let Some(priority) = row.try_get::<Option<i32>>("", "priority")? else { continue };
        let place: i32 = row.try_get("", "lane")?;
        found.extend(
            usize::try_from(place).ok().and_then(|place| lanes.get(place)).map(|lane| Head { lane: *lane, priority }),
        );
    }
    Ok(found)
}

/// Holds names and numbers of the program's own, and nothing of a caller's.
pub(super) fn heads_sql(lanes: &[Lane], below: Option<i32>) -> String {
    let state = GestureState::Scheduled;
    let below = below.map_or_else(String::new, |below| format!(" AND priority < {below}"));
    let one = |(place, (kind, channel)): (usize, &Lane)| {
        format!(
            "SELECT {place} AS lane, MAX(priority) AS priority FROM gestures WHERE state = '{state}' \
             AND batch_id IS NULL AND NOT with_person AND rests_until IS NULL AND kind = '{kind}' \
             AND channel = '{channel}'{below}"
        )
    };
    lanes.iter().enumerate().map(one).collect::<Vec<_>>().join(" UNION ALL ")
}

/// Goes from priority to priority, so that neither a long backlog nor all that is planned for later is sorted.
async fn strongest(
    db: &impl ConnectionTrait,
    wish: &Due,
    mut heads: Vec<Head>,
    limit: u32,
    taken: &BTreeSet<GestureId>,
    pauses: &PauseBook,
    hold: Hold,
) -> Result<Vec<GestureId>, StoreError> {
    let locks = hold == Hold::Locked && db.get_database_backend() == DbBackend::Postgres;
    let mut found = Vec::new();
    let mut missing = limit as usize;
    while let Some(priority) = heads.iter().map(|head| head.priority).max().filter(|_| missing > 0) {
        let (highest, lower): (Vec<_>, Vec<_>) = heads.into_iter().partition(|head| head.priority == priority);
        let mut rows: Vec<(i64, Uuid)> = Vec::new();
        for head in &highest {
            let mut query = in_lane(wish, head.lane, priority, taken).filter(not_paused(pauses)).limit(missing as u64);
            if locks {
                query = locked(query);
            }
            rows.extend(query.into_tuple::<(i64, Uuid)>().all(db).await?);
        }
        rows.sort_unstable();
        rows.truncate(missing);
        missing -= rows.len();
        found.extend(rows.into_iter().map(|(_, id)| GestureId(id)));
        heads = lower;
        if missing > 0 {
            let emptied: Vec<_> = highest.iter().map(|head| head.lane).collect();
            heads.extend(self::heads(db, &emptied, Some(priority)).await?);
        }
    }
    Ok(found)
}

/// What fits a wish in a lane at a priority, the first due first.
pub(super) fn in_lane(
    wish: &Due,
    (kind, channel): Lane,
    priority: i32,
    taken: &BTreeSet<GestureId>,
) -> Select<gesture::Entity> {
    let at = wish.at.as_microsecond();
    let mut query = gesture::Entity::find()
        .select_only()
        .columns([gesture::Column::DueAt, gesture::Column::Id])
        .filter(free())
        .filter(gesture::Column::Kind.eq(kind.as_str()))
        .filter(gesture::Column::Channel.eq(channel.as_str()))
        .filter(gesture::Column::Priority.eq(priority))
        .filter(gesture::Column::DueAt.lte(at))
        .filter(gesture::Column::DeadlineAt.gt(at))
        .filter(apart(wish));
    if !taken.is_empty() {
        query = query.filter(gesture::Column::Id.is_not_in(taken.iter().map(|id| id.0)));
    }
    if !wish.locations.is_empty() {
        query = query.filter(gesture::Column::LocationId.is_in(wish.locations.iter().map(|id| id.as_str())));
    }
    query.order_by_asc(gesture::Column::DueAt).order_by_asc(gesture::Column::Id)
}

/// Neither what a person is doing, nor what is picked apart, being late, nor what was sent to the test address, nor
/// what may have left and the far side would not recognise.
fn apart(wish: &Due) -> Condition {
    let mut condition = Condition::all().add(not_taken(wish.at));
    if !wish.far_side_deduplicates {
        condition = condition.add(has_not_left());
    }
    if let Some(from) = wish.due_from {
        condition = condition.add(gesture::Column::DueAt.gte(from.as_microsecond()));
    }
    if wish.untested {
        let tested = gesture::Column::Reason.eq(Reason::Tested.as_str());
        condition = condition.add(Condition::any().add(gesture::Column::Reason.is_null()).add(tested.not()));
    }
    condition
}

/// What fits a wish.
pub(super) fn fits(wish: &Due) -> Condition {
    let at = wish.at.as_microsecond();
    let mut condition =
        apart(wish).add(free()).add(gesture::Column::DueAt.lte(at)).add(gesture::Column::DeadlineAt.gt(at));
    if !wish.channels.is_empty() {
        condition = condition.add(gesture::Column::Channel.is_in(wish.channels.iter().map(|c| c.as_str())));
    }
    if !wish.in_batches.is_empty() {
        let left_to_batches = Condition::all()
            .add(gesture::Column::Kind.is_in(WRITTEN_KINDS.iter().map(|kind| kind.as_str())))
            .add(gesture::Column::Channel.is_in(wish.in_batches.iter().map(|c| c.as_str())));
        condition = condition.add(left_to_batches.not());
    }
    if !wish.locations.is_empty() {
        condition = condition.add(gesture::Column::LocationId.is_in(wish.locations.iter().map(|id| id.as_str())));
    }
    condition
}

/// With the gestures and their households locked, those that somebody else has locked left out.
pub(super) fn locked(query: Select<gesture::Entity>) -> Select<gesture::Entity> {
    let household = gesture::Entity::belongs_to(household::Entity)
        .from(gesture::Column::HouseholdId)
        .to(household::Column::Id)
        .into();
    query.join(JoinType::InnerJoin, household).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

/// No person is doing it at an instant.
pub(super) fn not_taken(at: Timestamp) -> Condition {
    let taken_until = gesture::Column::TakenUntil;
    Condition::any().add(taken_until.is_null()).add(taken_until.lte(at.as_microsecond()))
}

/// It has certainly not left before.
pub(super) fn has_not_left() -> SimpleExpr {
    gesture::Column::PerhapsLeft.is_null()
}

/// Scheduled, neither a batch nor people have it for good, and it does not rest until its hours begin.
pub(super) fn free() -> Condition {
    Condition::all()
        .add(constant::is(gesture::Column::State, GestureState::Scheduled.as_str()))
        .add(gesture::Column::BatchId.is_null())
        .add(constant::holds(gesture::Column::WithPerson).not())
        .add(gesture::Column::RestsUntil.is_null())
}

/// Falls under no pause.
pub(super) fn not_paused(pauses: &PauseBook) -> Condition {
    pauses.scopes().fold(Condition::all(), |condition, PauseScope { location, channel, rule }| {
        let mut covered = Condition::all();
        if let Some(location) = location {
            covered = covered.add(gesture::Column::LocationId.eq(location.as_str()));
        }
        if let Some(channel) = channel {
            covered = covered.add(gesture::Column::Channel.eq(channel.as_str()));
        }
        if let Some(rule) = rule {
            // What no rule made falls under no rule's pause: a comparison with nothing would be neither true nor false.
            covered = covered.add(gesture::Column::RuleId.is_not_null()).add(gesture::Column::RuleId.eq(rule.as_str()));
        }
        // Without a condition everything is covered.
        let covered = if covered.is_empty() { covered.add(gesture::Column::Id.is_not_null()) } else { covered };
        condition.add(covered.not())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use GestureKind::{Apology, Call, Note};

    #[test]
    fn half_of_the_places_are_shared_out_among_the_kinds() {
        assert_eq!(shares(100, &[Note, Call, Apology], 0), [(Note, 16), (Call, 16), (Apology, 16)]);
        assert_eq!(shares(4, &[Note, Call], 7), [(Note, 1), (Call, 1)]);
        assert_eq!(shares(100, &[Note], 1), [], "nobody to share with");
    }

    #[test]
    fn who_takes_one_at_a_time_gives_every_other_claim_to_the_kinds_in_turn() {
        let turns: Vec<_> = (0..6).map(|turn| shares(1, &[Note, Call, Apology], turn)).collect();
        assert_eq!(turns, [vec![], vec![(Note, 1)], vec![], vec![(Call, 1)], vec![], vec![(Apology, 1)]]);
        assert_eq!(shares(1, &[Note, Call], -1), [(Call, 1)], "before 1970 too");
    }
}

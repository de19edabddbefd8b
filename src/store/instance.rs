//! The one row about the instance itself, and its secrets.

use super::{
    entity::{instance, instance_secret},
    error::StoreError,
    rows::time,
};
use jiff::Timestamp;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, TryInsertResult,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use std::collections::BTreeMap;

/// What the database knows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    /// When it was first opened.
    pub created_at: Timestamp,
    /// It was made for a clock that is moved by hand, and lives by no other.
    pub manual_clock: bool,
    /// Where that clock stands.
    pub clock_at: Option<Timestamp>,
}

/// The secrets of an instance; made once, by whoever opens it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretName {
    /// Seals page tokens.
    PageToken,
    /// Hashes the fields of requests that may be repeated (P2).
    Fingerprint,
    /// Hashes what erased persons were found by (P11).
    Erasure,
    /// Draws hold-outs.
    HoldOut,
    /// Hashes the secrets of API keys, seals desk sessions, and peppers PINs.
    Access,
    /// Seals the links by which readers of e-mails say "no more".
    OneClick,
}

impl SecretName {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::PageToken, Self::Fingerprint, Self::Erasure, Self::HoldOut, Self::Access, Self::OneClick];

    /// The name that it is kept under.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PageToken => "page_token",
            Self::Fingerprint => "fingerprint",
            Self::Erasure => "erasure",
            Self::HoldOut => "hold_out",
            Self::Access => "access",
            Self::OneClick => "one_click",
        }
    }
}

/// Secrets that stand in for those in the database. Never logged.
#[derive(Clone, Default)]
pub struct GivenSecrets(pub BTreeMap<SecretName, [u8; 32]>);

/// The secrets of the instance that is open. Never logged.
#[derive(Clone)]
pub struct Secrets([[u8; 32]; SecretName::ALL.len()]);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(hidden)")
    }
}

impl Secrets {
    /// One of them.
    #[must_use]
    pub const fn get(&self, name: SecretName) -> [u8; 32] {
        self.0[name as usize]
    }
}

/// Makes the row if this is the first time, and reads it.
pub(super) async fn open(
    db: &impl ConnectionTrait,
    now: Timestamp,
    manual_clock: bool,
) -> Result<Instance, StoreError> {
    let row = instance::ActiveModel {
        id: Set(1),
        created_at: Set(now.as_microsecond()),
        manual_clock: Set(manual_clock),
        clock_at: Set(manual_clock.then(|| now.as_microsecond())),
        catalog_revision: Set(0),
        planning_revision: Set(0),
        planning_basis: Set(None),
        forgotten_tx: Set(None),
        forgotten_seq: Set(None),
    };
    insert_new(instance::Entity::insert(row), db).await?;
    let row = read(db).await?;
    Ok(Instance {
        created_at: time::instant("instance", "created_at", row.created_at)?,
        manual_clock: row.manual_clock,
        clock_at: row.clock_at.map(|at| time::instant("instance", "clock_at", at)).transpose()?,
    })
}

/// Makes the secrets that are neither given nor there, and reads all.
pub(super) async fn secrets(
    db: &impl ConnectionTrait,
    now: Timestamp,
    given: &GivenSecrets,
) -> Result<Secrets, StoreError> {
    let mut secrets = [[0; 32]; SecretName::ALL.len()];
    for (name, secret) in SecretName::ALL.into_iter().zip(&mut secrets) {
        if let Some(given) = given.0.get(&name) {
            *secret = *given;
            continue;
        }
        let fresh = random()?;
        let row = instance_secret::ActiveModel {
            name: Set(name.as_str().to_owned()),
            value: Set(fresh.to_vec()),
            created_at: Set(now.as_microsecond()),
        };
        insert_new(instance_secret::Entity::insert(row), db).await?;
        let kept = instance_secret::Entity::find_by_id(name.as_str()).one(db).await?;
        *secret = kept
            .and_then(|row| row.value.try_into().ok())
            .ok_or_else(|| StoreError::corrupt("instance_secrets", name.as_str(), "must be 32 bytes"))?;
    }
    Ok(Secrets(secrets))
}

/// 32 bytes that nobody can guess.
pub(super) fn random() -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| StoreError::Unavailable { what: "the system's random numbers".to_owned() })?;
    Ok(bytes)
}

/// The numbers by which copies are known to be old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Revisions {
    /// Grows with every change of the catalogue.
    pub(super) catalog: i64,
    /// The revision of the catalogue since which what was planned before would be planned otherwise.
    pub(super) planning: i64,
}

/// Both revisions, as the transaction sees them.
pub(super) async fn revisions(db: &impl ConnectionTrait) -> Result<Revisions, StoreError> {
    let row = read(db).await?;
    Ok(Revisions { catalog: row.catalog_revision, planning: row.planning_revision })
}

/// Notes by what gestures are planned from now on. When that is something else than before, all that is pending is to
/// be planned anew: the planning revision grows, and with it the catalogue's, so that everybody sees it.
pub(super) async fn plan_by(db: &impl ConnectionTrait, basis: &str) -> Result<(), StoreError> {
    let grown = |column| Expr::col(column).add(1);
    instance::Entity::update_many()
        // Both sides are those of before: it becomes the catalogue's new revision.
        .col_expr(instance::Column::PlanningRevision, grown(instance::Column::CatalogRevision))
        .col_expr(instance::Column::CatalogRevision, grown(instance::Column::CatalogRevision))
        .col_expr(instance::Column::PlanningBasis, Expr::value(basis))
        .filter(instance::Column::Id.eq(1))
        .filter(
            Condition::any()
                .add(instance::Column::PlanningBasis.is_null())
                .add(instance::Column::PlanningBasis.ne(basis)),
        )
        .exec(db)
        .await?;
    Ok(())
}

/// Tells everybody's copies of locations and rules that they are old. Also makes writers of the catalogue take turns.
pub(super) async fn bump_catalog_revision(db: &impl ConnectionTrait) -> Result<(), StoreError> {
    instance::Entity::update_many()
        .col_expr(instance::Column::CatalogRevision, Expr::col(instance::Column::CatalogRevision).add(1))
        .filter(instance::Column::Id.eq(1))
        .exec(db)
        .await?;
    Ok(())
}

/// Keeps where the manual clock stands.
pub(super) async fn set_clock(db: &impl ConnectionTrait, at: Timestamp) -> Result<(), StoreError> {
    let changed = instance::Entity::update_many()
        .col_expr(instance::Column::ClockAt, Expr::value(at.as_microsecond()))
        .filter(instance::Column::Id.eq(1))
        .filter(instance::Column::ManualClock.eq(true))
        .exec(db)
        .await?;
    match changed.rows_affected {
        1 => Ok(()),
        _ => Err(StoreError::Unsuitable("the database was not made for a manual clock".to_owned())),
    }
}

async fn read(db: &impl ConnectionTrait) -> Result<instance::Model, StoreError> {
    instance::Entity::find_by_id(1)
        .one(db)
        .await?
        .ok_or_else(|| StoreError::corrupt("instance", "id", "the row is missing"))
}

async fn insert_new<A>(insert: sea_orm::Insert<A>, db: &impl ConnectionTrait) -> Result<(), StoreError>
where
    A: sea_orm::ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: sea_orm::IntoActiveModel<A>,
{
    match insert.on_conflict(OnConflict::new().do_nothing().to_owned()).try_insert().exec_without_returning(db).await? {
        TryInsertResult::Inserted(_) | TryInsertResult::Conflicted | TryInsertResult::Empty => Ok(()),
    }
}

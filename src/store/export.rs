//! All that is held about a person, read page by page.

use super::{
    Store,
    entity::{case, consent, contact, event, gesture, interaction, note, obligation, read},
    error::StoreError,
    load, rows,
};
use crate::domain::{
    case::Case,
    customer::{Consent, Customer},
    gesture::{Contact, Gesture},
    ids::CustomerId,
    interaction::Interaction,
    note::Note,
    obligation::Obligation,
    world::Event,
};
use jiff::Timestamp;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use uuid::Uuid;

/// Entries of one page.
const PAGE: u64 = 250;

/// What is held, kind by kind, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named after what it holds")]
pub enum Section {
    Consents,
    Interactions,
    Obligations,
    Gestures,
    Notes,
    Cases,
    Contacts,
    Changes,
    Readings,
}

impl Section {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Consents,
        Self::Interactions,
        Self::Obligations,
        Self::Gestures,
        Self::Notes,
        Self::Cases,
        Self::Contacts,
        Self::Changes,
        Self::Readings,
    ];
}

/// One thing that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A word about being contacted.
    Consent(Consent),
    /// What happened.
    Interaction(Box<Interaction>),
    /// What that is owed.
    Obligation(Obligation),
    /// What was planned.
    Gesture(Box<Gesture>),
    /// What was written.
    Note(Box<Note>),
    /// What went wrong.
    Case(Case),
    /// What counts in the budget.
    Contact(Contact),
    /// What was changed.
    Change(Event),
    /// Who read.
    Reading(ReadBy),
}

impl Held {
    /// The member of staff that it names, if any.
    pub fn staff_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Interaction(it) => Some(&mut it.detail.staff),
            Self::Change(it) => it.actor.on_behalf_of.as_mut(),
            Self::Reading(it) => it.on_behalf_of.as_mut(),
            Self::Consent(_)
            | Self::Obligation(_)
            | Self::Gesture(_)
            | Self::Note(_)
            | Self::Case(_)
            | Self::Contact(_) => None,
        }
    }
}

/// A reading of a person's data, as it was kept (P12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBy {
    /// When.
    pub at: Timestamp,
    /// Who read.
    pub actor: String,
    /// For whom.
    pub on_behalf_of: Option<String>,
    /// By which method.
    pub method: String,
}

/// Up to where a section was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The last id.
    Id(Uuid),
    /// The last number.
    Number(i64),
}

impl Place {
    fn value(self) -> Value {
        match self {
            Self::Id(id) => id.into(),
            Self::Number(number) => number.into(),
        }
    }
}

impl Store {
    /// The records that are part of a customer's, however indirectly.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn members_of(&self, id: CustomerId) -> Result<Vec<CustomerId>, StoreError> {
        Ok(load::members(self.reader(), [id]).await?.into_iter().map(CustomerId).collect())
    }

    /// Records as they lie there, also those that are part of others.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn records(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        load::customers(self.reader(), &ids.iter().map(|id| id.0).collect()).await
    }

    /// A page of a section, and where it goes on.
    ///
    /// # Errors
    /// [`StoreError`] when the database can't tell.
    pub async fn held(
        &self,
        section: Section,
        records: &[CustomerId],
        after: Option<Place>,
    ) -> Result<(Vec<Held>, Option<Place>), StoreError> {
        macro_rules! page {
            ($table:ident, $owner:ident, $key:ident, $place:expr, $held:expr) => {{
                use $table::{Column, Entity};
                let mut query = Entity::find().filter(Column::$owner.is_in(records.iter().map(|id| id.0)));
                if let Some(after) = after {
                    query = query.filter(Column::$key.gt(after.value()));
                }
                let rows = query.order_by_asc(Column::$key).limit(PAGE).all(self.reader()).await?;
                let next = (rows.len() as u64 == PAGE).then(|| rows.last().map($place)).flatten();
                (rows.into_iter().map($held).collect::<Result<_, StoreError>>()?, next)
            }};
        }
        Ok(match section {
            Section::Consents => {
                use consent::{Column, Entity};
                let mut rows = Entity::find()
                    .filter(Column::CustomerId.is_in(records.iter().map(|id| id.0)))
                    .all(self.reader())
                    .await?;
                rows.sort_by_key(|row| (row.at, row.customer_id, row.position));
                let said = rows.into_iter().map(|row| rows::customers::consent_from_row(row).map(Held::Consent));
                (said.collect::<Result<_, _>>()?, None)
            }
            Section::Interactions => page!(interaction, CustomerId, Id, |row| Place::Id(row.id), |row| {
                rows::interactions::from_row(row).map(|it| Held::Interaction(Box::new(it)))
            }),
            Section::Obligations => {
                page!(obligation, CustomerId, InteractionId, |row| Place::Id(row.interaction_id), |row| {
                    rows::obligations::from_row(row).map(Held::Obligation)
                })
            }
            Section::Gestures => page!(gesture, CustomerId, Id, |row| Place::Id(row.id), |row| {
                rows::gestures::from_row(row).map(|it| Held::Gesture(Box::new(it)))
            }),
            Section::Notes => page!(note, CustomerId, Id, |row| Place::Id(row.id), |row| {
                rows::notes::from_row(row).map(|it| Held::Note(Box::new(it)))
            }),
            Section::Cases => page!(case, CustomerId, Id, |row| Place::Id(row.id), |row| {
                rows::cases::from_row(row).map(Held::Case)
            }),
            Section::Contacts => page!(contact, CustomerId, Id, |row| Place::Id(row.id), |row| {
                rows::gestures::contact_from_row(row).map(Held::Contact)
            }),
            Section::Changes => page!(event, CustomerId, Seq, |row| Place::Number(row.seq), |row| {
                rows::ledger::event_from_row(row).map(Held::Change)
            }),
            Section::Readings => page!(read, CustomerId, Seq, |row| Place::Number(row.seq), |row: read::Model| {
                let at = rows::time::instant("reads", "at", row.at)?;
                let (actor, on_behalf_of, method) = (row.actor, row.on_behalf_of, row.method);
                Ok(Held::Reading(ReadBy { at, actor, on_behalf_of, method }))
            }),
        })
    }
}

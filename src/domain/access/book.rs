//! The keys and staff that can be used, by id.

use super::{
    authority::{Authority, Places},
    key::{ApiKey, KeyState},
    seal::SignedIn,
    staff::{StaffMember, StaffState},
    token::{ApiToken, SecretHasher},
};
use crate::domain::ids::{ApiKeyId, StaffId};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc};

/// The keys that were not revoked and the staff who did not leave: part of the catalogue, so that every replica knows
/// of a change at once.
#[derive(Debug, Default)]
pub struct AccessBook {
    keys: HashMap<ApiKeyId, Arc<ApiKey>>,
    staff: HashMap<StaffId, Arc<StaffMember>>,
    required: bool,
}

impl AccessBook {
    /// A book of these. `required` says whether a key was ever made: from then on everybody needs one, also when the
    /// last was revoked.
    #[must_use]
    pub fn new(
        keys: impl IntoIterator<Item = ApiKey>,
        staff: impl IntoIterator<Item = StaffMember>,
        required: bool,
    ) -> Self {
        Self {
            keys: keys.into_iter().map(|key| (key.id, Arc::new(key))).collect(),
            staff: staff.into_iter().map(|member| (member.id.clone(), Arc::new(member))).collect(),
            required,
        }
    }

    /// The staff who did not leave, in no particular order.
    pub(super) fn staff(&self) -> impl Iterator<Item = &StaffMember> {
        self.staff.values().map(Arc::as_ref)
    }

    /// Whether callers need a key.
    #[must_use]
    pub const fn required(&self) -> bool {
        self.required
    }

    /// A key that is accepted now.
    #[must_use]
    pub fn key(&self, id: ApiKeyId, now: Timestamp) -> Option<&Arc<ApiKey>> {
        self.keys.get(&id).filter(|key| key.state(now) == KeyState::Active)
    }

    /// The key of a token, if its secret is right and it is accepted now.
    #[must_use]
    pub fn key_of(&self, token: &ApiToken, hasher: &SecretHasher, now: Timestamp) -> Option<&Arc<ApiKey>> {
        let shown = hasher.hash(&token.secret);
        self.key(token.id, now).filter(|key| key.has_secret(&shown, now))
    }

    /// Somebody who can sign in now.
    #[must_use]
    pub fn member(&self, id: &StaffId, now: Timestamp) -> Option<&Arc<StaffMember>> {
        self.staff.get(id).filter(|member| member.state(now) == StaffState::Active)
    }

    /// With which right somebody who signed in acts: their own role, where both they and the desk's key may. `None`
    /// when the key or they are not accepted any more, or their PIN was set anew.
    #[must_use]
    pub fn authority(&self, session: &SignedIn, now: Timestamp) -> Option<Authority> {
        let (key, member) = (self.key(session.key, now)?, self.member(&session.staff, now)?);
        (member.pin_version == session.pin_version).then(|| authority_at(key, member)).flatten()
    }
}

/// The right of a member of staff at the desk of a key; `None` when they may not work there.
#[must_use]
fn authority_at(key: &ApiKey, member: &StaffMember) -> Option<Authority> {
    let places = key.settings.locations.and(&member.settings.locations)?;
    Some(Authority { role: Some(member.settings.role.into()), places })
}

impl ApiKey {
    /// The right of whoever shows it.
    #[must_use]
    pub fn authority(&self) -> Authority {
        Authority { role: Some(self.settings.role), places: Places::clone(&self.settings.locations) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::domain::{
        access::{KeySecret, KeySettings, PreviousSecret, Role, StaffRole, StaffSettings},
        testkit::at,
    };
    use uuid::Uuid;

    fn places(slugs: &[&str]) -> Places {
        Places::only(slugs.iter().map(|slug| slug.parse().unwrap()).collect())
    }

    fn token() -> ApiToken {
        ApiToken { id: ApiKeyId(Uuid::from_u128(1)), secret: KeySecret::new([9; 32]) }
    }

    fn book(of_key: &[&str], of_member: &[&str]) -> AccessBook {
        let now = at("2026-11-23T10:00");
        let key = ApiKey {
            id: token().id,
            settings: KeySettings {
                display_name: "Desk".to_owned(),
                role: Role::Desk,
                locations: places(of_key),
                expires_at: None,
            },
            secret: SecretHasher::new(&[1; 32]).hash(&token().secret),
            previous: None::<PreviousSecret>,
            created_at: now,
            updated_at: now,
            revoked_at: None,
            last_used_at: None,
        };
        let ana = StaffMember {
            id: "ana".parse().unwrap(),
            settings: StaffSettings {
                display_name: "Ana".to_owned(),
                pseudonym: String::new(),
                role: StaffRole::Manager,
                locations: places(of_member),
                ends_at: Some(at("2026-12-31T00:00")),
            },
            pin: Some("$argon2id$".to_owned()),
            pin_version: 3,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        AccessBook::new([key], [ana], true)
    }

    fn session() -> SignedIn {
        SignedIn { key: token().id, staff: "ana".parse().unwrap(), pin_version: 3, until: at("2026-12-31T12:00") }
    }

    #[test]
    fn a_key_is_known_by_its_secret() {
        let (book, now, hasher) = (book(&[], &[]), at("2026-11-23T10:00"), SecretHasher::new(&[1; 32]));
        assert!(book.key_of(&token(), &hasher, now).is_some());
        let wrong = ApiToken { id: token().id, secret: KeySecret::new([8; 32]) };
        assert!(book.key_of(&wrong, &hasher, now).is_none());
    }

    #[test]
    fn who_signs_in_acts_by_their_own_role_where_both_may() {
        let now = at("2026-11-23T10:00");
        let authority = book(&["here", "there"], &["here"]).authority(&session(), now).unwrap();
        assert_eq!(authority, Authority { role: Some(Role::Manager), places: places(&["here"]) });
        assert_eq!(book(&["there"], &["here"]).authority(&session(), now), None);
    }

    #[test]
    fn a_session_ends_with_the_staff_the_key_and_the_pin() {
        let now = at("2026-11-23T10:00");
        let other_pin = SignedIn { pin_version: 2, ..session() };
        assert_eq!(book(&[], &[]).authority(&other_pin, now), None);
        assert_eq!(book(&[], &[]).authority(&session(), at("2026-12-31T00:00")), None, "the season is over");
        let other_key = SignedIn { key: ApiKeyId(Uuid::from_u128(2)), ..session() };
        assert_eq!(book(&[], &[]).authority(&other_key, now), None);
    }
}

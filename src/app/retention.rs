//! What is kept for a time only, and its end.

use super::{App, AppError, background::Swept};
use crate::{
    domain::{
        commands::retention::ForgetRemarks,
        limits::REQUEST_ID_KEPT,
        retention::{Kept, Retention},
    },
    store::TooOld,
};
use jiff::{SignedDuration, Timestamp};

/// Pages that one call forgets: enough that counting first is a small part of it, and done well within its deadline.
const PAGES_MAX: u32 = 10;

/// How one kind of data is kept, and how much of it is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained {
    /// What.
    pub kept: Kept,
    /// For how long; `None` for ever.
    pub period: Option<SignedDuration>,
    /// How much is too old now.
    pub too_old: TooOld,
    /// How much of it was forgotten.
    pub forgotten: u64,
    /// Whether more may be left to forget.
    pub has_more: bool,
}

impl App {
    /// Counts what would be forgotten now. `instead` stands in for the configured periods, where it has one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn preview_retention(&self, instead: Option<Retention>) -> Result<Vec<Retained>, AppError> {
        let retention = instead.unwrap_or(self.settings().retention);
        let mut found = Vec::with_capacity(Kept::ALL.len());
        for kept in Kept::ALL {
            found.push(self.retained(&retention, *kept).await?);
        }
        Ok(found)
    }

    /// Forgets some pages of each kind, and tells how much was too old before.
    ///
    /// # Errors
    /// When the store fails; what was forgotten before that stays so.
    pub async fn apply_retention(&self, page: u32) -> Result<Vec<Retained>, AppError> {
        let (retention, now) = (self.settings().retention, self.now());
        let mut done = Vec::with_capacity(Kept::ALL.len());
        for kept in Kept::ALL {
            let before = self.retained(&retention, *kept).await?;
            let mut swept = Swept { changed: 0, has_more: true };
            for _ in 0..PAGES_MAX {
                let page = self.forget(&retention, *kept, now, page).await?;
                swept = Swept { changed: swept.changed + page.changed, has_more: page.has_more };
                if !swept.has_more {
                    break;
                }
            }
            done.push(Retained { forgotten: swept.changed, has_more: swept.has_more, ..before });
        }
        Ok(done)
    }

    /// Forgets a page of what is kept longer than it may be; request keys have a loop of their own.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_by_retention(&self, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let retention = self.settings().retention;
        let mut all = Swept::default();
        for kept in [Kept::Remarks, Kept::Events, Kept::Reads] {
            let swept = self.forget(&retention, kept, now, page).await?;
            all = Swept { changed: all.changed + swept.changed, has_more: all.has_more || swept.has_more };
        }
        Ok(all)
    }

    async fn retained(&self, retention: &Retention, kept: Kept) -> Result<Retained, AppError> {
        let too_old = match retention.horizon(kept, self.now()) {
            Some(horizon) => self.store.too_old(kept, horizon).await?,
            None => TooOld::default(),
        };
        let period = match kept {
            Kept::RequestKeys => Some(REQUEST_ID_KEPT),
            _ => retention.of(kept),
        };
        Ok(Retained { kept, period, too_old, forgotten: 0, has_more: false })
    }

    async fn forget(&self, retention: &Retention, kept: Kept, now: Timestamp, page: u32) -> Result<Swept, AppError> {
        let Some(before) = retention.horizon(kept, now) else { return Ok(Swept::default()) };
        match kept {
            Kept::Remarks => {
                let old = self.store.with_old_remarks(before, page).await?;
                let commands = old.into_iter().map(|id| ForgetRemarks { id, before }).collect();
                self.sweep(commands, page, |forgotten| *forgotten).await
            }
            Kept::Events | Kept::Reads => {
                let changed = self.store.forget_log(kept, before, page, now).await?;
                Ok(Swept { changed, has_more: changed >= u64::from(page) })
            }
            Kept::RequestKeys => self.forget_request_keys(now, page).await,
        }
    }
}

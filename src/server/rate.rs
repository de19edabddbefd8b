//! How often one caller may call.

use std::{num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::HashMapStateStore,
};

use crate::{
    app::{Actor, Role},
    config,
};

type Limiter = RateLimiter<String, HashMapStateStore<String>, DefaultClock>;

/// The bounds of each role; each key has its own count.
pub(super) struct RateLimits {
    desk: Option<Limiter>,
    service: Option<Limiter>,
    batch: Option<Limiter>,
    manager: Option<Limiter>,
    operator: Option<Limiter>,
}

impl RateLimits {
    pub(super) fn new(limits: &config::RateLimits) -> Self {
        let limiter = |per_second| NonZeroU32::new(per_second).map(|n| RateLimiter::hashmap(Quota::per_second(n)));
        Self {
            desk: limiter(limits.desk),
            service: limiter(limits.service),
            batch: limiter(limits.batch),
            manager: limiter(limits.manager),
            operator: limiter(limits.operator),
        }
    }

    /// Counts a call of a caller; `Err` says when the next may be made. Counts are as many as there are keys.
    pub(super) fn check(&self, caller: &Actor) -> Result<(), Duration> {
        let limiter = match caller.authority.role {
            None => None,
            Some(Role::Desk) => self.desk.as_ref(),
            Some(Role::Service) => self.service.as_ref(),
            Some(Role::Batch) => self.batch.as_ref(),
            Some(Role::Manager) => self.manager.as_ref(),
            Some(Role::Operator) => self.operator.as_ref(),
        };
        let Some(limiter) = limiter else { return Ok(()) };
        let now = limiter.clock().now();
        limiter.check_key(&caller.principal).map_err(|early| early.wait_time_from(now))
    }
}

//! How members of staff are named in what is recorded of customers.

use super::{App, AppError};
use crate::domain::{access::AccessBook, settings::StaffNamed};
use std::sync::Arc;

/// Names members of staff as the operator decided.
#[derive(Debug, Clone)]
pub(super) struct StaffNames(Option<Arc<AccessBook>>);

impl StaffNames {
    /// What somebody is called in what is recorded.
    pub(super) fn called(&self, said: String) -> String {
        match &self.0 {
            Some(book) => book.called(&said),
            None => said,
        }
    }
}

impl App {
    /// How staff are named now. A repetition is recognised by what was said, so this comes after that was hashed.
    pub(super) async fn staff_names(&self) -> Result<StaffNames, AppError> {
        Ok(StaffNames(match self.settings().staff_named {
            StaffNamed::AsSaid => None,
            StaffNamed::Pseudonym => Some(Arc::clone(&self.store.catalog().await?.access)),
        }))
    }
}

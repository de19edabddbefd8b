//! Where a customer is reached.

use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a customer can be reached.
    pub enum ContactPointKind {
        /// A phone number (calls and messages).
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// A postal address.
        Post = "post",
    }
}

/// A way to reach a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPoint {
    /// The number, e-mail address or postal address.
    pub address: ContactAddress,
    /// What the customer calls it ("work").
    pub label: String,
    /// Known not to reach them; never used again.
    pub bad: bool,
}

impl ContactPoint {
    /// What kind of address this is.
    #[must_use]
    pub fn kind(&self) -> ContactPointKind {
        match self.address {
            ContactAddress::Phone(_) => ContactPointKind::Phone,
            ContactAddress::Email(_) => ContactPointKind::Email,
            ContactAddress::Post(_) => ContactPointKind::Post,
        }
    }
}

/// Where a contact point leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactAddress {
    /// A phone number in E.164.
    Phone(String),
    /// An e-mail address as typed.
    Email(String),
    /// A postal address.
    Post(PostalAddress),
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostalAddress {
    /// ISO 3166-1 alpha-2 region.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// State or province, where addresses name it.
    pub administrative_area: String,
    /// Town.
    pub locality: String,
    /// Street, house number, floor …, in order.
    pub lines: Vec<String>,
}

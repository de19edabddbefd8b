//! Enumerations that are stored, filtered and logged by name.

/// A name that no value of an enumeration bears.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is none of {known}")]
pub struct UnknownName {
    /// What was read.
    pub name: String,
    /// The names that exist, separated by commas.
    pub known: String,
}

/// A name as people read it: without the marks that tie its words together.
pub(super) fn spoken(name: impl std::fmt::Display) -> String {
    name.to_string().replace('_', " ")
}

/// Declares a field-less enum whose values have one stable lower-case name each: in the database, in JSON, in
/// filters and in logs.
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The name of every value, in order of declaration.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The stable name of this value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                match name {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::domain::UnknownName {
                        name: name.to_owned(),
                        known: Self::NAMES.join(", "),
                    }),
                }
            }
        }
    };
}

pub(crate) use text_enum;

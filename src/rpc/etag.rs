//! Versions of resources, as callers hand them back.

use super::validate::Fields;

/// The etag of a version.
pub(crate) fn of(version: i64) -> String {
    format!("v{version}")
}

/// The version that a caller expects; `None` when it does not say.
pub(crate) fn read(fields: &mut Fields, field: &str, etag: &str) -> Option<i64> {
    if etag.is_empty() {
        return None;
    }
    let version = etag.strip_prefix('v').and_then(|number| number.parse().ok());
    // Only the spelling that we gave out: no sign, no leading zero.
    let version = version.filter(|version| *version >= 0 && of(*version) == etag);
    if version.is_none() {
        fields.refuse(field, "must be the etag of a reply, or empty");
    }
    version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_back() {
        assert_eq!(read(&mut Fields::new(), "etag", &of(7)), Some(7));
        assert_eq!(read(&mut Fields::new(), "etag", ""), None);
    }

    #[test]
    fn a_foreign_etag_is_refused() {
        for wrong in ["7", "v", "v07", "v+7", "v-7", "W/\"7\"", "v99999999999999999999"] {
            let mut fields = Fields::new();
            assert_eq!(read(&mut fields, "etag", wrong), None);
            assert!(fields.finish(Some(())).is_err(), "{wrong}");
        }
    }
}

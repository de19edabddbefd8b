//! API keys and staff.

use super::words;
use crate::{cli::output, proto::v1};

pub(in crate::cli) fn api_keys(keys: &[v1::ApiKey]) -> String {
    let mut table = output::table(&["key", "called", "role", "locations", "state", "until", "last used"]);
    for key in keys {
        let state = words::plain(key.state().as_str_name(), "STATE_");
        let role = words::plain(key.role().as_str_name(), "ROLE_");
        let (until, used) = (key.expire_time.map(words::utc), key.last_use_time.map(words::utc));
        table.add_row([
            words::short_ids(&key.name),
            key.display_name.clone(),
            role,
            places(&key.locations),
            state,
            until.unwrap_or_default(),
            used.unwrap_or_else(|| "never".to_owned()),
        ]);
    }
    table.to_string()
}

pub(in crate::cli) fn staff(members: &[v1::StaffMember]) -> String {
    let mut table = output::table(&["who", "called", "pseudonym", "role", "locations", "state", "until"]);
    for member in members {
        table.add_row([
            member.name.trim_start_matches("staff/").to_owned(),
            member.display_name.clone(),
            member.pseudonym.clone(),
            words::plain(member.role().as_str_name(), "ROLE_"),
            places(&member.locations),
            words::plain(member.state().as_str_name(), "STATE_"),
            member.end_time.map(words::utc).unwrap_or_default(),
        ]);
    }
    table.to_string()
}

fn places(locations: &[String]) -> String {
    if locations.is_empty() {
        return "all".to_owned();
    }
    let slugs: Vec<_> = locations.iter().map(|name| name.trim_start_matches("locations/")).collect();
    slugs.join(", ")
}

//! The order of an address in each country.
//!
//! The facts are those of Google's address data (libaddressinput, CC BY 4.0), which follow the Universal Postal Union's
//! "Postal addressing systems in member countries"; the notation is our own:
//! `%N` whom it goes to, `%A` the lines above the town, `%C` town, `%S` state, `%Z` postal code, `|` a new line, `[…]`
//! what stands before the postal code, `{…}` the same, only on letters from abroad.

/// How addresses of some countries are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// The lines, in the notation of this module.
    pub(super) lines: &'static str,
    /// Which of `C`, `S` and `Z` are in capitals on domestic letters too.
    pub(super) capitals: &'static str,
}

/// For countries that are not in the table.
const DEFAULT: Layout = Layout { lines: "%N|%A|%Z %C|%S", capitals: "" };

/// How addresses of a region (ISO 3166-1 alpha-2, in capitals) are laid out, in its own script or in another one.
pub(super) fn layout(region: &str, in_own_script: bool) -> Layout {
    if in_own_script && let Some((lines, _)) = OWN_SCRIPT.iter().find(|(_, own)| *own == region) {
        return Layout { lines, capitals: "" };
    }
    LAYOUTS
        .iter()
        .find(|(_, _, regions)| regions.split(' ').any(|known| known == region))
        .map_or(DEFAULT, |(lines, capitals, _)| Layout { lines, capitals })
}

/// From the largest to the smallest, where the address is written in Chinese, Japanese or Korean letters.
const OWN_SCRIPT: [(&str, &str); 7] = [
    ("%Z|%S%C|%A|%N", "CN"),
    ("%S|%C|%A|%N", "HK"),
    ("[〒]%Z|%S%C|%A|%N", "JP"),
    ("%Z|%S|%C|%A|%N", "KP"),
    ("%S %C|%A|%N|%Z", "KR"),
    ("%A|%N", "MO"),
    ("%Z|%S%C|%A|%N", "TW"),
];

/// Lines, capitals, regions.
const LAYOUTS: [(&str, &str, &str); 76] = [
    (
        "%N|%A|%Z %C",
        "",
        "AD AT BA BE BG CY CZ DE DK DO DZ EH ET GE GL GR GW IS KG KW LA LR MA ME MG MK NE NL NO PL PT PY RS SJ SK SM SN TJ TM TN TZ VA XK ZM",
    ),
    ("%N|%A|%C %Z", "", "BH BM BN BT IL JO KH LB LS MV NP NZ SA SG VC"),
    ("%N|%A|%C %S %Z", "CS", "AS AU CC CX FM HM MH MP NF PW UM VI"),
    ("%N|%A|%C|%Z", "", "AC AF AI GI KE LK NA SD TA VG ZA"),
    ("%N|%A|%C|%Z", "CZ", "FK GB GG GS IM IO JE PN SH SZ TC"),
    ("%N|%A|%Z %C", "C", "BL FR GF GP MF MQ NC PM RE WF YT"),
    ("%N|%A|%C|%S|%Z", "", "EG IE KR UA"),
    ("%N|%A|%Z %C %S", "CS", "ES IT PF UY"),
    ("%N|%A|%C|%S %Z", "", "ID MN VN"),
    ("%N|%A|%C", "", "BF MW"),
    ("%N|%A|%C %Z|%S", "", "IN PE"),
    ("%N|%A|%C, %S", "", "BS KN"),
    ("%N|%A|%C, %S %Z", "", "BB TW"),
    ("%N|%A|%C, %S %Z", "CS", "SO US"),
    ("%N|%A|%C, %S|%Z", "", "HN JP"),
    ("%N|%A|%C|%S", "", "HK JM"),
    ("%N|%A|%C|%S", "CS", "PA TV"),
    ("%N|%A|%C|%S", "S", "SC SR"),
    ("%N|%A|%C|%S, %Z", "", "CN KP"),
    ("%N|%A|%S", "", "AE NR"),
    ("%N|%A|%Z %C|%S", "", "CL CV"),
    ("%N|%A|%Z %C|%S", "CS", "MY UZ"),
    ("%N|%A|%Z|%C", "", "AL OM"),
    ("%N|%A|%Z|%C", "CZ", "EC MU"),
    ("%N|%A", "", "MO"),
    ("%N|%A %C", "", "CI"),
    ("%N|%A|%C %S %Z", "CSZ", "CA"),
    ("%N|%A|%C %S|%Z", "", "CU"),
    ("%N|%A|%C %Z", "C", "GU"),
    ("%N|%A|%C %Z", "CZ", "MT"),
    ("%N|%A|%C %Z %S", "", "PG"),
    ("%N|%A|%C %Z, %S", "CS", "VE"),
    ("%N|%A|%C %Z|%S", "CS", "NG"),
    ("%N|%A|%C - %Z", "", "BD"),
    ("%N|%A|%C PR %Z", "C", "PR"),
    ("%N|%A|%C, %S, %Z", "", "CO"),
    ("%N|%A|%C, %S|%Z", "CS", "IQ"),
    ("%N|%A|%C, %Z", "", "MM"),
    ("%N|%A|%C-%S|%Z", "CS", "BR"),
    ("%N|%A|%C-%Z", "", "PK"),
    ("%N|%A|%C|%S %Z", "S", "TH"),
    ("%N|%A|%C|%S|%Z", "C", "RU"),
    ("%N|%A|%C|%Z %S", "", "PH"),
    ("%N|%A|%S %Z", "", "KY"),
    ("%N|%A|%S, %C|%Z", "", "CR"),
    ("%N|%A|%S|%C", "CS", "KI"),
    ("%N|%A|%S|%C, %Z", "", "LV"),
    ("%N|%A|%Z %C %S", "", "EE"),
    ("%N|%A|%Z %C%S", "", "MZ"),
    ("%N|%A|%Z %C, %S", "CSZ", "MX"),
    ("%N|%A|%Z %C/%S", "", "TR"),
    ("%N|%A|%Z %C|%S", "CZ", "AR"),
    ("%N|%A|%Z %S %C", "C", "RO"),
    ("%N|%A|%Z, %C|%S", "", "BY"),
    ("%N|%A|%Z- %C", "", "GT"),
    ("%N|%A|%Z-%C|%S", "CSZ", "SV"),
    ("%N|%A|%Z|%C, %S", "CS", "NI"),
    ("%N|%A|%Z|%C|%S", "", "AM"),
    ("%N|%A|[AZ ]%Z %C", "", "AZ"),
    ("%N|%A|[HT]%Z %C", "", "HT"),
    ("%N|%A|[L-]%Z %C", "", "LU"),
    ("%N|%A|[LT-]%Z %C %S", "", "LT"),
    ("%N|%A|[MD-]%Z %C", "", "MD"),
    ("%N|%A|{AX-}%Z %C", "", "AX"),
    ("%N|%A|{CH-}%Z %C", "", "CH"),
    ("%N|%A|{FI-}%Z %C", "", "FI"),
    ("%N|%A|{FL-}%Z %C", "", "LI"),
    ("%N|%A|{FO}%Z %C", "", "FO"),
    ("%N|%A|{HR-}%Z %C", "", "HR"),
    ("%N|%A|{MC-}%Z %C", "", "MC"),
    ("%N|%A|{SE-}%Z %C", "", "SE"),
    ("%N|%A|{SI-}%Z %C", "", "SI"),
    ("%N|%C|%A|%Z", "C", "HU"),
    ("%N|%S|%C|%A|%Z", "", "IR"),
    ("%N|%Z %A %C", "", "GN"),
    ("%Z|%S|%C|%A|%N", "", "KZ"),
];

//! Every limit of the service, named once. Comments of the contract and errors quote these.

use jiff::SignedDuration;

/// Longest free text, in bytes of UTF-8.
pub const TEXT_MAX_BYTES: usize = 8 * 1024;
/// Longest name, title, code or other short text, in bytes of UTF-8.
pub const SHORT_TEXT_MAX_BYTES: usize = 256;
/// Largest request message, in bytes.
pub const REQUEST_MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most that the status of a failed call takes of the headers in which it travels, in bytes: clients may refuse 8
/// KiB of headers, and then tell their caller something else than what was wrong.
pub const STATUS_MAX_BYTES: usize = 6 * 1024;
/// Most items in a batch request.
pub const BATCH_MAX: usize = 1_000;
/// Largest page; a larger `page_size` is lowered to it.
pub const PAGE_MAX: u32 = 500;
/// Page size when the caller names none.
pub const PAGE_DEFAULT: u32 = 50;
/// Most customers whose duplicates one page tells: each is compared with all who share something with them.
pub const DUPLICATES_PAGE_MAX: u32 = 50;
/// Most identifiers, contact points, facts, tags, topics, items … in one resource.
pub const LIST_MAX: usize = 100;
/// Most customers that a search tells.
pub const SEARCH_MAX: usize = 50;
/// How many a search tells when the caller names no number.
pub const SEARCH_DEFAULT: usize = 10;
/// Most contacts' roles or contact points, each.
pub const CONTACTS_MAX: usize = 20;
/// Most records that may be part of one customer's.
pub const MERGED_MAX: usize = 100;
/// How deep they may be nested: a record that others are part of may itself become part of another.
pub const MERGE_DEPTH_MAX: usize = 8;
/// Most candidates kept with an anonymous interaction or shown at the desk.
pub const CANDIDATES_MAX: usize = 10;
/// For how long after it was bought a surprise is named to nobody: by then whom it was for has it.
pub const HIDDEN_FOR: SignedDuration = SignedDuration::from_hours(400 * 24);
/// Most gestures that one claim may take.
pub const CLAIM_MAX: u32 = 100;
/// Longest filter expression, in bytes.
pub const FILTER_MAX_BYTES: usize = 4 * 1024;
/// Deepest nesting of a filter expression.
pub const FILTER_MAX_DEPTH: usize = 16;
/// Most comparisons in a filter expression.
pub const FILTER_MAX_TERMS: usize = 100;
/// The earliest year an interaction may have happened in.
pub const FIRST_YEAR: i16 = 1900;
/// How far ahead of our clock a source's clock may be.
pub const CLOCK_SKEW_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How long a `request_id` is remembered.
pub const REQUEST_ID_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The shortest lease a claim may ask for.
pub const LEASE_MIN: SignedDuration = SignedDuration::from_secs(1);
/// The longest lease a claim may ask for.
pub const LEASE_MAX: SignedDuration = SignedDuration::from_secs(600);
/// The lease when a claim names none.
pub const LEASE_DEFAULT: SignedDuration = SignedDuration::from_secs(60);
/// How long a person has what they took.
pub const TAKEN_FOR: SignedDuration = SignedDuration::from_mins(15);
/// The longest that a claim may wait for something to become due: shorter than the time that a stop gives calls in
/// work.
pub const CLAIM_WAIT_MAX: SignedDuration = SignedDuration::from_secs(10);
/// Most rules that may be enabled at once; keeps the cost of one interaction bounded.
pub const RULES_MAX: usize = 500;
/// Most templates, the retired ones too; with [`TEMPLATE_MAX_BYTES`] it bounds the memory that their copies take.
pub const TEMPLATES_MAX: usize = 500;
/// Most texts of one template.
pub const TEMPLATE_TEXTS_MAX: usize = 200;
/// Longest template, all its texts together, in bytes of UTF-8.
pub const TEMPLATE_MAX_BYTES: usize = 64 * 1024;
/// How far ahead of now a batch may look for notes that are due.
pub const BATCH_AHEAD_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Customers whose notes a batch composes, delivers or takes back in one step.
pub const NOTE_PAGE: usize = 250;
/// Attempts of one gesture before it fails for good.
pub const ATTEMPTS_MAX: u32 = 5;
/// Most contacts that a budget may allow in its period.
pub const BUDGET_CONTACTS_MAX: u32 = 1_000;
/// The shortest period of a contact budget.
pub const BUDGET_PERIOD_MIN: SignedDuration = SignedDuration::from_hours(1);
/// The longest period of a contact budget.
pub const BUDGET_PERIOD_MAX: SignedDuration = SignedDuration::from_hours(365 * 24);
/// The longest lead time of a channel, in business days.
pub const LEAD_TIME_MAX: u8 = 60;
/// Most consent regimes.
pub const REGIMES_MAX: usize = 50;
/// Most countries of one consent regime; there are not as many.
pub const REGIME_REGIONS_MAX: usize = 300;
/// The shortest time within which something may be promised.
pub const PROMISE_MIN: SignedDuration = SignedDuration::from_mins(1);
/// The longest.
pub const PROMISE_MAX: SignedDuration = SignedDuration::from_hours(90 * 24);
/// What is due for longer is late: after a standstill it leaves at a bounded rate.
pub const LATE_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// Most calls that people at a location can be said to make in a day.
pub const CALLS_PER_DAY_MAX: i32 = 10_000;
/// Most pauses that may hold at once; each is asked of each gesture that is to leave.
pub const PAUSES_MAX: u64 = 100;
/// Most journeys that may be in use at once.
pub const JOURNEYS_MAX: usize = 100;
/// Most stages of one journey.
pub const STAGES_MAX: usize = 50;
/// Most touchpoints that may be in use at once; all are kept in memory.
pub const TOUCHPOINTS_MAX: usize = 1_000;
/// The longest limit of a standard.
pub const STANDARD_MAX: SignedDuration = SignedDuration::from_hours(24 * 90);
/// The most transfers that are told, and that a standard may allow.
pub const TRANSFERS_MAX: u16 = 1_000;
/// Most tags (`{{ … }}` and `{% … %}`) in one part of a template's text.
pub const TEMPLATE_TAGS_MAX: usize = 200;
/// Most words and signs within one tag of a template.
pub const TEMPLATE_TAG_MAX_TOKENS: usize = 64;
/// Deepest nesting of a template's blocks, and of the parentheses within a tag.
pub const TEMPLATE_MAX_DEPTH: usize = 8;
/// Longest composed text or subject, in bytes of UTF-8.
pub const NOTE_MAX_BYTES: usize = 32 * 1024;
/// Most customers on whom a template is tried at once.
pub const TEMPLATE_SAMPLE_MAX: u32 = 200;
/// On how many customers a template is tried, unless the caller says otherwise.
pub const TEMPLATE_SAMPLE_DEFAULT: u32 = 50;
/// Longest note that goes as a text message, in characters: ten parts of 160.
pub const MESSAGE_NOTE_MAX_CHARS: usize = 1_600;
/// Most who follow the events on one replica.
pub const EVENT_WATCHERS_MAX: usize = 64;
/// Most kinds, and most resources, by which events are chosen.
pub const EVENT_FILTER_MAX: usize = 100;
/// Longest subject line of a note, in characters; mail programs show less.
pub const NOTE_SUBJECT_MAX_CHARS: usize = 150;
/// Most sheets in one file of a print run: a PDF is in memory until it is whole.
pub const SHEETS_PER_FILE_MAX: u32 = 1_000;
/// Most API keys that hold at once; all are kept in memory.
pub const API_KEYS_MAX: u64 = 1_000;
/// Most members of staff, those who left too; all are kept in memory.
pub const STAFF_MAX: u64 = 5_000;
/// Most locations that a key or a member of staff is restricted to.
pub const PLACES_MAX: usize = 500;
/// The longest time for which the old secret of a rotated key is accepted beside the new one.
pub const KEY_OVERLAP_MAX: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long the old secret of a rotated key is accepted, unless the caller says otherwise.
pub const KEY_OVERLAP_DEFAULT: SignedDuration = SignedDuration::from_hours(24);
/// How long somebody who signed in at a desk stays signed in.
pub const DESK_SESSION: SignedDuration = SignedDuration::from_hours(12);
/// How long a desk's browser may sign staff in without being shown the key again.
pub const DESK_DEVICE_KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long an action at the desk can be taken back.
pub const UNDO_FOR: SignedDuration = SignedDuration::from_secs(60);
/// How long is kept what an action at the desk changed: long enough to tell a late caller that it is too late.
pub const ACTIONS_KEPT: SignedDuration = SignedDuration::from_mins(10);

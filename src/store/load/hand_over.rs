//! Hands over all that is one customer's to another, in one statement for each table, however much it is.
//!
//! A row that is handed over keeps in `origin_customer_id` whose it would be without that. Taken back, what came with
//! the merged records goes with them, and so does what answers it: also what was added since.

use crate::{
    domain::{ids::InteractionId, merging::HandOver},
    store::{
        error::StoreError,
        statement::{places, run, statement},
    },
};
use sea_orm::{ConnectionTrait, Value};
use std::collections::BTreeSet;

/// Hands over what a merge or its end moves. Returns the interactions of one customer that are, or were, answered as
/// the other's.
pub(super) async fn all(db: &impl ConnectionTrait, what: &HandOver) -> Result<BTreeSet<InteractionId>, StoreError> {
    let mut crossing = crossing(db, what).await?;
    let statements = if what.from == what.to {
        to_household(what)
    } else if what.origins.is_empty() {
        to_survivor(what)
    } else {
        back(what)
    };
    for write in statements {
        write.run(db).await?;
    }
    for record in [what.from, what.to] {
        // How things stood before the desk's last actions is not how they would be put back any more.
        let spoken_of = Value::from(format!("%{record}%"));
        run(db, "DELETE FROM desk_actions WHERE changes LIKE ?", vec![spoken_of]).await?;
    }
    crossing.extend(self::crossing(db, what).await?);
    Ok(crossing)
}

async fn crossing(db: &impl ConnectionTrait, what: &HandOver) -> Result<BTreeSet<InteractionId>, StoreError> {
    let mut found = BTreeSet::new();
    for answers in ["decisions", "gestures"] {
        for (answered, owner) in [(what.from, what.to), (what.to, what.from)] {
            let sql = format!(
                "SELECT DISTINCT i.id FROM {answers} a JOIN interactions i ON i.id = a.interaction_id \
                 WHERE a.customer_id = ? AND i.customer_id = ?"
            );
            let select = Write::new(sql, [Value::from(answered.0), Value::from(owner.0)]);
            for row in db.query_all_raw(statement(db.get_database_backend(), &select.sql, select.values)).await? {
                found.insert(InteractionId(row.try_get_by_index(0)?));
            }
        }
    }
    Ok(found)
}

/// A statement whose places are `?`.
struct Write {
    sql: String,
    values: Vec<Value>,
}

impl Write {
    fn new(sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql: sql.into(), values: values.into_iter().collect() }
    }

    async fn run(self, db: &impl ConnectionTrait) -> Result<(), StoreError> {
        run(db, &self.sql, self.values).await
    }
}

/// What is theirs counts in another household, which may begin with them.
fn to_household(what: &HandOver) -> Vec<Write> {
    let (customer, household) = (Value::from(what.to.0), Value::from(what.to_household.0));
    let from = Value::from(what.from_household.0);
    vec![
        Write::new(
            "INSERT INTO households (id, created_at) SELECT ?, updated_at FROM customers WHERE id = ? ON CONFLICT DO NOTHING",
            [household.clone(), customer.clone()],
        ),
        Write::new("UPDATE customers SET household_id = ? WHERE id = ?", [household.clone(), customer.clone()]),
        Write::new("UPDATE gestures SET household_id = ? WHERE customer_id = ?", [household.clone(), customer.clone()]),
        Write::new(
            "UPDATE contacts SET household_id = ? WHERE household_id = ? AND customer_id = ?",
            [household, from, customer],
        ),
    ]
}

fn to_survivor(what: &HandOver) -> Vec<Write> {
    let (from, to) = (Value::from(what.from.0), Value::from(what.to.0));
    let household = Value::from(what.to_household.0);
    let owner = "SET origin_customer_id = COALESCE(origin_customer_id, customer_id), customer_id = ?";
    let both = || [to.clone(), from.clone()];
    vec![
        Write::new(format!("UPDATE interactions {owner} WHERE customer_id = ?"), both()),
        Write::new("UPDATE obligations SET customer_id = ? WHERE customer_id = ?", both()),
        Write::new(format!("UPDATE decisions {owner} WHERE customer_id = ?"), both()),
        Write::new(format!("UPDATE cases {owner} WHERE customer_id = ?"), both()),
        Write::new(
            format!("UPDATE gestures {owner}, household_id = ? WHERE customer_id = ?"),
            [to.clone(), household.clone(), from.clone()],
        ),
        Write::new(
            "UPDATE contacts SET customer_id = ?, household_id = ? WHERE household_id = ? AND customer_id = ?",
            [to.clone(), household, Value::from(what.from_household.0), from.clone()],
        ),
        // A batch writes to a customer once: where it wrote to both, each keeps their own.
        Write::new(
            format!("UPDATE notes {owner} WHERE customer_id = ? AND NOT EXISTS ({OTHER_NOTE})"),
            [to.clone(), from, to],
        ),
    ]
}

/// A note of the same batch to whoever it is handed to.
const OTHER_NOTE: &str = "SELECT 1 FROM notes other WHERE other.batch_id = notes.batch_id AND other.customer_id = ?";

fn back(what: &HandOver) -> Vec<Write> {
    let (from, to) = (Value::from(what.from.0), Value::from(what.to.0));
    let household = Value::from(what.to_household.0);
    let origins: Vec<Value> = what.origins.iter().map(|id| Value::from(id.0)).collect();
    let came_with = format!("origin_customer_id IN ({})", places(origins.len()));
    // What was decided of the survivor (the n-th visit, a birthday) stays with the survivor's name.
    let named = Value::from(format!("{}/%", what.from));
    let owner = "SET customer_id = ?, origin_customer_id = NULLIF(origin_customer_id, ?)";
    let theirs = "IN (SELECT id FROM interactions WHERE customer_id = ?)";
    let begin = || vec![to.clone(), to.clone()];
    let with = |mut values: Vec<Value>, more: &[&[Value]]| {
        values.extend(more.iter().flat_map(|some| some.iter().cloned()));
        values
    };
    let (from, to) = (std::slice::from_ref(&from), std::slice::from_ref(&to));
    let (named, household) = (std::slice::from_ref(&named), std::slice::from_ref(&household));
    vec![
        Write::new(
            format!("UPDATE interactions {owner} WHERE customer_id = ? AND {came_with}"),
            with(begin(), &[from, &origins]),
        ),
        Write::new(
            format!("UPDATE obligations SET customer_id = ? WHERE customer_id = ? AND interaction_id {theirs}"),
            with(to.to_vec(), &[from, to]),
        ),
        Write::new(
            format!(
                "UPDATE decisions {owner} WHERE customer_id = ? \
                 AND ({came_with} OR (interaction_id {theirs} AND occurrence NOT LIKE ?))"
            ),
            with(begin(), &[from, &origins, to, named]),
        ),
        Write::new(
            format!("UPDATE cases {owner} WHERE customer_id = ? AND ({came_with} OR interaction_id {theirs})"),
            with(begin(), &[from, &origins, to]),
        ),
        Write::new(
            format!(
                "UPDATE gestures {owner}, household_id = ? WHERE customer_id = ? AND ({came_with} \
                 OR case_id IN (SELECT id FROM cases WHERE customer_id = ?) \
                 OR (interaction_id {theirs} AND occurrence NOT LIKE ?))"
            ),
            with(begin(), &[household, from, &origins, to, to, named]),
        ),
        Write::new(
            format!(
                "UPDATE contacts SET customer_id = ?, household_id = ? WHERE household_id = ? AND customer_id = ? \
                 AND (id {theirs} OR gesture_id IN (SELECT id FROM gestures WHERE customer_id = ?))"
            ),
            with(to.to_vec(), &[household, &[Value::from(what.from_household.0)], from, to, to]),
        ),
        Write::new(
            format!(
                "UPDATE notes {owner} WHERE customer_id = ? AND NOT EXISTS ({OTHER_NOTE}) AND ({came_with} \
                 OR (id IN (SELECT note_id FROM gestures WHERE customer_id = ?) \
                 AND NOT EXISTS (SELECT 1 FROM gestures beside WHERE beside.note_id = notes.id \
                 AND beside.customer_id = ?)))"
            ),
            with(begin(), &[from, to, &origins, to, from]),
        ),
    ]
}

//! The filter language in SQL selects exactly the rows for which its evaluator says *true*, for random rows and
//! filters.

mod layout;
mod random;
mod table;

use gratitude::domain::filter::Filter;
use gratitude::store::filter::List;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use uuid::Uuid;

use crate::support::database::Database;
use layout::Layout;
use random::{Dice, Record};

const ROWS: u64 = 60;
const FILTERS: usize = 400;

both_engines! {
    async fn sql_selects_the_customers_that_the_evaluator_selects(database) {
        compare(&database, List::Customers).await;
    }

    async fn sql_selects_the_interactions_that_the_evaluator_selects(database) {
        compare(&database, List::Interactions).await;
    }

    async fn sql_selects_the_gestures_that_the_evaluator_selects(database) {
        compare(&database, List::Gestures).await;
    }

    async fn sql_selects_the_cases_that_the_evaluator_selects(database) {
        compare(&database, List::Cases).await;
    }

    async fn sql_selects_the_obligations_that_the_evaluator_selects(database) {
        compare(&database, List::Obligations).await;
    }

    async fn sql_selects_the_notes_that_the_evaluator_selects(database) {
        compare(&database, List::Notes).await;
    }
}

async fn compare(database: &Database, list: List) {
    let connection = table::connect(database).await;
    let layout = layout::of(list);
    let mut dice = Dice::default();
    let records = fill(&connection, &layout, &mut dice).await;
    let mut selected_some = 0;
    for _ in 0..FILTERS {
        let text = dice.filter(list.schema());
        let filter = Filter::parse(&text, list.schema()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let expected: Vec<Uuid> =
            records.iter().filter(|(_, record)| filter.matches(&record.reader())).map(|(id, _)| *id).collect();
        assert_eq!(select(&connection, &layout, &filter).await, expected, "{text}");
        selected_some += usize::from((1..records.len()).contains(&expected.len()));
    }
    assert!(selected_some > FILTERS / 2, "only {selected_some} filters told the rows apart");
    connection.close().await.expect("the connection closes");
}

/// Random rows of the list, in the order of their ids.
async fn fill(connection: &DatabaseConnection, layout: &Layout, dice: &mut Dice) -> Vec<(Uuid, Record)> {
    let transaction: DatabaseTransaction = connection.begin().await.expect("nobody else writes");
    let mut records = Vec::new();
    for number in 0..ROWS {
        let id = random::id(number);
        let mut record = Record::default();
        for table in &layout.tables {
            table::insert(&transaction, table, id, &mut record, dice).await;
        }
        records.push((id, record));
    }
    transaction.commit().await.expect("the rows are kept");
    records
}

async fn select(connection: &DatabaseConnection, layout: &Layout, filter: &Filter) -> Vec<Uuid> {
    let listed = &layout.tables[0];
    let key = (Alias::new(listed.name), Alias::new(listed.key));
    let query = Query::select()
        .column(key.clone())
        .from(Alias::new(listed.name))
        .cond_where(layout.list.condition(filter).expect("a filter of this list"))
        .order_by(key, sea_orm::Order::Asc)
        .take();
    let rows = connection.query_all(&query).await.expect("the statement is understood");
    rows.iter().map(|row| row.try_get_by_index(0).expect("an id")).collect()
}

//! Customers whom somebody knows to be two, however alike their records are.

use crate::schema::{big, column, create, drop, id, index, must, primary_key, refers, table};
use sea_orm_migration::prelude::{Alias, DbErr, DeriveMigrationName, Expr, ExprTrait, MigrationTrait, SchemaManager};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[sea_orm_migration::async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut pairs = table("not_same", [must(id("customer_id")), must(id("other_id")), must(big("created_at"))]);
        pairs.primary_key(&mut primary_key(&["customer_id", "other_id"]));
        pairs.foreign_key(&mut refers(&["customer_id"], "customers", &["id"]));
        pairs.foreign_key(&mut refers(&["other_id"], "customers", &["id"]));
        // A pair is kept once, whoever of the two was named first.
        pairs.check(column("customer_id").lt(Expr::col(Alias::new("other_id"))));
        create(manager, pairs, vec![index("not_same", "by_other", &["other_id"])]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["not_same"]).await
    }
}

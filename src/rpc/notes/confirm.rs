//! People say that a print run is on paper, and are told which sheets must not go.

use crate::{
    app::{App, SheetsConfirmed},
    domain::{
        commands::notes::{Confirmed, Fate},
        ids::{NoteBatchId, PrintRunId},
        world::Actor,
    },
    proto::v1 as pb,
    rpc::{
        Rpc,
        convert::{enums::to_wire_or_zero, note::sheet_place, types::timestamp},
        names::{NoteName, ResourceId},
        status::Failure,
        validate::Fields,
    },
};
use futures_util::stream;
use std::sync::Arc;
use tonic::{Request, Response, Status, codegen::BoxStream};

/// A run that is being confirmed.
struct Confirming {
    app: Arc<App>,
    actor: Actor,
    batch: NoteBatchId,
    run: PrintRunId,
    /// The first page, which was confirmed before the answer began.
    first: Option<SheetsConfirmed>,
    /// Behind which number the next page begins.
    next: u32,
}

impl Rpc {
    /// The first page is confirmed before the answer begins: what is refused is refused as a call.
    pub(super) async fn stream_of_confirmed(
        &self,
        request: Request<pb::ConfirmPrintedRequest>,
    ) -> Result<Response<BoxStream<pb::ConfirmPrintedResponse>>, Failure> {
        let (actor, said) = self.call(request)?;
        let mut fields = Fields::new();
        let batch = fields.name::<NoteBatchId>("name", &said.name);
        let run = fields.print_run("print_run", &said.print_run);
        let (batch, run) = fields.finish(batch.zip(run))?;
        let first = self.app.confirm_printed(&actor, batch, run, 0).await?;
        let confirming = Confirming { app: Arc::clone(&self.app), actor, batch, run, first, next: 0 };
        Ok(Response::new(Box::pin(stream::try_unfold(confirming, Confirming::page))))
    }
}

impl Confirming {
    /// What became of the next page; `None` behind the last.
    async fn page(mut self) -> Result<Option<(pb::ConfirmPrintedResponse, Self)>, Status> {
        let page = match self.first.take() {
            Some(first) => Some(first),
            None => {
                let page = self.app.confirm_printed(&self.actor, self.batch, self.run, self.next).await;
                page.map_err(Failure::from)?
            }
        };
        Ok(page.map(|page| {
            self.next = page.next;
            (confirmed(self.batch, &page.sheets), self)
        }))
    }
}

fn confirmed(batch: NoteBatchId, sheets: &[Confirmed]) -> pb::ConfirmPrintedResponse {
    let count = |fate: &Fate| {
        let sheets = sheets.iter().filter(|sheet| sheet.fate == *fate).count();
        i32::try_from(sheets).unwrap_or(i32::MAX)
    };
    pb::ConfirmPrintedResponse {
        delivered_count: count(&Fate::Leaves),
        confirmed_before_count: count(&Fate::HasLeft),
        sheets_to_pull: sheets.iter().filter_map(|sheet| to_pull(batch, sheet)).collect(),
    }
}

fn to_pull(batch: NoteBatchId, sheet: &Confirmed) -> Option<pb::SheetToPull> {
    let (reason, explanation, keep_until_time) = match &sheet.fate {
        Fate::Leaves | Fate::HasLeft => return None,
        Fate::Pull { reason, explanation } => (*reason, explanation, None),
        Fate::Keep { until, reason, explanation } => (*reason, explanation, Some(timestamp(*until))),
    };
    Some(pb::SheetToPull {
        note: NoteName { batch, note: sheet.note }.to_string(),
        customer: sheet.customer.name(),
        place: Some(sheet_place(sheet.place)),
        reason: to_wire_or_zero(reason),
        explanation: explanation.clone(),
        keep_until_time,
    })
}

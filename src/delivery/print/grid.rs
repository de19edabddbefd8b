//! Sheets of labels.

use super::page::{inches, mm};

/// Where labels are on a sheet of them, in points.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) page: (f32, f32),
    /// The corner of the first label.
    pub(super) first: (f32, f32),
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// From one label to the next.
    pub(super) step: (f32, f32),
    pub(super) label: (f32, f32),
    /// What stays free at each edge of a label: sheets are never fed quite straight.
    pub(super) margin: (f32, f32),
}

impl Grid {
    /// 24 labels of 70 mm × 37 mm on A4, without gaps; half a millimetre stays at the top and at the bottom.
    pub(super) const A4_3_BY_8: Self = Self {
        page: (mm(210.0), mm(297.0)),
        first: (0.0, mm(0.5)),
        columns: 3,
        rows: 8,
        step: (mm(70.0), mm(37.0)),
        label: (mm(70.0), mm(37.0)),
        margin: (mm(6.0), mm(5.0)),
    };

    /// 30 labels of 2⅝ in × 1 in on US Letter, ⅛ in between columns.
    pub(super) const US_3_BY_10: Self = Self {
        page: (inches(8.5), inches(11.0)),
        first: (inches(0.187_5), inches(0.5)),
        columns: 3,
        rows: 10,
        step: (inches(2.75), inches(1.0)),
        label: (inches(2.625), inches(1.0)),
        margin: (inches(0.16), inches(0.09)),
    };

    /// How many labels a page has.
    pub(super) const fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// The corner of a label; they are filled row by row.
    pub(super) fn corner(&self, index: usize) -> (f32, f32) {
        #[expect(clippy::cast_precision_loss, reason = "a page has few labels")]
        let nth = |first: f32, step: f32, count: usize| step.mul_add(count as f32, first);
        (
            nth(self.first.0, self.step.0, index % self.columns),
            nth(self.first.1, self.step.1, index / self.columns % self.rows),
        )
    }
}

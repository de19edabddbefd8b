//! A file for `gratitude import`, after the town's own customers.

use crate::{
    outcome::Outcome,
    process::gratitude,
    town::{Town, scattered},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

const MAPPING: &str = r#"
[source]
system = "bench"
external_id = "{id}"

[location]
id = "shop-{shop}"
display_name = "Shop {shop}"
time_zone = "UTC"
region_code = "PT"
language_code = "en"
currency_code = "EUR"

[identity]
on_missing = "create"
identifiers = [{ kind = "phone", value = "{phone}" }]

[interaction]
kind = "purchase"
channel = "in_store"
start_time = { from = "{at}", format = "%Y-%m-%d %H:%M:%S" }
purchase.total = { from = "{total}", currency = "EUR" }
history = true
"#;

/// A file of purchases and how to read it.
pub(super) struct File {
    data: PathBuf,
    mapping: PathBuf,
}

impl File {
    /// So many purchases of customers of the town, in order of time over two years. Files of one database need
    /// different names.
    pub(super) fn write(folder: &Path, name: &str, town: &Town, rows: u32) -> Outcome<Self> {
        let (data, mapping) = (folder.join(format!("{name}.csv")), folder.join("mapping.toml"));
        std::fs::write(&mapping, MAPPING)?;
        let mut file = std::io::BufWriter::new(std::fs::File::create(&data)?);
        writeln!(file, "id,phone,shop,at,total")?;
        let begin = jiff::civil::date(2021, 1, 4).at(9, 0, 0, 0);
        let step = 2 * 365 * 24 * 3_600 / i64::from(rows.max(1));
        for n in 0..rows {
            let at = begin.checked_add(jiff::SignedDuration::from_secs(step * i64::from(n)))?;
            let random = scattered(u64::from(n) ^ 0x5eed);
            let phone = town.phone(random);
            let (shop, cents) = (random % 20 + 1, random % 9_000 + 100);
            let at = at.strftime("%Y-%m-%d %H:%M:%S");
            writeln!(file, "{name}-{n},{phone},{shop},{at},{}.{:02}", cents / 100, cents % 100)?;
        }
        file.flush()?;
        Ok(Self { data, mapping })
    }

    /// Starts to import it.
    pub(super) fn import(&self, server: &str) -> Outcome<Child> {
        let mut command = gratitude();
        command.arg("import").arg(&self.data).arg("--mapping").arg(&self.mapping).args(["--server", server]);
        Ok(command.stdout(Stdio::null()).spawn()?)
    }
}

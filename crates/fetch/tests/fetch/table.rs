//! Markdown tables of the cases, written into the folder that `HESSCOPE_FETCH_TABLES` names.
//!
//! Those in `docs` of this crate are made by
//!
//!     HESSCOPE_FETCH_TABLES=docs cargo test -p hesscope-fetch

use std::path::PathBuf;

pub struct Table {
    rows: String,
}

impl Table {
    pub fn new(case: &str) -> Self {
        Self {
            rows: format!(
                "Written by the tests of `hesscope-fetch`; `DIR` stands for the folder.\n\n| {case} | outcome | then on disk |\n| --- | --- | --- |\n"
            ),
        }
    }

    pub fn row(&mut self, case: &str, outcome: &str, disk: &str) {
        let cell = |text: &str| text.replace('|', "\\|");
        self.rows += &format!("| {} | {} | {} |\n", cell(case), cell(outcome), cell(disk));
    }

    pub fn write(self, name: &str) {
        if let Some(folder) = std::env::var_os("HESSCOPE_FETCH_TABLES") {
            std::fs::write(PathBuf::from(folder).join(name), self.rows).unwrap();
        }
    }
}

//! A Markdown table of the bad cases, written into the folder that `HESSCOPE_FETCH_TABLES` names.

use std::path::PathBuf;

pub struct Table {
    rows: String,
}

impl Table {
    pub fn new(case: &str) -> Self {
        Self {
            rows: format!("| {case} | outcome | then on disk |\n| --- | --- | --- |\n"),
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

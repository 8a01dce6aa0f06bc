//! What came of the faults, as tables.

use std::collections::BTreeMap;

/// How a command ended that was disturbed, or that read what was damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With exit code 0.
    Done,
    /// By a signal, or with the code that stands for it.
    Signal,
    /// With exit code 2 (a check with 1) and a sentence that names a file.
    Refused,
}

/// What is wrong with what came of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A finished result or a checkpoint is gone or changed.
    Lost,
    /// Exit code 0 with other results than those of an undisturbed run.
    Silent,
    /// Anything else: a panic, another exit code, a sentence that names nothing, a command that does not go on.
    Other,
}

/// What came of one fault: how the command ended, or what is wrong, in words.
pub type Outcome = Result<End, (Wrong, String)>;

#[derive(Default)]
struct Row {
    faults: usize,
    ends: [usize; 3],
    wrong: [usize; 3],
}

impl Row {
    fn add(&mut self, other: &Row) {
        self.faults += other.faults;
        for k in 0..3 {
            self.ends[k] += other.ends[k];
            self.wrong[k] += other.wrong[k];
        }
    }
}

/// The rows of a table by kind of fault and command, and all that is wrong.
#[derive(Default)]
pub struct Tally {
    rows: BTreeMap<(String, String), Row>,
    wrong: Vec<String>,
    sentences: BTreeMap<String, usize>,
}

impl Tally {
    /// One more fault of this kind in this command.
    pub fn add(&mut self, kind: &str, command: &str, case: &str, outcome: Outcome) {
        let row = self.rows.entry((kind.into(), command.into())).or_default();
        row.faults += 1;
        match outcome {
            Ok(end) => row.ends[end as usize] += 1,
            Err((wrong, why)) => {
                row.wrong[wrong as usize] += 1;
                let text = format!("{wrong:?}: {kind}, {command}, {case}: {why}");
                eprintln!("{text}");
                self.wrong.push(text);
            }
        }
    }

    /// A sentence with which a command refused.
    pub fn said(&mut self, sentence: &str) {
        *self.sentences.entry(sentence.to_owned()).or_default() += 1;
    }

    /// With what another has.
    pub fn with(mut self, other: Tally) -> Self {
        for (name, theirs) in other.rows {
            self.rows.entry(name).or_default().add(&theirs);
        }
        self.wrong.extend(other.wrong);
        for (sentence, times) in other.sentences {
            *self.sentences.entry(sentence).or_default() += times;
        }
        self
    }

    /// A table in Markdown, of the rows that have the same name.
    fn table<'a>(&'a self, head: &str, name: impl Fn(&'a (String, String)) -> &'a str) -> String {
        let (mut rows, mut sum) = (BTreeMap::<&str, Row>::new(), Row::default());
        for (key, row) in &self.rows {
            rows.entry(name(key)).or_default().add(row);
            sum.add(row);
        }
        let mut text = format!(
            "| {head} | injected | went on | ended by signal | refused | lost | silent | other |\n\
             | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        );
        for (name, row) in &rows {
            text += &line(name, row);
        }
        text + &line("all", &sum)
    }

    /// Prints the tables, and fails where something is wrong.
    pub fn settle(&self) {
        println!("{}", self.table("fault", |(kind, _)| kind));
        println!("{}", self.table("command", |(_, command)| command));
        if std::env::var_os("HESSCOPE_FAULTS_SENTENCES").is_some() {
            for (sentence, times) in &self.sentences {
                println!("{times:4} {sentence}");
            }
        }
        assert!(
            self.wrong.is_empty(),
            "{} cases:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
    }
}

fn line(name: &str, row: &Row) -> String {
    let Row {
        faults,
        ends: [done, signal, refused],
        wrong: [lost, silent, other],
    } = row;
    format!("| {name} | {faults} | {done} | {signal} | {refused} | {lost} | {silent} | {other} |\n")
}

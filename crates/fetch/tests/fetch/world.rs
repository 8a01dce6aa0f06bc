//! A data set of one file, servers that have it, and a folder to fetch it into.

use crate::server::{Reply, Server};
use hesscope_fetch::{
    Checksum, Dataset, FetchedFile, Fetcher, Observer, Origin, Pin, RemoteFile, Retry, Settings,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

pub const NAME: &str = "file.bin";
pub const SIZE: usize = 200_000;

/// The bytes of the file, without any pattern that a mistake could hide in.
pub fn bytes() -> Vec<u8> {
    noise(SIZE)
}

pub fn noise(size: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}

/// Settings with which nothing takes long but what stalls.
pub fn hasty() -> Settings {
    Settings {
        connect_timeout: Duration::from_secs(5),
        stall_timeout: Duration::from_secs(10),
        attempts: 3,
        backoff: Duration::from_millis(2),
        environment_proxy: false,
        ..Settings::default()
    }
}

pub fn dataset(body: &[u8], addresses: Vec<String>) -> Dataset {
    Dataset {
        name: "tiny".into(),
        files: vec![RemoteFile {
            name: NAME.into(),
            pin: Pin {
                size: body.len() as u64,
                sha256: Checksum::of(body),
            },
            content: None,
            folder: None,
            addresses,
        }],
        by_hand: None,
    }
}

/// A folder, servers, and what was said.
pub struct World {
    pub folder: TempDir,
    pub servers: Vec<Server>,
    pub settings: Settings,
    pub body: Vec<u8>,
}

/// What came of a fetch. Addresses are written `http://host-1/…` and the folder `DIR`, so that
/// sentences can be compared.
pub struct Outcome {
    pub result: Result<Vec<FetchedFile>, String>,
    /// What went wrong on the way.
    pub retries: Vec<String>,
    /// The positions that progress was told of.
    pub positions: Vec<u64>,
}

impl World {
    /// A world with one server for each list of replies.
    pub fn new(replies: &[&[Reply]]) -> Self {
        Self::with_body(&bytes(), replies)
    }

    pub fn with_body(body: &[u8], replies: &[&[Reply]]) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            servers: replies
                .iter()
                .map(|replies| Server::start(body, replies))
                .collect(),
            settings: hasty(),
            body: body.to_vec(),
        }
    }

    pub fn dataset(&self) -> Dataset {
        let addresses = self.servers.iter().map(|server| server.address(NAME));
        dataset(&self.body, addresses.collect())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn fetch(&self) -> Outcome {
        self.fetch_into(self.folder.path(), u64::MAX)
    }

    /// Fetches, and stops as soon as a position of `stop` is reached.
    pub fn fetch_into(&self, dir: &Path, stop: u64) -> Outcome {
        let mut notes = Notes {
            stop,
            ..Notes::default()
        };
        let result = Fetcher::new(self.settings.clone()).fetch(&self.dataset(), dir, &mut notes);
        Outcome {
            result: result.map_err(|error| self.plain(&error.to_string())),
            retries: notes.retries.iter().map(|said| self.plain(said)).collect(),
            positions: notes.positions,
        }
    }

    /// The sentence without what differs from run to run.
    pub fn plain(&self, sentence: &str) -> String {
        let mut plain = sentence.replace(&self.folder.path().display().to_string(), "DIR");
        for (number, server) in self.servers.iter().enumerate() {
            plain = plain.replace(&server.address(""), &format!("http://host-{}/", number + 1));
        }
        plain
    }

    /// What lies in the folder, apart from the lock.
    pub fn on_disk(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let mut all = BTreeMap::new();
        for entry in entries {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if name != ".hesscope-fetch.lock" {
                all.insert(name, std::fs::read(entry.path()).unwrap_or_default());
            }
        }
        all
    }

    /// Fails unless the folder holds the file and nothing else.
    pub fn assert_complete(&self, case: &str) {
        let disk = self.on_disk();
        assert_eq!(disk.keys().collect::<Vec<_>>(), [NAME], "{case}");
        assert!(disk[NAME] == self.body, "{case}: other bytes are in place");
    }

    /// Fails unless the folder holds the first bytes of the file as a part, or nothing if there are
    /// none.
    pub fn assert_kept(&self, kept: usize, case: &str) {
        let disk = self.on_disk();
        let part = format!("{NAME}.part");
        if kept == 0 {
            assert!(disk.is_empty(), "{case}: {:?}", disk.keys());
        } else {
            assert_eq!(disk.keys().collect::<Vec<_>>(), [&part], "{case}");
            assert!(
                disk[&part] == self.body[..kept],
                "{case}: the part has {}",
                disk[&part].len()
            );
        }
    }
}

impl Outcome {
    /// How the one file came to be there.
    pub fn origin(&self) -> &Origin {
        &self.result.as_ref().unwrap()[0].origin
    }

    pub fn sentence(&self) -> &str {
        self.result.as_ref().unwrap_err()
    }
}

#[derive(Default)]
struct Notes {
    retries: Vec<String>,
    positions: Vec<u64>,
    started: Vec<(u64, u64)>,
    done: u32,
    stop: u64,
}

impl Observer for Notes {
    fn started(&mut self, file: &str, total: u64, have: u64) {
        assert_eq!(file, NAME);
        assert!(have <= total);
        self.started.push((total, have));
    }

    fn advanced(&mut self, file: &str, position: u64) {
        assert_eq!((file, self.started.len(), self.done), (NAME, 1, 0));
        assert!(position <= self.started[0].0);
        self.positions.push(position);
    }

    fn retrying(&mut self, _file: &str, retry: &Retry<'_>) {
        let next = if retry.wait.is_some() {
            "again"
        } else {
            "next"
        };
        self.retries
            .push(format!("{} {} ({next})", retry.address, retry.reason));
    }

    fn done(&mut self, file: &str, _origin: &Origin) {
        assert_eq!((file, self.done), (NAME, 0));
        self.done = 1;
    }

    fn interrupted(&self) -> bool {
        self.positions
            .last()
            .is_some_and(|&position| position >= self.stop)
    }
}

//! Fetches a data set, and says how it goes:
//!
//!     cargo run --release -p hesscope-fetch --example fetch -- mnist data/mnist [MIRROR]

use hesscope_fetch::{Catalogue, Fetcher, Observer, Origin, Retry, Settings, verify};
use std::path::Path;
use std::process::ExitCode;

struct Lines {
    last: u64,
}

impl Observer for Lines {
    fn started(&mut self, file: &str, total: u64, have: u64) {
        self.last = have;
        println!("{file}: {have} of {total} bytes are there");
    }

    fn advanced(&mut self, file: &str, position: u64) {
        if position.abs_diff(self.last) >= 10 << 20 {
            self.last = position;
            println!("{file}: {position} bytes");
        }
    }

    fn retrying(&mut self, _file: &str, retry: &Retry<'_>) {
        println!("{} {}", retry.address, retry.reason);
    }

    fn done(&mut self, file: &str, origin: &Origin) {
        println!("{file}: {origin:?}");
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, dir, mirror) = match arguments.as_slice() {
        [name, dir] => (name, Path::new(dir), None),
        [name, dir, mirror] => (name, Path::new(dir), Some(mirror)),
        _ => {
            eprintln!("give the name of a data set, a folder, and perhaps the address of a mirror");
            return ExitCode::from(2);
        }
    };
    let fetch = || {
        let mut dataset = Catalogue::standard().get(name)?.clone();
        if let Some(mirror) = mirror {
            dataset = dataset.with_mirror(mirror)?;
        }
        println!("{dataset}");
        let settings = Settings {
            unpack: true,
            ..Settings::default()
        };
        Fetcher::new(settings).fetch(&dataset, dir, &mut Lines { last: 0 })?;
        println!("{}", verify(dir, &dataset));
        Ok(())
    };
    match fetch() {
        Ok(()) => ExitCode::SUCCESS,
        Err::<(), hesscope_fetch::FetchError>(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

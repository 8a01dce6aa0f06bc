//! A server on this machine, and a child process that fetches three files from it as `hesscope data fetch` does.
//!
//! The command itself fetches only the published data sets, whose bytes are pinned; the child is this very test program, with
//! a data set of its own.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::OnceLock;
use std::thread::{sleep, spawn};
use std::time::Duration;

use hesscope_fetch::{Checksum, Dataset, Fetcher, Pin, RemoteFile, Settings};

/// The files and their sizes.
const FILES: [(&str, usize); 3] = [("images", 900_000), ("labels", 3_000), ("names", 400_000)];

/// The bytes of a file, without any pattern that a mistake could hide in.
fn body(name: &str, size: usize) -> Vec<u8> {
    let mut state = name.len() as u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..size).map(|_| next()).collect()
}

/// The data set as that server has it.
fn dataset(address: &str) -> Dataset {
    let file = |&(name, size): &(&str, usize)| {
        let bytes = body(name, size);
        RemoteFile {
            name: name.into(),
            pin: Pin {
                size: size as u64,
                sha256: Checksum::of(&bytes),
            },
            content: None,
            folder: None,
            addresses: vec![format!("{address}/{name}")],
        }
    };
    Dataset {
        name: "tiny".into(),
        files: FILES.iter().map(file).collect(),
        by_hand: None,
    }
}

/// What the child process does; where it is told nothing, nothing.
#[test]
fn child() {
    let words: Vec<String> = std::env::args().collect();
    let [.., mark, address, folder] = &words[..] else {
        return;
    };
    if mark != "--nocapture" {
        return;
    }
    let settings = Settings {
        attempts: 2,
        backoff: Duration::from_millis(2),
        environment_proxy: false,
        ..Settings::default()
    };
    let fetched = Fetcher::new(settings).fetch(&dataset(address), Path::new(folder), &mut ());
    if let Err(error) = fetched {
        eprintln!("hesscope: {error}");
        std::process::exit(2);
    }
}

/// The address of the server, which lives as long as the tests.
pub fn address() -> String {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    let start = || {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        spawn(move || {
            for stream in listener.incoming().flatten() {
                // An error here is a client that left.
                spawn(move || serve(stream));
            }
        });
        format!("http://{address}")
    };
    ADDRESS.get_or_init(start).clone()
}

/// Answers one request, for a whole file or from a byte on, at a few megabytes a second.
fn serve(mut stream: TcpStream) -> Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = None;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse::<usize>().ok();
        }
    }
    let Some(&(name, size)) = FILES
        .iter()
        .find(|(name, _)| path.trim_start_matches('/') == *name)
    else {
        return stream.write_all(
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    };
    let begin = from.unwrap_or(0).min(size);
    let head = match from {
        None => "HTTP/1.1 200 OK\r\n".to_owned(),
        Some(from) => {
            let last = size - 1;
            format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{last}/{size}\r\n")
        }
    };
    let length = size - begin;
    write!(
        stream,
        "{head}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    for piece in body(name, size)[begin..].chunks(16 << 10) {
        stream.write_all(piece)?;
        sleep(Duration::from_millis(4));
    }
    stream.flush()
}

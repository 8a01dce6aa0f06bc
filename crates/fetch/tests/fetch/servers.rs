//! Servers that fail in every way that could be thought of.

use crate::server::Reply::{self, *};
use crate::table::Table;
use crate::world::World;
use hesscope_fetch::Origin;
use std::time::Duration;

/// How a case ends.
enum End {
    /// With the file, after these failures.
    Fetched(&'static [&'static str]),
    /// With this sentence, and so many bytes kept.
    Refused(&'static str, usize),
}
use End::{Fetched, Refused};

struct Case {
    name: &'static str,
    /// The bytes of the file that are there from before.
    part: usize,
    servers: &'static [&'static [Reply]],
    /// The ranges that the last server is asked for.
    ranges: &'static [Option<u64>],
    end: End,
}

const HALF: Option<u64> = Some(100_000);

const CASES: &[Case] = &[
    Case {
        name: "an honest server",
        part: 0,
        servers: &[&[Honest]],
        ranges: &[None],
        end: Fetched(&[]),
    },
    Case {
        name: "an honest server, half of the file there",
        part: 100_000,
        servers: &[&[Honest]],
        ranges: &[HALF],
        end: Fetched(&[]),
    },
    Case {
        name: "chunked encoding",
        part: 0,
        servers: &[&[Chunked]],
        ranges: &[None],
        end: Fetched(&[]),
    },
    Case {
        name: "chunked encoding, half there",
        part: 100_000,
        servers: &[&[Chunked]],
        ranges: &[HALF],
        end: Fetched(&[]),
    },
    Case {
        name: "no length announced",
        part: 0,
        servers: &[&[UntilClosed]],
        ranges: &[None],
        end: Fetched(&[]),
    },
    Case {
        name: "ranges ignored, half there",
        part: 100_000,
        servers: &[&[IgnoresRange]],
        ranges: &[HALF],
        end: Fetched(&[]),
    },
    Case {
        name: "a connection that breaks once",
        part: 0,
        servers: &[&[Breaks(100_000), Honest]],
        ranges: &[None, HALF],
        end: Fetched(&["http://host-1/file.bin ended after 100000 of 200000 bytes (again)"]),
    },
    Case {
        name: "a connection that always breaks, a little further on each time",
        part: 0,
        servers: &[&[Breaks(30_000)]],
        ranges: &[None, Some(30_000), Some(60_000)],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin ended after 90000 of 200000 bytes: check the network and fetch again, or name a mirror; the first 90000 bytes are kept in DIR/file.bin.part",
            90_000,
        ),
    },
    Case {
        name: "a server that ends early without having announced a length",
        part: 0,
        servers: &[&[EndsEarly(100_000), UntilClosed]],
        ranges: &[None, HALF],
        end: Fetched(&["http://host-1/file.bin ended after 100000 of 200000 bytes (again)"]),
    },
    Case {
        name: "ranges ignored and the connection always broken",
        part: 0,
        servers: &[&[BreaksFromStart(100_000)]],
        ranges: &[None, HALF, HALF],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin ended after 100000 of 200000 bytes: check the network and fetch again, or name a mirror; the first 100000 bytes are kept in DIR/file.bin.part",
            100_000,
        ),
    },
    Case {
        name: "a server that stalls in the middle once",
        part: 0,
        servers: &[&[Stalls(100_000), Honest]],
        ranges: &[None, HALF],
        end: Fetched(&["http://host-1/file.bin sent nothing for 0.5 s (again)"]),
    },
    Case {
        name: "a server that always stalls, and a mirror",
        part: 0,
        servers: &[&[Stalls(30_000), Stalls(0)], &[Honest]],
        ranges: &[Some(30_000)],
        end: Fetched(&[
            "http://host-1/file.bin sent nothing for 0.5 s (again)",
            "http://host-1/file.bin sent nothing for 0.5 s (again)",
            "http://host-1/file.bin sent nothing for 0.5 s (next)",
        ]),
    },
    Case {
        name: "a server that never answers",
        part: 0,
        servers: &[&[Silent]],
        ranges: &[None, None, None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin sent nothing for 0.5 s: check the network and fetch again, or name a mirror",
            0,
        ),
    },
    Case {
        name: "a connection that is closed without an answer",
        part: 0,
        servers: &[&[Drops]],
        ranges: &[None, None, None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin lost the connection (Peer disconnected): check the network and fetch again, or name a mirror",
            0,
        ),
    },
    Case {
        name: "an answer that is not HTTP",
        part: 0,
        servers: &[&[Garbage]],
        ranges: &[None, None, None],
        end: Refused("?", 0),
    },
    Case {
        name: "a wrong byte",
        part: 0,
        servers: &[&[Corrupts(150_000)]],
        ranges: &[None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin gave other bytes, of SHA-256 ?: name a mirror that has the file",
            0,
        ),
    },
    Case {
        name: "a wrong byte, and a mirror",
        part: 0,
        servers: &[&[Corrupts(0)], &[Honest]],
        ranges: &[None],
        end: Fetched(&["http://host-1/file.bin gave other bytes, of SHA-256 ? (next)"]),
    },
    Case {
        name: "a wrong byte in the second half, the first there and right",
        part: 100_000,
        servers: &[&[Corrupts(150_000), Corrupts(150_000)], &[Honest]],
        ranges: &[None],
        end: Fetched(&[
            "http://host-1/file.bin gave other bytes, of SHA-256 ? (again)",
            "http://host-1/file.bin gave other bytes, of SHA-256 ? (next)",
        ]),
    },
    Case {
        name: "a wrong byte, and a mirror that breaks off, then has a wrong byte, then none",
        part: 0,
        servers: &[
            &[Corrupts(0)],
            &[Breaks(100_000), Corrupts(150_000), Honest],
        ],
        ranges: &[None, HALF, None],
        end: Fetched(&[
            "http://host-1/file.bin gave other bytes, of SHA-256 ? (next)",
            "http://host-2/file.bin ended after 100000 of 200000 bytes (again)",
            "http://host-2/file.bin gave other bytes, of SHA-256 ? (again)",
        ]),
    },
    Case {
        name: "a file announced as too long",
        part: 0,
        servers: &[&[LongByLength(1)]],
        ranges: &[None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin offers 200001 bytes where the file has 200000: name a mirror that has the file",
            0,
        ),
    },
    Case {
        name: "a page in place of the file, half of the file there",
        part: 100_000,
        servers: &[&[Status(200)]],
        ranges: &[HALF],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin offers 35 bytes where the file has 200000: name a mirror that has the file; the first 100000 bytes are kept in DIR/file.bin.part",
            100_000,
        ),
    },
    Case {
        name: "a login page in place of the file, half of the file there",
        part: 100_000,
        servers: &[&[Page]],
        ranges: &[HALF],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin sent a web page in place of the file: check the network and fetch again, or name a mirror; the first 100000 bytes are kept in DIR/file.bin.part",
            100_000,
        ),
    },
    Case {
        name: "an endless file in chunks",
        part: 0,
        servers: &[&[LongByChunks(5_000_000)]],
        ranges: &[None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin went on after the 200000 bytes that the file has: name a mirror that has the file",
            0,
        ),
    },
    Case {
        name: "another range than asked for, then all",
        part: 100_000,
        servers: &[&[WrongRange, Honest]],
        ranges: &[HALF, None],
        end: Fetched(&[
            "http://host-1/file.bin sent the range `bytes 99999-199999/200000` when asked for the bytes from 100000 on (again)",
        ]),
    },
    Case {
        name: "another range than asked for, always",
        part: 100_000,
        servers: &[&[WrongRange]],
        ranges: &[HALF, None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin sent the range `bytes 1-199999/200000` when asked for the bytes from 0 on: check the network and fetch again, or name a mirror; the first 100000 bytes are kept in DIR/file.bin.part",
            100_000,
        ),
    },
    Case {
        name: "a file that is encoded unasked",
        part: 0,
        servers: &[&[Encoded]],
        ranges: &[None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin sent the file in the encoding `gzip`, which was not asked for: name a mirror that has the file",
            0,
        ),
    },
    Case {
        name: "404",
        part: 0,
        servers: &[&[Status(404)]],
        ranges: &[None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin answered 404 (not there): name a mirror that has the file",
            0,
        ),
    },
    Case {
        name: "403 at one server and 410 at another, half there",
        part: 100_000,
        servers: &[&[Status(403)], &[Status(410)]],
        ranges: &[HALF],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin answered 403 (access refused), and http://host-2/file.bin answered 410 (not there): name a mirror that has the file; the first 100000 bytes are kept in DIR/file.bin.part",
            100_000,
        ),
    },
    Case {
        name: "404, and a mirror",
        part: 0,
        servers: &[&[Status(404)], &[Honest]],
        ranges: &[None],
        end: Fetched(&["http://host-1/file.bin answered 404 (not there) (next)"]),
    },
    Case {
        name: "416, then all",
        part: 100_000,
        servers: &[&[Status(416), Honest]],
        ranges: &[HALF, None],
        end: Fetched(&["http://host-1/file.bin answered 416 (no such range) (again)"]),
    },
    Case {
        name: "500 and 503, then the file",
        part: 0,
        servers: &[&[Status(500), Status(503), Honest]],
        ranges: &[None, None, None],
        end: Fetched(&[
            "http://host-1/file.bin answered 500 (an error of the server) (again)",
            "http://host-1/file.bin answered 503 (not available now) (again)",
        ]),
    },
    Case {
        name: "503 for ever",
        part: 0,
        servers: &[&[Status(503)]],
        ranges: &[None, None, None],
        end: Refused(
            "file.bin could not be fetched, since http://host-1/file.bin answered 503 (not available now): check the network and fetch again, or name a mirror",
            0,
        ),
    },
    Case {
        name: "429, then the file",
        part: 0,
        servers: &[&[Status(429), Honest]],
        ranges: &[None, None],
        end: Fetched(&["http://host-1/file.bin answered 429 (too many requests) (again)"]),
    },
];

#[test]
fn every_server_gets_what_it_deserves() {
    let mut table = Table::new("the server");
    for case in CASES {
        let name = case.name;
        let mut world = World::new(case.servers);
        let stalls = |reply: &Reply| matches!(reply, Stalls(_) | Silent);
        if case
            .servers
            .iter()
            .any(|replies| replies.iter().any(stalls))
        {
            world.settings.stall_timeout = Duration::from_millis(500);
        }
        if case.part > 0 {
            world.put("file.bin.part", &world.body[..case.part]);
        }
        let outcome = world.fetch();
        let ranges = world.servers[case.servers.len() - 1].ranges();
        assert_eq!(ranges, case.ranges, "{name}: {:?}", outcome.retries);
        match &case.end {
            Fetched(retries) => {
                let Origin::Downloaded {
                    address,
                    resumed,
                    received,
                } = outcome.origin()
                else {
                    panic!("{name}: {:?}", outcome.origin());
                };
                let last = world.servers[case.servers.len() - 1].address("file.bin");
                assert_eq!((address, *resumed), (&last, case.part as u64), "{name}");
                assert!(*received >= (world.body.len() - case.part) as u64, "{name}");
                assert_eq!(outcome.positions.last(), Some(&200_000), "{name}");
                let said: Vec<String> = outcome
                    .retries
                    .iter()
                    .map(|said| without_sha(said))
                    .collect();
                assert_eq!(said, *retries, "{name}");
                world.assert_complete(name);
                let outcome = match said.is_empty() {
                    true => "fetched".to_owned(),
                    false => format!("fetched, after: {}", said.join("; ")),
                };
                table.row(name, &outcome, "the file");
            }
            Refused(sentence, kept) => {
                let said = without_sha(outcome.sentence());
                if *sentence != "?" {
                    assert_eq!(said, *sentence, "{name}");
                } else {
                    assert!(
                        said.contains("did not answer in proper HTTP ("),
                        "{name}: {said}"
                    );
                }
                world.assert_kept(*kept, name);
                let disk = match kept {
                    0 => "nothing".to_owned(),
                    kept => format!("the first {kept} bytes, as a part"),
                };
                table.row(name, &said, &disk);
            }
        }
    }
    table.write("servers.md");
}

/// The sentence with a question mark in place of the checksum of what was sent.
fn without_sha(sentence: &str) -> String {
    let Some((before, after)) = sentence.split_once("SHA-256 ") else {
        return sentence.to_owned();
    };
    let (checksum, after) = after.split_at(64);
    assert!(
        checksum.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{sentence}"
    );
    format!("{before}SHA-256 ?{after}")
}

#[test]
fn nothing_listens_there() {
    let world = World::new(&[]);
    let mut dataset = world.dataset();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    dataset.files[0].addresses = vec![format!("http://127.0.0.1:{port}/file.bin")];
    let fetcher = hesscope_fetch::Fetcher::new(world.settings.clone());
    let error = fetcher
        .fetch(&dataset, world.folder.path(), &mut ())
        .unwrap_err();
    let sentence = error.to_string();
    assert!(
        sentence.contains("/file.bin could not be reached ("),
        "{sentence}"
    );
    world.assert_kept(0, "nothing listens");
}

#[test]
fn a_host_that_does_not_exist_is_named() {
    let world = World::new(&[]);
    let mut dataset = world.dataset();
    dataset.files[0].addresses = vec!["http://no-such-host.invalid/file.bin".into()];
    let fetcher = hesscope_fetch::Fetcher::new(world.settings.clone());
    let error = fetcher
        .fetch(&dataset, world.folder.path(), &mut ())
        .unwrap_err();
    let sentence = error.to_string();
    // Which of the two depends on how the system looks hosts up.
    let known = [
        "has a host that is not known",
        "could not be reached (",
        "could not be reached within 5 s",
    ];
    assert!(
        known.iter().any(|part| sentence.contains(part)),
        "{sentence}"
    );
    assert!(
        sentence.contains("http://no-such-host.invalid/file.bin"),
        "{sentence}"
    );
    world.assert_kept(0, "no such host");
}

#[test]
fn a_line_that_often_breaks_brings_a_large_file() {
    let body = crate::world::noise(9 << 20);
    let world = World::with_body(&body, &[&[Breaks(3 << 19)]]);
    let outcome = world.fetch();
    assert!(matches!(outcome.origin(), Origin::Downloaded { .. }));
    // More tries than are made when nothing is gained.
    assert_eq!(world.servers[0].ranges().len(), 6);
    world.assert_complete("a large file");
}

#[test]
fn https_is_not_spoken_in_the_clear() {
    let world = World::new(&[&[Reply::Garbage]]);
    let mut dataset = world.dataset();
    let address = &mut dataset.files[0].addresses[0];
    *address = address.replace("http://", "https://");
    let fetcher = hesscope_fetch::Fetcher::new(world.settings.clone());
    let error = fetcher
        .fetch(&dataset, world.folder.path(), &mut ())
        .unwrap_err();
    let sentence = error.to_string();
    assert!(
        sentence.contains("opened no encrypted connection that can be trusted ("),
        "{sentence}"
    );
    assert!(world.servers[0].requests().is_empty());
    world.assert_kept(0, "https");
}

#[test]
fn a_host_that_is_down_is_not_waited_for_twice() {
    let world = World::new(&[&[Drops], &[Honest]]);
    let mut dataset = world.dataset();
    let mut second = dataset.files[0].clone();
    second.name = "second.bin".into();
    second.addresses = world
        .servers
        .iter()
        .map(|server| server.address("second.bin"))
        .collect();
    dataset.files.push(second);
    let fetcher = hesscope_fetch::Fetcher::new(world.settings.clone());
    fetcher
        .fetch(&dataset, world.folder.path(), &mut ())
        .unwrap();
    let asked = |server: usize| -> Vec<String> {
        world.servers[server]
            .requests()
            .into_iter()
            .map(|request| request.path)
            .collect()
    };
    assert_eq!(asked(0), ["/file.bin"; 3]);
    assert_eq!(asked(1), ["/file.bin", "/second.bin"]);
}

//! Archives that mean harm, or came to it.

use crate::server::Reply;
use crate::table::Table;
use crate::world::{World, noise};
use flate2::Compression;
use flate2::write::GzEncoder;
use hesscope_fetch::{Checksum, Limits, Origin, Pin, unpack};
use std::io::Write;
use tar::{EntryType, Header};

/// A tar archive whose headers hold whatever they are given.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(mut self, name: &str, kind: EntryType, link: &str, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        // Written as bytes, since the library refuses to write such names.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o7777);
        header.set_cksum();
        self.0.extend(header.as_bytes());
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(name, EntryType::Regular, "", content)
    }

    fn folder(self, name: &str) -> Self {
        self.entry(name, EntryType::Directory, "", b"")
    }

    fn gz(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.gz_without_end()
    }

    fn gz_without_end(self) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.0).unwrap();
        encoder.finish().unwrap()
    }
}

fn tar() -> Tar {
    Tar::default().folder("top/")
}

fn limits() -> Limits {
    Limits {
        entries: 10,
        file_bytes: 100_000,
        total_bytes: 500_000,
    }
}

/// What a PAX header says of the entry after it.
fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let length = (rest.len() + 2).to_string();
    assert_eq!(length.len(), 2);
    (length + &rest).into_bytes()
}

fn unpack_here(world: &World, archive: &[u8]) -> Result<(), String> {
    world.put("a.tar.gz", archive);
    let result = unpack(
        &world.path("a.tar.gz"),
        world.folder.path(),
        "top",
        &limits(),
    );
    result
        .map(|_| ())
        .map_err(|error| world.plain(&error.to_string()))
}

#[test]
fn a_good_archive_is_unpacked() {
    let world = World::new(&[]);
    let content = noise(70_000);
    let archive = tar()
        .file("top/a.bin", &content)
        .file("./top/sub/b.bin", b"b")
        .folder("top/sub/")
        .file("top/empty", b"");
    unpack_here(&world, &archive.gz()).unwrap();
    assert_eq!(std::fs::read(world.path("top/a.bin")).unwrap(), content);
    assert_eq!(std::fs::read(world.path("top/sub/b.bin")).unwrap(), b"b");
    assert_eq!(std::fs::read(world.path("top/empty")).unwrap(), b"");
    assert_eq!(
        world.on_disk().keys().collect::<Vec<_>>(),
        ["a.tar.gz", "top"]
    );
}

/// Permissions of an archive, as those of a program that runs as its owner, are not taken over.
#[cfg(unix)]
#[test]
fn permissions_are_not_taken_over() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[]);
    unpack_here(&world, &tar().file("top/a", b"a").gz()).unwrap();
    let mode = std::fs::metadata(world.path("top/a"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7111, 0, "{mode:o}");
}

#[test]
fn long_names_are_read() {
    let world = World::new(&[]);
    let long = format!("top/{}", "a".repeat(150));
    let archive = tar()
        .entry(
            "././@LongLink",
            EntryType::GNULongName,
            "",
            format!("{long}\0").as_bytes(),
        )
        .file("top/short", b"long")
        .entry("pax", EntryType::XHeader, "", &pax("path", "top/by-pax"))
        .file("top/other", b"pax");
    unpack_here(&world, &archive.gz()).unwrap();
    assert_eq!(std::fs::read(world.path(&long)).unwrap(), b"long");
    assert_eq!(std::fs::read(world.path("top/by-pax")).unwrap(), b"pax");
    assert!(!world.path("top/other").exists());
}

#[test]
fn what_a_killed_process_left_is_cleared_away() {
    let world = World::new(&[]);
    std::fs::create_dir(world.path("top.unpacking")).unwrap();
    world.put("top.unpacking/old", b"old");
    unpack_here(&world, &tar().file("top/a", b"a").gz()).unwrap();
    assert_eq!(
        world.on_disk().keys().collect::<Vec<_>>(),
        ["a.tar.gz", "top"]
    );
    assert!(!world.path("top/old").exists());
}

fn hostile() -> Vec<(&'static str, Vec<u8>, String)> {
    let unsafe_entry = |entry: &str, problem: &str| {
        format!(
            "DIR/a.tar.gz was not unpacked, since its entry `{entry}` {problem}: do not use this archive"
        )
    };
    let too_large = |limit: u64, of: &str, field: &str| {
        format!(
            "DIR/a.tar.gz was not unpacked, since it holds more than {limit} {of}: do not use this archive, or raise `{field}` if it is to be trusted"
        )
    };
    let damaged = |problem: &str| {
        format!("DIR/a.tar.gz is not a sound .tar.gz archive ({problem}): fetch it again")
    };
    let kind = |kind| tar().entry("top/x", kind, "/etc/passwd", b"").gz();
    let twelve = (0..12).fold(Tar::default(), |tar, number| {
        tar.file(&format!("top/{number}"), b"")
    });
    let good = tar().file("top/a", &noise(60_000));
    let mut flipped = tar().file("top/a", &noise(60_000)).gz();
    let checksum = flipped.len() - 6;
    flipped[checksum] ^= 1;
    let cut = tar().file("top/a", &noise(60_000)).gz();
    let mut bad_header = tar().file("top/a", b"a");
    bad_header.0[512] ^= 1;
    let mut short = good;
    short.0.truncate(30_000);
    vec![
        (
            "a step up",
            tar().file("top/../../evil", b"x").gz(),
            unsafe_entry("top/../../evil", "leads out of its folder by `..`"),
        ),
        (
            "a step up at the start",
            tar().file("../evil", b"x").gz(),
            unsafe_entry("../evil", "leads out of its folder by `..`"),
        ),
        (
            "an absolute path",
            tar().file("/evil", b"x").gz(),
            unsafe_entry("/evil", "is an absolute path"),
        ),
        (
            "a drive",
            tar().file("top/C:/evil", b"x").gz(),
            unsafe_entry(
                "top/C:/evil",
                "has a part that holds a colon, as drives of Windows do",
            ),
        ),
        (
            "backslashes",
            tar().file("top/..\\..\\evil", b"x").gz(),
            unsafe_entry(
                "top/..\\\\..\\\\evil",
                "has a part that holds a path separator",
            ),
        ),
        (
            "a device of Windows",
            tar().file("top/aux.bin", b"x").gz(),
            unsafe_entry("top/aux.bin", "has a part that is a device on Windows"),
        ),
        (
            "a control character",
            tar().file("top/a\u{1b}[31m", b"x").gz(),
            unsafe_entry(
                "top/a\\u{1b}[31m",
                "has a part that holds something other than printable ASCII",
            ),
        ),
        (
            "a path in a PAX header",
            tar()
                .entry(
                    "pax",
                    EntryType::XHeader,
                    "",
                    &pax("path", "top/../../evil"),
                )
                .file("top/a", b"x")
                .gz(),
            unsafe_entry("top/../../evil", "leads out of its folder by `..`"),
        ),
        (
            "another folder",
            tar().file("other/a", b"x").gz(),
            unsafe_entry("other/a", "is not in the folder top"),
        ),
        (
            "a symbolic link",
            kind(EntryType::Symlink),
            unsafe_entry("top/x", "is a symbolic link rather than a file or folder"),
        ),
        (
            "a symbolic link, then a file through it",
            tar()
                .entry("top/out", EntryType::Symlink, "..", b"")
                .file("top/out/evil", b"x")
                .gz(),
            unsafe_entry("top/out", "is a symbolic link rather than a file or folder"),
        ),
        (
            "a hard link",
            kind(EntryType::Link),
            unsafe_entry("top/x", "is a hard link rather than a file or folder"),
        ),
        (
            "a character device",
            kind(EntryType::Char),
            unsafe_entry("top/x", "is a device rather than a file or folder"),
        ),
        (
            "a block device",
            kind(EntryType::Block),
            unsafe_entry("top/x", "is a device rather than a file or folder"),
        ),
        (
            "a pipe",
            kind(EntryType::Fifo),
            unsafe_entry("top/x", "is a pipe rather than a file or folder"),
        ),
        (
            "a sparse file",
            kind(EntryType::GNUSparse),
            unsafe_entry(
                "top/x",
                "is of an unusual type rather than a file or folder",
            ),
        ),
        (
            "a file twice",
            tar().file("top/a", b"x").file("top/a", b"y").gz(),
            unsafe_entry("top/a", "is there twice"),
        ),
        (
            "a file twice but for case",
            tar().file("top/a", b"x").file("top/A", b"y").gz(),
            unsafe_entry("top/A", "is there twice"),
        ),
        (
            "a file that is also a folder",
            tar().file("top/a", b"x").file("top/a/b", b"y").gz(),
            unsafe_entry("top/a/b", "lies in what is a file"),
        ),
        (
            "a file in the folder's place",
            Tar::default().file("top", b"x").gz(),
            unsafe_entry("top", "is a file where the folder should be"),
        ),
        (
            "too many entries",
            twelve.gz(),
            too_large(10, "entries", "entries"),
        ),
        (
            "a file too large",
            tar().file("top/a", &[0; 100_001]).gz(),
            too_large(100_000, "bytes in one file", "file_bytes"),
        ),
        (
            "a gzip bomb of 50 MiB",
            tar().file("top/a", &vec![0; 50 << 20]).gz(),
            too_large(500_000, "bytes in all", "total_bytes"),
        ),
        (
            "many files, too large together",
            (0..8)
                .fold(tar(), |tar, n| tar.file(&format!("top/{n}"), &[0; 90_000]))
                .gz(),
            too_large(500_000, "bytes in all", "total_bytes"),
        ),
        (
            "a name of 100 kB",
            tar()
                .entry("long", EntryType::GNULongName, "", &[b'a'; 100_000])
                .file("top/a", b"x")
                .gz(),
            damaged("it names an entry in more than 65536 bytes"),
        ),
        (
            "zeros without end behind the archive",
            {
                let mut tar = tar().file("top/a", b"a");
                tar.0.resize(5 << 20, 0);
                tar.gz()
            },
            too_large(500_000, "bytes in all", "total_bytes"),
        ),
        (
            "nothing in it",
            Tar::default().gz(),
            "DIR/a.tar.gz was not unpacked, since it does not hold the folder top: fetch it again"
                .into(),
        ),
        (
            "not gzip",
            b"<html>not what you asked for</html>".to_vec(),
            damaged("?"),
        ),
        ("an empty file", Vec::new(), damaged("?")),
        (
            "gzip of something else",
            { Tar(noise(5_000)).gz_without_end() },
            damaged("it holds something other than tar headers"),
        ),
        (
            "gzip cut short",
            cut[..cut.len() / 2].to_vec(),
            damaged("?"),
        ),
        ("a wrong checksum of gzip", flipped, damaged("?")),
        (
            "a wrong checksum of a header",
            bad_header.gz(),
            damaged("?"),
        ),
        (
            "tar cut short in sound gzip",
            short.gz_without_end(),
            damaged("?"),
        ),
    ]
}

#[test]
fn hostile_archives_leave_nothing() {
    let mut table = Table::new("the archive holds");
    for (case, archive, sentence) in hostile() {
        let world = World::new(&[]);
        // A folder below, so that what escapes is seen.
        let inner = world.path("inner");
        std::fs::create_dir(&inner).unwrap();
        world.put("inner/a.tar.gz", &archive);
        let error = unpack(&inner.join("a.tar.gz"), &inner, "top", &limits()).unwrap_err();
        let said = error
            .to_string()
            .replace(&inner.display().to_string(), "DIR");
        match sentence.split_once('?') {
            None => assert_eq!(said, sentence, "{case}"),
            Some((before, after)) => {
                assert!(
                    said.starts_with(before) && said.ends_with(after),
                    "{case}: {said}"
                );
            }
        }
        let left: Vec<_> = std::fs::read_dir(&inner)
            .unwrap()
            .map(|it| it.unwrap().file_name())
            .collect();
        assert_eq!(left, ["a.tar.gz"], "{case}");
        assert_eq!(world.on_disk().len(), 1, "{case}");
        assert!(!std::path::Path::new("/evil").exists(), "{case}");
        table.row(case, &said, "only the archive");
    }
    table.write("archives.md");
}

#[test]
fn what_is_there_is_not_unpacked_over() {
    let world = World::new(&[]);
    world.put("top", b"mine");
    let sentence = unpack_here(&world, &tar().gz()).unwrap_err();
    assert_eq!(
        sentence,
        "DIR/top is there already, so DIR/a.tar.gz was not unpacked over it: move it away to unpack anew"
    );
    assert_eq!(world.on_disk()["top"], b"mine");
}

#[test]
fn an_archive_that_is_not_there_is_named() {
    let world = World::new(&[]);
    let error = unpack(
        &world.path("none.tar.gz"),
        world.folder.path(),
        "top",
        &limits(),
    )
    .unwrap_err();
    assert!(
        world
            .plain(&error.to_string())
            .starts_with("cannot read DIR/none.tar.gz (")
    );
}

#[test]
fn a_fetched_archive_is_unpacked_on_request() {
    let archive = tar().file("top/a", b"a").gz();
    let mut world = World::with_body(&archive, &[&[Reply::Honest]]);
    world.settings.unpack = true;
    let mut dataset = world.dataset();
    dataset.files[0].folder = Some("top".into());
    dataset.files[0].pin = Pin {
        size: archive.len() as u64,
        sha256: Checksum::of(&archive),
    };
    let fetcher = hesscope_fetch::Fetcher::new(world.settings.clone());
    for kept in [false, true] {
        let fetched = fetcher
            .fetch(&dataset, world.folder.path(), &mut ())
            .unwrap();
        assert_eq!(fetched[0].origin == Origin::Kept, kept);
        let unpacked = fetched[0].unpacked.as_ref().unwrap();
        assert_eq!((&unpacked.path, unpacked.kept), (&world.path("top"), kept));
        assert_eq!(std::fs::read(world.path("top/a")).unwrap(), b"a");
    }
    assert_eq!(world.servers[0].requests().len(), 1);
}

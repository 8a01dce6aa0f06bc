//! What is said of a folder that holds good, bad and other files.

use crate::world::{NAME, World, noise};
use flate2::Compression;
use flate2::write::GzEncoder;
use hesscope_fetch::{Catalogue, Checksum, Dataset, FileState, Pin, verify};
use std::io::Write;
use std::path::PathBuf;

fn gzip(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn pin(bytes: &[u8]) -> Pin {
    Pin {
        size: bytes.len() as u64,
        sha256: Checksum::of(bytes),
    }
}

/// What is said of the folder, as lines.
fn said(world: &World, dataset: &Dataset) -> Vec<String> {
    let report = verify(world.folder.path(), dataset).to_string();
    report.lines().map(str::to_owned).collect()
}

#[test]
fn a_file_is_good_missing_or_wrong() {
    let world = World::new(&[]);
    let dataset = world.dataset();
    let check = |line: &str, good| {
        let report = verify(world.folder.path(), &dataset);
        assert_eq!(report.to_string(), line);
        assert_eq!(
            (report.is_good(), report.is_usable()),
            (good, good),
            "{line}"
        );
    };
    check("file.bin: missing", false);
    world.put(NAME, b"short");
    check("file.bin: wrong size, 5 bytes rather than 200000", false);
    let mut other = world.body.clone();
    other[7] ^= 1;
    world.put(NAME, &other);
    let (found, expected) = (Checksum::of(&other), Checksum::of(&world.body));
    check(
        &format!("file.bin: wrong SHA-256, {found} rather than {expected}"),
        false,
    );
    world.put(NAME, &world.body);
    check("file.bin: good", true);
    std::fs::remove_file(world.path(NAME)).unwrap();
    std::fs::create_dir(world.path(NAME)).unwrap();
    check("file.bin: unreadable (it is not a file)", false);
}

#[test]
fn other_forms_of_a_file_are_recognized() {
    let world = World::new(&[]);
    let content = noise(50_000);
    let official = gzip(&content, 9);
    let mut dataset = world.dataset();
    dataset.files[0].name = "a.gz".into();
    dataset.files[0].pin = pin(&official);
    dataset.files[0].content = Some(pin(&content));
    let good = || {
        let report = verify(world.folder.path(), &dataset);
        (report.is_good(), report.is_usable())
    };

    world.put("a", &content);
    assert_eq!(said(&world, &dataset), ["a.gz: missing", "a: good"]);
    assert_eq!(good(), (true, true));
    world.put("a.gz", &gzip(&content, 1));
    assert_eq!(
        said(&world, &dataset),
        ["a.gz: good content, compressed differently", "a: good"]
    );
    assert_eq!(good(), (true, true));
    world.put("a", &content[1..]);
    world.put("a.gz", &official);
    assert_eq!(
        said(&world, &dataset),
        ["a.gz: good", "a: wrong size, 49999 bytes rather than 50000"]
    );
    assert_eq!(good(), (true, false));
    // More than the content is other content, and so is what does not decompress.
    std::fs::remove_file(world.path("a")).unwrap();
    for bad in [
        gzip(&[&content[..], &[0]].concat(), 1),
        gzip(&content[1..], 1),
        b"no gzip".to_vec(),
    ] {
        world.put("a.gz", &bad);
        assert!(said(&world, &dataset)[0].starts_with("a.gz: wrong size, "));
        assert_eq!(good(), (false, false));
    }

    dataset.files[0].content = None;
    world.put("a", &content);
    std::fs::remove_file(world.path("a.gz")).unwrap();
    assert_eq!(
        said(&world, &dataset),
        ["a.gz: missing", "a: unpinned, present"]
    );
    let report = verify(world.folder.path(), &dataset);
    assert_eq!((report.is_good(), report.is_usable()), (false, true));
}

#[test]
fn an_unpacked_folder_is_present_and_unpinned() {
    let world = World::new(&[]);
    let catalogue = Catalogue::standard();
    let dataset = catalogue.get("cifar-10").unwrap();
    assert_eq!(said(&world, dataset), ["cifar-10-binary.tar.gz: missing"]);
    std::fs::create_dir(world.path("cifar-10-batches-bin")).unwrap();
    assert_eq!(
        said(&world, dataset),
        [
            "cifar-10-binary.tar.gz: missing",
            "cifar-10-batches-bin: unpinned, present"
        ]
    );
    let report = verify(world.folder.path(), dataset);
    assert_eq!((report.is_good(), report.is_usable()), (false, true));
}

#[test]
fn a_data_set_without_files_is_never_good() {
    let world = World::new(&[]);
    let catalogue = Catalogue::standard();
    let report = verify(world.folder.path(), catalogue.get("imagenet").unwrap());
    assert_eq!((report.is_good(), report.is_usable()), (false, false));
}

#[test]
fn a_report_can_be_written_as_json() {
    let world = World::new(&[]);
    world.put(NAME, b"short");
    let report = serde_json::to_value(verify(world.folder.path(), &world.dataset())).unwrap();
    let state = serde_json::json!({"wrong_size": {"found": 5, "expected": 200_000}});
    assert_eq!(
        report["files"][0],
        serde_json::json!({"name": "file.bin", "official": true, "state": state})
    );
    let catalogue = serde_json::to_value(Catalogue::standard()).unwrap();
    assert_eq!(catalogue[2]["files"][0]["pin"]["size"], 170_052_171);
}

/// The real MNIST: two official files, and two with the official content compressed anew.
#[test]
fn the_pins_are_those_of_the_real_mnist() {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let dir = shared.join("datasets/mnist");
    if !dir.is_dir() {
        let missing = format!("{} is missing: set HESSCOPE_SHARED", dir.display());
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        println!("left out, since {missing}");
        return;
    }
    let catalogue = Catalogue::standard();
    let report = verify(&dir, catalogue.get("mnist").unwrap());
    let states: Vec<&FileState> = report.files.iter().map(|file| &file.state).collect();
    let (good, content) = (&FileState::Good, &FileState::GoodContent);
    assert_eq!(states, [content, content, good, good], "{report}");
    assert!(report.is_good());
}

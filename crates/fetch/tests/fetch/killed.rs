//! Processes that are killed in the middle, or have no room, and others that come after them.

use crate::server::Reply;
use crate::table::Table;
use crate::world::{World, bytes, dataset, hasty};
use hesscope_fetch::{Fetcher, Origin};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const ADDRESS: &str = "HESSCOPE_FETCH_CHILD_ADDRESS";
const FOLDER: &str = "HESSCOPE_FETCH_CHILD_FOLDER";

/// What the child processes of the tests below do; without them, nothing.
#[test]
fn child() {
    let (Ok(address), Some(folder)) = (std::env::var(ADDRESS), std::env::var_os(FOLDER)) else {
        return;
    };
    let dataset = dataset(&bytes(), vec![address]);
    match Fetcher::new(hasty()).fetch(&dataset, Path::new(&folder), &mut ()) {
        Ok(_) => println!("said: fetched"),
        Err(error) => println!("said: {error}"),
    }
}

/// This program, running only the test above.
fn this() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::child", "--nocapture"]);
    command
}

fn child_of(world: &World, mut command: Command) -> Command {
    command
        .env(ADDRESS, world.servers[0].address("file.bin"))
        .env(FOLDER, world.folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

#[test]
fn a_killed_download_is_gone_on_with() {
    let world = World::new(&[&[Reply::Slow, Reply::Honest]]);
    let mut child = child_of(&world, this()).spawn().unwrap();
    let part = world.path("file.bin.part");
    let begin = Instant::now();
    let arrived = || std::fs::metadata(&part).map_or(0, |found| found.len());
    while arrived() < 40_000 {
        assert!(begin.elapsed() < Duration::from_secs(30), "nothing arrives");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(
        world.fetch().sentence(),
        "another process is fetching into DIR: wait for it to end, or choose another folder"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = arrived();
    assert!((40_000..200_000).contains(&kept), "{kept}");
    world.assert_kept(kept as usize, "killed");

    let outcome = world.fetch();
    let Origin::Downloaded {
        resumed, received, ..
    } = outcome.origin()
    else {
        panic!("{:?}", outcome.origin());
    };
    assert_eq!((*resumed, *received), (kept, 200_000 - kept));
    assert_eq!(world.servers[0].ranges(), [None, Some(kept)]);
    world.assert_complete("killed");
}

#[test]
fn a_download_that_is_killed_again_and_again_comes_to_its_end() {
    let world = World::new(&[&[Reply::Slow]]);
    let mut kept = 0;
    for round in 0..100 {
        let mut child = child_of(&world, this()).spawn().unwrap();
        thread::sleep(Duration::from_millis(50 + 10 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let disk = world.on_disk();
        if disk.contains_key("file.bin") {
            assert!(round > 1, "nothing was killed");
            break;
        }
        let part = disk.get("file.bin.part").map_or(&[][..], Vec::as_slice);
        assert!(
            part.len() >= kept && world.body.starts_with(part),
            "round {round}"
        );
        kept = part.len();
    }
    world.assert_complete("killed often");
    let ranges = world.servers[0].ranges();
    assert!(
        ranges.iter().filter(|range| range.is_some()).count() > 0,
        "{ranges:?}"
    );
}

/// A limit on the size of files stands for a full disk: writing fails in the middle.
#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_gone_on_from() {
    let world = World::new(&[&[Reply::Honest]]);
    let mut command = Command::new("sh");
    let run = format!(
        "trap '' XFSZ; ulimit -f 100; exec '{}' --exact killed::child --nocapture",
        std::env::current_exe().unwrap().display()
    );
    command.args(["-c", &run]);
    let output = child_of(&world, command).output().unwrap();
    let output = world.plain(&String::from_utf8(output.stdout).unwrap());
    let begin = "said: there is no room to write DIR/file.bin.part (";
    let end = "): free some space or choose another disk, then fetch again to go on from there";
    let said = |line: &&str| line.contains(begin) && line.ends_with(end);
    let said = output.lines().find(said);
    assert!(said.is_some(), "{output}");
    let kept = world.on_disk()["file.bin.part"].len();
    assert!((1..200_000).contains(&kept), "{kept}");
    world.assert_kept(kept, "a full disk");
    let mut table = Table::new("the disk");
    let said = said
        .unwrap_or_default()
        .split_once("said: ")
        .unwrap_or_default()
        .1;
    table.row(
        "no room for all of the file",
        said,
        &format!("the first {kept} bytes, as a part"),
    );
    table.write("disk.md");
    world.fetch().result.unwrap();
    assert_eq!(world.servers[0].ranges(), [None, Some(kept as u64)]);
    world.assert_complete("a full disk");
}

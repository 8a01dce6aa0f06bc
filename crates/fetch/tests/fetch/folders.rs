//! Folders with something in the way.

use crate::server::Reply;
use crate::table::Table;
use crate::world::{NAME, World};
use hesscope_fetch::{Catalogue, Fetcher};

#[test]
fn what_is_in_the_way_is_named() {
    let mut table = Table::new("the folder");
    let mut refused = |case: &str, prepare: &dyn Fn(&World), sentence: &str| {
        let world = World::new(&[&[Reply::Honest]]);
        prepare(&world);
        let before = world.on_disk();
        let outcome = world.fetch();
        assert_eq!(outcome.sentence(), sentence, "{case}");
        assert!(world.servers[0].requests().is_empty(), "{case}");
        assert_eq!(world.on_disk(), before, "{case}");
        table.row(case, sentence, "what was there");
    };
    refused(
        "a file of another size in place",
        &|world| world.put(NAME, b"mine"),
        "DIR/file.bin is there but has 4 bytes rather than 200000: move it away, or set `replace` to have it fetched again",
    );
    refused(
        "a file of other bytes in place",
        &|world| world.put(NAME, &[0; 200_000]),
        "DIR/file.bin is there but has the SHA-256 4cbbd9be0cba685835755f827758705db5a413c5494c34262cd25946a73e7582 rather than 85d43305c72cd727e6c12f6115d9d83bc2fcd7753336eeb31cae13ca0ed4924f: move it away, or set `replace` to have it fetched again",
    );
    refused(
        "a folder in place of the file",
        &|world| std::fs::create_dir(world.path(NAME)).unwrap(),
        "DIR/file.bin is not a plain file, so nothing is written there: move it away",
    );
    refused(
        "a folder in place of the part",
        &|world| std::fs::create_dir(world.path("file.bin.part")).unwrap(),
        "DIR/file.bin.part is not a plain file, so nothing is written there: move it away",
    );
    #[cfg(unix)]
    refused(
        "a link in place of the part",
        &|world| {
            world.put("precious", b"precious");
            std::os::unix::fs::symlink(world.path("precious"), world.path("file.bin.part"))
                .unwrap();
        },
        "DIR/file.bin.part is not a plain file, so nothing is written there: move it away",
    );
    table.write("folders.md");
}

#[test]
fn a_wrong_file_is_replaced_on_request() {
    for bytes in [&b"mine"[..], &[0; 200_000]] {
        let mut world = World::new(&[&[Reply::Honest]]);
        world.settings.replace = true;
        world.put(NAME, bytes);
        world.fetch().result.unwrap();
        world.assert_complete("replaced");
    }
}

#[test]
fn a_wrong_file_stays_until_another_is_complete() {
    let mut world = World::new(&[&[Reply::Status(404)]]);
    world.settings.replace = true;
    world.put(NAME, b"mine");
    world.fetch().result.unwrap_err();
    assert_eq!(world.on_disk()[NAME], b"mine");
}

#[test]
fn a_folder_is_made() {
    let world = World::new(&[&[Reply::Honest]]);
    world
        .fetch_into(&world.path("a/b"), u64::MAX)
        .result
        .unwrap();
    assert_eq!(
        std::fs::read(world.path("a/b/file.bin")).unwrap(),
        world.body
    );
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let world = World::new(&[&[Reply::Honest]]);
    world.put("file", b"");
    let outcome = world.fetch_into(&world.path("file/below"), u64::MAX);
    assert!(
        outcome
            .sentence()
            .starts_with("cannot make the folder DIR/file/below (")
    );
    assert!(
        outcome
            .sentence()
            .ends_with("): choose another folder or correct its permissions")
    );
}

/// Left out for those whom permissions do not bind, as root.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[&[Reply::Honest]]);
    let dir = world.path("closed");
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, PermissionsExt::from_mode(0o555)).unwrap();
    if std::fs::write(dir.join("probe"), b"").is_ok() {
        println!("left out, since permissions do not bind this user");
        return;
    }
    let outcome = world.fetch_into(&dir, u64::MAX);
    let begin = "DIR/closed/.hesscope-fetch.lock may not be written (";
    assert!(
        outcome.sentence().starts_with(begin),
        "{}",
        outcome.sentence()
    );
}

#[test]
fn what_is_had_by_hand_only_says_how() {
    let world = World::new(&[]);
    let catalogue = Catalogue::standard();
    let dataset = catalogue.get("imagenet").unwrap();
    let fetcher = Fetcher::new(world.settings.clone());
    let error = fetcher
        .fetch(dataset, world.folder.path(), &mut ())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "imagenet cannot be fetched: image-net.org wants an account and the acceptance of its terms, so download it there and lay the images out as train/<synset>/*.JPEG and val/<synset>/*.JPEG in one folder"
    );
    assert!(world.on_disk().is_empty());
}

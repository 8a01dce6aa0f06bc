//! Downloads that go on from what is there.

use crate::server::Reply;
use crate::world::{NAME, World, noise};
use hesscope_fetch::Origin;

#[test]
fn a_file_in_place_is_kept_without_a_request() {
    let world = World::new(&[&[Reply::Honest]]);
    world.put(NAME, &world.body);
    assert_eq!(world.fetch().origin(), &Origin::Kept);
    assert!(world.servers[0].requests().is_empty());
    world.assert_complete("kept");
}

#[test]
fn a_complete_part_needs_no_request() {
    let world = World::new(&[&[Reply::Honest]]);
    world.put("file.bin.part", &world.body);
    assert_eq!(world.fetch().origin(), &Origin::Completed);
    assert!(world.servers[0].requests().is_empty());
    world.assert_complete("completed");
}

#[test]
fn a_part_of_other_bytes_is_found_out() {
    for length in [1, 100_000, 199_999, 200_000, 200_001, 300_000] {
        let world = World::new(&[&[Reply::Honest]]);
        let mut other = noise(length);
        other[length - 1] ^= 1;
        world.put("file.bin.part", &other);
        let outcome = world.fetch();
        assert!(
            matches!(outcome.origin(), Origin::Downloaded { .. }),
            "{length}"
        );
        world.assert_complete("another part");
        // The address had no part in it, so it is asked once more, for all.
        let last = world.servers[0].ranges().pop();
        assert_eq!(last, Some(None), "{length}");
    }
}

#[test]
fn an_interrupted_download_goes_on_where_it_was() {
    let world = World::new(&[&[Reply::Slow, Reply::Honest]]);
    let outcome = world.fetch_into(world.folder.path(), 60_000);
    assert_eq!(
        outcome.sentence(),
        "fetching file.bin was interrupted: fetch again to go on from there"
    );
    let kept = world.on_disk()["file.bin.part"].len();
    assert!((60_000..200_000).contains(&kept), "{kept}");
    world.assert_kept(kept, "interrupted");
    let outcome = world.fetch();
    let Origin::Downloaded {
        resumed, received, ..
    } = outcome.origin()
    else {
        panic!("{:?}", outcome.origin());
    };
    assert_eq!(
        (*resumed, *received),
        (kept as u64, (200_000 - kept) as u64)
    );
    assert_eq!(world.servers[0].ranges(), [None, Some(kept as u64)]);
    world.assert_complete("interrupted");
}

#[test]
fn a_part_from_one_server_goes_on_at_another() {
    let world = World::new(&[
        &[Reply::Breaks(80_000), Reply::Status(404)],
        &[Reply::Honest],
    ]);
    world.fetch().result.unwrap();
    assert_eq!(world.servers[1].ranges(), [Some(80_000)]);
    world.assert_complete("two servers");
}

#[test]
fn a_mirror_is_tried_first() {
    let world = World::new(&[&[Reply::Honest]]);
    let mirror = crate::server::Server::start(&world.body, &[Reply::Honest]);
    let dataset = world
        .dataset()
        .with_mirror(&mirror.address("some/folder/"))
        .unwrap();
    let fetcher = hesscope_fetch::Fetcher::new(world.settings.clone());
    fetcher
        .fetch(&dataset, world.folder.path(), &mut ())
        .unwrap();
    assert!(world.servers[0].requests().is_empty());
    assert_eq!(mirror.requests()[0].path, "/some/folder/file.bin");
    world.assert_complete("mirror");
}

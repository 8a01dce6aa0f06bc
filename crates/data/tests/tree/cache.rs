//! The cache of decoded images.

use crate::files::{Place, bytes, cached};
use hesscope_data::{DatasetSpec, load};
use std::fs;

/// Whether the cache's only file was written by the last load: it is given a time long past in between.
fn is_rewritten(place: &Place, change: impl FnOnce(&Place)) -> bool {
    let files = cached(&place.cache());
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for file in &files {
        fs::File::options()
            .write(true)
            .open(file)
            .unwrap()
            .set_modified(old)
            .unwrap();
    }
    change(place);
    load(&one_split(place)).unwrap();
    let files = cached(&place.cache());
    files
        .iter()
        .any(|file| fs::metadata(file).unwrap().modified().unwrap() != old)
}

/// Without test images, so there is one file.
fn one_split(place: &Place) -> DatasetSpec {
    place.spec()
}

#[test]
fn images_are_decoded_once_and_again_when_a_file_changes() {
    let place = Place::two_classes(3, 0);
    let first = place.load();
    assert_eq!(cached(&place.cache()).len(), 1);
    assert!(!is_rewritten(&place, |_| ()));
    assert_eq!(
        bytes(&first, &*first.train),
        bytes(&place.load(), &*place.load().train)
    );

    assert!(is_rewritten(&place, |place| place.grey("train/ant/01.png", 200)));
    let changed = place.load();
    assert_eq!(bytes(&changed, &*changed.train)[192], 200);
    assert_ne!(
        first.train.fingerprint().unwrap(),
        changed.train.fingerprint().unwrap()
    );
    // A file more is another cache.
    assert!(is_rewritten(&place, |place| place.grey("train/ant/77.png", 1)));
    assert_eq!(cached(&place.cache()).len(), 2);
}

#[test]
fn a_cache_that_is_damaged_anywhere_is_made_again() {
    let place = Place::two_classes(3, 0);
    let good = bytes(&place.load(), &*place.load().train);
    let file = cached(&place.cache()).remove(0);
    let content = fs::read(&file).unwrap();
    let mut places: Vec<usize> = (0..content.len()).step_by(97).collect();
    places.extend([0, 20, 50, 57, 65, 73, 110, content.len() - 1]);
    for at in places {
        let mut damaged = content.clone();
        damaged[at] ^= 0x40;
        fs::write(&file, damaged).unwrap();
        let data = place.load();
        assert_eq!(bytes(&data, &*data.train), good, "{at}");
        assert_eq!(fs::read(&file).unwrap(), content, "{at}");
    }
    for length in [0, 10, 100, content.len() / 2, content.len() - 1] {
        fs::write(&file, &content[..length]).unwrap();
        assert_eq!(bytes(&place.load(), &*place.load().train), good);
        assert_eq!(fs::read(&file).unwrap(), content, "{length}");
    }
    fs::write(&file, [&content[..], b"x"].concat()).unwrap();
    place.load();
    assert_eq!(fs::read(&file).unwrap(), content);
}

#[test]
fn a_folder_that_cannot_be_written_is_no_error() {
    let place = Place::two_classes(3, 0);
    let good = place.load();
    // A file where the folder should be.
    let blocked = place.root().join("readme.txt");
    fs::write(&blocked, "x").unwrap();
    let spec = DatasetSpec {
        cache_dir: Some(blocked),
        ..place.spec()
    };
    let data = load(&spec).unwrap();
    assert_eq!(bytes(&data, &*data.train), bytes(&good, &*good.train));
    let notice = place.relative(&data.notices[0]);
    assert!(
        notice.starts_with("decoded images cannot be cached in data/readme.txt ("),
        "{notice}"
    );
    assert!(
        notice.ends_with("), so they will be decoded again the next time: make room or set cache_dir to another folder"),
        "{notice}"
    );
}

#[test]
fn several_at_once_make_one_cache() {
    let place = Place::two_classes(40, 0);
    let spec = place.spec();
    let all: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    let data = load(&spec).unwrap();
                    bytes(&data, &*data.train)
                })
            })
            .collect();
        started
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(all.iter().all(|one| *one == all[0]));
    assert_eq!(cached(&place.cache()).len(), 1);
    assert!(!is_rewritten(&place, |_| ()));
}

/// Neither the folder of the data nor the time of its files nor the cache is part of it.
#[test]
fn the_fingerprint_is_that_of_the_files_wherever_they_lie() {
    let fingerprint = |place: &Place, spec: &DatasetSpec| {
        assert!(place.root().is_dir());
        load(spec).unwrap().train.fingerprint().unwrap()
    };
    let (here, there) = (Place::two_classes(3, 1), Place::two_classes(3, 1));
    let first = fingerprint(&here, &here.spec());
    assert_eq!(first.len(), 64);
    assert_eq!(fingerprint(&here, &here.spec()), first);
    assert_eq!(fingerprint(&there, &there.spec()), first);
    let larger = DatasetSpec {
        image_size: Some(16),
        ..here.spec()
    };
    assert_ne!(fingerprint(&here, &larger), first);
    let drawn = DatasetSpec {
        train_per_class: Some(3.into()),
        ..here.spec()
    };
    assert_ne!(fingerprint(&here, &drawn), first);
    there.grey("train/ant/00.png", 11);
    assert_ne!(fingerprint(&there, &there.spec()), first);
}

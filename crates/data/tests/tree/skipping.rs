//! Broken files that are left out.

use crate::files::{Place, greys};
use hesscope_data::{DatasetSpec, load};

/// Six of each class, with the files of these numbers broken in `ant`.
fn damaged(broken: &[u8]) -> Place {
    let place = Place::two_classes(6, 1);
    for image in broken {
        place.write(&format!("train/ant/{image:02}.png"), b"rubbish");
    }
    place
}

fn skipping(place: &Place, per_class: Option<usize>) -> DatasetSpec {
    DatasetSpec {
        skip_broken: true,
        train_per_class: per_class.map(Into::into),
        ..place.spec()
    }
}

#[test]
fn without_asking_the_first_broken_file_is_an_error() {
    let place = damaged(&[2, 4]);
    let message = place.message(&place.spec());
    assert!(
        message.starts_with("data/train/ant/02.png is not a JPEG"),
        "{message}"
    );
}

#[test]
fn all_good_files_remain_and_the_notice_names_the_others() {
    let place = damaged(&[0, 2, 3, 5]);
    for _ in 0..2 {
        // The second time from the cache.
        let data = load(&skipping(&place, None)).unwrap();
        assert_eq!(
            greys(&data, &*data.train),
            [11, 14, 110, 111, 112, 113, 114, 115]
        );
        assert_eq!(data.train.class_counts(), [2, 6]);
        assert_eq!(
            place.relative(&data.notices[0]),
            "4 files that cannot be decoded are left out of data/train: \
             ant/00.png, ant/02.png, ant/03.png and 1 more"
        );
    }
    let place = damaged(&[1]);
    let data = load(&skipping(&place, None)).unwrap();
    assert_eq!(
        place.relative(&data.notices[0]),
        "1 file that cannot be decoded is left out of data/train: ant/01.png"
    );
}

/// A broken file gives way to the next that would have been drawn, so subsets stay nested and balanced, and the other
/// class is not touched.
#[test]
fn the_draw_goes_on_to_the_next_file_of_the_class() {
    let whole = Place::two_classes(6, 1);
    let drawn = |place: &Place, per_class| {
        let data = load(&skipping(place, Some(per_class))).unwrap();
        let labels: Vec<u32> = (0..2 * per_class as u32).map(|place| place % 2).collect();
        assert_eq!(data.train.labels(), labels);
        greys(&data, &*data.train)
    };
    let of_class = |greys: &[u8], class| {
        greys
            .iter()
            .copied()
            .skip(class)
            .step_by(2)
            .collect::<Vec<u8>>()
    };
    let all = drawn(&whole, 6);
    let (ants, bees) = (of_class(&all, 0), of_class(&all, 1));
    // The second and third that are drawn are broken.
    let place = damaged(&[ants[1] - 10, ants[2] - 10]);
    for per_class in 1..=4 {
        let found = drawn(&place, per_class);
        let good = [ants[0], ants[3], ants[4], ants[5]];
        assert_eq!(of_class(&found, 0), good[..per_class]);
        assert_eq!(of_class(&found, 1), bees[..per_class]);
    }
    let message = place.message(&skipping(&place, Some(5)));
    let (start, end) = message.split_once("the first broken one being ").unwrap();
    assert_eq!(
        start,
        "data/train/ant has only 4 images that can be decoded where 5 are needed for train_per_class, "
    );
    assert!(
        end.ends_with(": lower train_per_class or fetch the broken files again"),
        "{end}"
    );
}

#[test]
fn a_class_with_nothing_left_is_an_error() {
    let place = damaged(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(
        place.message(&skipping(&place, None)),
        "data/train/ant has no image that can be decoded, the first broken one being 00.png: \
         remove the folder or fetch its files again"
    );
}

/// Many more files than are decoded at once, a third of them broken.
#[test]
fn long_lists_keep_their_order() {
    let place = Place::new();
    for image in 0..600u32 {
        let name = format!("train/{}/{image:03}.png", image % 3);
        if image % 9 < 3 {
            place.write(&name, b"rubbish");
        } else {
            place.grey(&name, (image % 251) as u8);
        }
    }
    let data = load(&skipping(&place, Some(130))).unwrap();
    let more = load(&skipping(&place, Some(133))).unwrap();
    assert_eq!(data.train.class_counts(), [130; 3]);
    assert_eq!(
        greys(&data, &*data.train),
        greys(&more, &*more.train)[..390]
    );
    let all = load(&skipping(&place, None)).unwrap();
    let expected = (0..3)
        .flat_map(|class| (0..600u32).filter(move |image| image % 3 == class && image % 9 >= 3));
    let expected: Vec<u8> = expected.map(|image| (image % 251) as u8).collect();
    assert_eq!(greys(&all, &*all.train), expected);
}

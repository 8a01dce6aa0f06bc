//! The metrics of a run as an event file of TensorBoard.
//!
//! The file is a sequence of records as TensorFlow frames them: length, checksum of the length, data, checksum of the data,
//! the checksums masked CRC-32C. The data are `Event` messages in Protocol Buffers' wire format, one an epoch, each
//! with a `Summary` of scalars.

use hesscope_models::EpochMetrics;

use super::timing::TimingRecord;

/// Name of the file in the run's folder; TensorBoard looks for `tfevents` in the name.
pub const FILE: &str = "events.out.tfevents.0.hesscope";

/// The event file of these epochs. The time of an event is the seconds of training and evaluation up to it.
pub fn events(history: &[EpochMetrics], timings: &[TimingRecord]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut version = Vec::new();
    field_double(&mut version, 1, 0.0);
    field_bytes(&mut version, 3, b"brain.Event:2");
    record(&mut file, &version);
    let mut seconds = 0.0;
    for metrics in history {
        let timing = timings.iter().find(|timing| timing.epoch == metrics.epoch);
        if let Some(timing) = timing {
            seconds += timing.training_seconds + timing.evaluation_seconds.unwrap_or(0.0);
        }
        let rate = timing.and_then(|timing| timing.examples_per_second);
        let mut event = Vec::new();
        field_double(&mut event, 1, seconds);
        field_varint(&mut event, 2, metrics.epoch as u64);
        field_bytes(&mut event, 5, &summary(metrics, rate));
        record(&mut file, &event);
    }
    file
}

/// A `Summary` of all that is known of an epoch.
fn summary(metrics: &EpochMetrics, examples_per_second: Option<f64>) -> Vec<u8> {
    let (train, test) = (metrics.train, metrics.test);
    let scalars = [
        ("learning_rate", metrics.learning_rate),
        ("loss/running", metrics.running_loss),
        ("loss/train", train.map(|split| split.loss)),
        ("loss/test", test.map(|split| split.loss)),
        ("accuracy/train", train.map(|split| split.accuracy)),
        ("accuracy/test", test.map(|split| split.accuracy)),
        (
            "top5_accuracy/train",
            train.and_then(|split| split.top5_accuracy),
        ),
        (
            "top5_accuracy/test",
            test.and_then(|split| split.top5_accuracy),
        ),
        ("examples_per_second", examples_per_second),
    ];
    let mut summary = Vec::new();
    for (tag, value) in scalars {
        let Some(value) = value else { continue };
        let mut scalar = Vec::new();
        field_bytes(&mut scalar, 1, tag.as_bytes());
        // simple_value, a float.
        scalar.push(2 << 3 | 5);
        scalar.extend((value as f32).to_le_bytes());
        field_bytes(&mut summary, 1, &scalar);
    }
    summary
}

fn field_double(message: &mut Vec<u8>, number: u8, value: f64) {
    message.push(number << 3 | 1);
    message.extend(value.to_le_bytes());
}

fn field_varint(message: &mut Vec<u8>, number: u8, value: u64) {
    message.push(number << 3);
    varint(message, value);
}

fn field_bytes(message: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    message.push(number << 3 | 2);
    varint(message, bytes.len() as u64);
    message.extend(bytes);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

fn record(file: &mut Vec<u8>, data: &[u8]) {
    let length = (data.len() as u64).to_le_bytes();
    file.extend(length);
    file.extend(masked(&length).to_le_bytes());
    file.extend(data);
    file.extend(masked(data).to_le_bytes());
}

/// The checksum as it is stored: a checksum of data that hold checksums would be a poor one.
fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli) of `data`, bit by bit; a run's file has a few kilobytes.
fn crc32c(data: &[u8]) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0x82f6_3b78;
    !data.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            crc >> 1 ^ (REVERSED_POLYNOMIAL & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hesscope_models::Metrics;

    #[test]
    fn checksums_are_those_of_the_standard() {
        // The check value of the catalogue of CRCs, and two test vectors of RFC 3720, B.4.
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        // The mask: rotated right by 15 bits, plus a constant.
        assert_eq!(
            masked(b"123456789"),
            0x2507_c60d_u32.wrapping_add(0xa282_ead8)
        );
    }

    #[test]
    fn an_event_has_the_bytes_of_its_message() {
        let metrics = EpochMetrics {
            epoch: 300,
            learning_rate: Some(0.5),
            running_loss: None,
            train: None,
            test: None,
        };
        let timing = TimingRecord {
            run_sha256: String::new(),
            epoch: 300,
            training_seconds: 1.5,
            evaluation_seconds: Some(0.5),
            examples_per_second: None,
        };
        let file = events(&[metrics], &[timing]);
        // The first record holds the version: a double of 9 bytes and a string of 15.
        let (first, second) = file.split_at(8 + 4 + 24 + 4);
        assert_eq!(first[..8], 24_u64.to_le_bytes());
        assert_eq!(&first[21..23], [3 << 3 | 2, 13]);
        assert_eq!(&first[23..36], b"brain.Event:2");
        let wanted: Vec<u8> = [
            &[0x09][..],
            &2.0_f64.to_le_bytes(),
            &[0x10, 0xac, 0x02],
            // Summary of 22 bytes: a value of 20: a tag of 13 and a float.
            &[0x2a, 22, 0x0a, 20, 0x0a, 13],
            b"learning_rate",
            &[0x15],
            &0.5_f32.to_le_bytes(),
        ]
        .concat();
        assert_eq!(second[..8], (wanted.len() as u64).to_le_bytes());
        assert_eq!(second[8..12], masked(&second[..8]).to_le_bytes());
        assert_eq!(second[12..12 + wanted.len()], wanted);
        assert_eq!(second[12 + wanted.len()..], masked(&wanted).to_le_bytes());
    }

    #[test]
    fn what_was_not_measured_is_not_in_it() {
        let split = |top5_accuracy| {
            Some(Metrics {
                loss: 1.0,
                accuracy: 0.5,
                top5_accuracy,
            })
        };
        let of = |train, test| EpochMetrics {
            epoch: 1,
            learning_rate: Some(0.1),
            running_loss: Some(2.0),
            train,
            test,
        };
        let has = |metrics: &EpochMetrics, tag: &str| {
            let summary = summary(metrics, None);
            summary
                .windows(tag.len())
                .any(|window| window == tag.as_bytes())
        };
        let (whole, bare) = (of(split(Some(0.9)), split(None)), of(None, None));
        assert!(has(&whole, "loss/train") && has(&whole, "top5_accuracy/train"));
        assert!(has(&whole, "accuracy/test") && !has(&whole, "top5_accuracy/test"));
        assert!(has(&bare, "loss/running") && !has(&bare, "loss/train"));
        assert!(!has(&whole, "examples_per_second"));
    }
}

//! Files with bits flipped, cut short and put together from parts of others: refused or read, never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hesscope_onnx::{Dimension, Model, Selection};

use crate::common::fixtures;

/// Numbers that look random, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// Reads the bytes and makes the program, its account and its summary, as far as they let it.
fn use_all(bytes: Vec<u8>) -> Result<(), String> {
    let model = Model::from_bytes(bytes, Some(&fixtures())).map_err(|error| error.to_string())?;
    let selection = Selection::default();
    let text = |error: hesscope_onnx::OnnxError| error.to_string();
    let input = model.input(&selection).map_err(text)?;
    let shape: Vec<usize> = match &input.shape {
        Some(shape) => shape
            .iter()
            .map(|extent| {
                if let Dimension::Fixed(extent) = extent {
                    *extent
                } else {
                    2
                }
            })
            .collect(),
        None => vec![2, 3],
    };
    model.missing(&selection).map_err(text)?;
    model.summary(&selection).map_err(text)?;
    let program = model.program(&selection, &shape).map_err(text)?;
    assert!(program.dim() > 0);
    Ok(())
}

fn mutated(sample: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    match random.below(8) {
        0 => bytes.truncate(random.below(sample.len())),
        1 => {
            let (from, at) = (random.below(other.len()), random.below(sample.len()));
            let count = random
                .below(200)
                .min(other.len() - from)
                .min(sample.len() - at);
            bytes[at..at + count].copy_from_slice(&other[from..from + count]);
        }
        2 => {
            let at = random.below(sample.len());
            let end = (at + random.below(60)).min(sample.len());
            bytes.drain(at..end);
        }
        3 => {
            let at = random.below(sample.len());
            let value = [0, 1, 0x7f, 0x80, 0xff][random.below(5)];
            let end = (at + 1 + random.below(9)).min(sample.len());
            bytes[at..end].fill(value);
        }
        flips => {
            for _ in 0..flips {
                let at = random.below(sample.len());
                bytes[at] ^= 1 << random.below(8);
            }
        }
    }
    bytes
}

#[test]
fn broken_files_are_refused_in_one_sentence_or_read() {
    let names = [
        "norms",
        "activations",
        "sequences",
        "mixer",
        "tied",
        "fixed",
        "functions",
        "attention",
        "lookups",
        "opset11",
    ];
    let samples: Vec<Vec<u8>> = names
        .iter()
        .map(|name| std::fs::read(fixtures().join(format!("{name}.onnx"))).expect("a sample"))
        .collect();
    let mut random = Random(7);
    let (mut read, mut refused) = (0, 0);
    for round in 0..2000 {
        for (index, sample) in samples.iter().enumerate() {
            let other = &samples[random.below(samples.len())];
            let bytes = mutated(sample, other, &mut random);
            let outcome = catch_unwind(AssertUnwindSafe(|| use_all(bytes.clone())));
            match outcome {
                Ok(Ok(())) => read += 1,
                Ok(Err(message)) => {
                    assert!(!message.is_empty() && !message.contains('\n'), "{message}");
                    refused += 1;
                }
                Err(_) => {
                    let path = std::env::temp_dir()
                        .join(format!("hesscope-{}-{round}.onnx", names[index]));
                    std::fs::write(&path, &bytes).expect("written");
                    panic!("{} panicked", path.display());
                }
            }
        }
    }
    println!("{read} read, {refused} refused");
    assert!(
        read > 500 && refused > 500,
        "{read} read, {refused} refused"
    );
}

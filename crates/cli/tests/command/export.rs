//! What leaves a run for other programs.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use zip::ZipArchive;

use crate::bad_input::refused;
use crate::common::{hesscope, small_run};

/// The bytes of a file of a zip archive.
fn entry(archive: &Path, name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(File::open(archive).expect("the archive")).expect("a zip");
    let mut bytes = Vec::new();
    let mut file = archive
        .by_name(name)
        .unwrap_or_else(|_| panic!("no {name}"));
    file.read_to_end(&mut bytes).expect("the file");
    bytes
}

/// A list of doubles of an npz.
fn doubles(archive: &Path, name: &str) -> Vec<f64> {
    let bytes = entry(archive, &format!("{name}.npy"));
    let file = npyz::NpyFile::new(&bytes[..]).expect("an array");
    file.into_vec::<f64>().expect("doubles")
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn export(run: &str, what: &str, out: &Path, more: &[&str]) {
    let out = out.display().to_string();
    let mut arguments = vec!["export", run, "--what", what, "--out", &out];
    arguments.extend(more);
    let ran = hesscope(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout.trim(), out);
}

#[test]
fn analyses_and_eigenvectors_leave_as_arrays() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("run");
    let arguments = small_run(&root);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(hesscope(&arguments).code, Some(0));
    let run = root.display().to_string();
    for arguments in [
        &["overlaps", &run, "--operators", "hess", "--epochs", "6"][..],
        &["eigenvalues", &run, "--top", "3", "--which", "both"],
    ] {
        let ran = hesscope(arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }

    // More than one analysis fits: the sentence lists them.
    let json = folder.path().join("a.json");
    let out = json.display().to_string();
    refused(
        &["export", &run, "--what", "analysis", "--out", &out],
        &["more than one", "--operator g --split train --epoch 6"],
    );
    let which = ["--operator", "g", "--split", "train", "--epoch", "6"];
    export(&run, "analysis", &json, &which);
    let text = fs::read(&json).expect("the analysis");
    let files = fs::read_dir(root.join("analysis")).expect("the analyses");
    let original = files
        .map(|file| file.expect("a file").path())
        .find(|path| {
            path.file_name()
                .expect("a name")
                .to_string_lossy()
                .starts_with("g-train-0006")
        })
        .expect("the analysis of G");
    assert_eq!(text, fs::read(original).expect("the analysis"));

    let npz = folder.path().join("a.npz");
    export(&run, "analysis", &npz, &which);
    let analysis: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(
        doubles(&npz, "top_eigenvalues"),
        numbers(&analysis["spectrum"]["top"]["values"])
    );
    let quadratures = analysis["spectrum"]["density"]["quadratures"]
        .as_array()
        .expect("quadratures");
    let nodes: Vec<f64> = quadratures
        .iter()
        .flat_map(|q| numbers(&q["nodes"]))
        .collect();
    assert_eq!(doubles(&npz, "nodes"), nodes);
    // The density is one over the range, but for what is broadened past its ends.
    let (points, mean) = (doubles(&npz, "linear_points"), doubles(&npz, "linear_mean"));
    let integral: f64 = mean.iter().sum::<f64>() * (points[1] - points[0]);
    assert!((0.3..1.001).contains(&integral), "{integral}");
    let settings: Value =
        serde_json::from_slice(&entry(&npz, "settings.json")).expect("the settings");
    assert_eq!(settings, analysis["settings"]);

    let tensors = folder.path().join("a.safetensors");
    export(&run, "analysis", &tensors, &which);
    let bytes = fs::read(&tensors).expect("the tensors");
    let read = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    let nodes_again: Vec<f64> = read
        .tensor("nodes")
        .expect("nodes")
        .data()
        .as_chunks()
        .0
        .iter()
        .map(|&word| f64::from_le_bytes(word))
        .collect();
    assert_eq!(nodes_again, nodes);

    // Equal bytes the second time.
    for path in [&npz, &tensors] {
        let first = fs::read(path).expect("the first");
        export(&run, "analysis", path, &which);
        assert_eq!(first, fs::read(path).expect("the second"));
    }

    let vectors = folder.path().join("v.npz");
    // Every analysis kept its own: the sentence lists them.
    let out_vectors = vectors.display().to_string();
    refused(
        &[
            "export",
            &run,
            "--what",
            "eigenvectors",
            "--out",
            &out_vectors,
        ],
        &["more than one", "--operator g --split train --epoch 6"],
    );
    export(
        &run,
        "eigenvectors",
        &vectors,
        &["--operator", "hess", "--epoch", "6"],
    );
    let bytes = entry(&vectors, "vectors.npy");
    let file = npyz::NpyFile::new(&bytes[..]).expect("an array");
    assert_eq!(file.shape()[0] as usize, doubles(&vectors, "values").len());
    let rows = file.shape()[0] as usize;
    let numbers = file.into_vec::<f32>().expect("singles");
    for row in numbers.chunks(numbers.len() / rows) {
        let norm: f64 = row.iter().map(|&x| f64::from(x).powi(2)).sum();
        assert!((norm - 1.0).abs() < 1e-4, "{norm}");
    }

    let all = folder.path().join("all");
    export(&run, "all", &all, &[]);
    let count = |name: &str| fs::read_dir(all.join(name)).expect(name).count();
    let analyses = fs::read_dir(root.join("analysis"))
        .expect("analyses")
        .count();
    assert_eq!(count("analysis"), 2 * analyses);
    assert_eq!((count("weights"), count("overlaps")), (3, 1));
    assert_eq!(count("eigenvalues"), 2);
    let kept = fs::read_dir(root.join("eigenvectors")).expect("eigenvectors");
    assert_eq!(count("eigenvectors"), kept.count());

    let wrong = folder.path().join("a.csv").display().to_string();
    refused(
        &["export", &run, "--what", "analysis", "--out", &wrong],
        &["a.csv", ".json or .npz or .safetensors"],
    );
    refused(
        &[
            "export",
            &run,
            "--what",
            "analysis",
            "--operator",
            "b2",
            "--out",
            &out,
        ],
        &[
            "no such analysis",
            "--operator hess --split train --epoch 6",
        ],
    );
    refused(
        &[
            "export", &run, "--what", "all", "--epoch", "6", "--out", &out,
        ],
        &["--what all takes everything"],
    );
}

#[test]
fn the_published_schemas_are_those_of_this_version() {
    let names = [
        "analysis",
        "overlaps",
        "eigenvalues",
        "findings",
        "class-means",
        "dynamics",
        "figure-spectra",
        "figure-class-means",
        "metrics",
        "sweep-row",
    ];
    for name in names {
        let ran = hesscope(&["schema", name]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let path = format!(
            "{}/../../docs/schema/{name}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let published = fs::read_to_string(&path).expect("a published schema");
        assert_eq!(
            ran.stdout, published,
            "write {path} again with `hesscope schema {name}`"
        );
    }
    refused(&["schema", "weights"], &[names.join(", ").as_str()]);
}

#[test]
fn one_of_several_analyses_of_a_place_is_chosen_by_its_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("run");
    let arguments = small_run(&root);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(hesscope(&arguments).code, Some(0));
    let run = root.display().to_string();
    let place = ["--operator", "g", "--epoch", "6"];
    let ran = hesscope(&[&["spectrum", &run, "--probes", "1"], &place[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);

    let files = fs::read_dir(root.join("analysis")).expect("the analyses");
    let names = files.map(|file| file.expect("a file").path());
    let names = names.filter(|path| {
        let name = path.file_name().expect("a name").to_string_lossy();
        name.starts_with("g-train-0006")
    });
    let keys: Vec<String> = names
        .map(|path| {
            let stem = path.file_stem().expect("a name").to_string_lossy();
            stem.rsplit('-').next().expect("a key").to_owned()
        })
        .collect();
    let [first, second] = &keys[..] else {
        panic!("{keys:?}");
    };
    let out = folder.path().join("a.json");
    let path = out.display().to_string();
    let refusal = [
        &["export", &run, "--what", "analysis", "--out", &path],
        &place[..],
    ]
    .concat();
    refused(
        &refusal,
        &[
            "2 files of --operator g",
            first,
            second,
            "--key",
            "--what all",
        ],
    );
    for key in [first, second] {
        export(
            &run,
            "analysis",
            &out,
            &[&place[..], &["--key", key]].concat(),
        );
        let analysis: Value = serde_json::from_slice(&fs::read(&out).expect("JSON")).expect("JSON");
        let found = analysis["origin"]["key"].as_str().expect("a key");
        assert!(found.starts_with(key.as_str()), "{found}");
    }
    refused(
        &[&refusal[..], &["--key", "nokey"]].concat(),
        &["no such analysis"],
    );
}

//! The structure of the code: no files that import each other, and crates that depend on each other as ARCHITECTURE.md
//! says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// A file of a crate, or a module within one.
#[derive(Default)]
struct Module {
    file: PathBuf,
    children: BTreeSet<String>,
    /// Names that the module takes from elsewhere, and the path each stands for.
    imported: BTreeMap<String, Vec<String>>,
    /// Paths whose names are all taken.
    globs: Vec<Vec<String>>,
    /// Paths from the crate's root that the code names.
    named: Vec<Vec<String>>,
}

/// The modules of a crate, by path from its root.
type Modules = BTreeMap<Vec<String>, Module>;

/// What a path stands for: a file, or a name that only the use of it needs.
type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of all crates of the workspace, by name.
fn crates() -> BTreeMap<String, PathBuf> {
    let mut crates = BTreeMap::from([("hesscope".to_owned(), root().to_owned())]);
    for entry in fs::read_dir(root().join("crates")).expect("the folder of the crates") {
        let path = entry.expect("an entry").path();
        if path.join("Cargo.toml").is_file() {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            crates.insert(name, path);
        }
    }
    crates
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .to_token_stream()
                .to_string()
                .contains("test")
    })
}

/// Reads a file as the module at `path`, and the files of the modules that it declares.
fn read(file: &Path, folder: &Path, path: Vec<String>, modules: &mut Modules) {
    let text = fs::read_to_string(file).expect("a file of the crate");
    let parsed =
        syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    module(&parsed.items, file, folder, path, modules);
}

fn module(items: &[Item], file: &Path, folder: &Path, path: Vec<String>, modules: &mut Modules) {
    let mut this = Module {
        file: file.to_owned(),
        ..Module::default()
    };
    for item in items {
        match item {
            Item::Mod(child) => {
                if is_test(&child.attrs) {
                    continue;
                }
                let name = child.ident.to_string();
                this.children.insert(name.clone());
                let inner = [&path[..], std::slice::from_ref(&name)].concat();
                let below = folder.join(&name);
                match &child.content {
                    Some((_, items)) => module(items, file, &below, inner, modules),
                    None => {
                        let flat = folder.join(format!("{name}.rs"));
                        let file = if flat.is_file() {
                            flat
                        } else {
                            below.join("mod.rs")
                        };
                        read(&file, &below, inner, modules);
                    }
                }
            }
            Item::Use(_) => {}
            other => names(other.to_token_stream(), &path, &mut this.named),
        }
    }
    for item in items {
        if let Item::Use(import) = item
            && !is_test(&import.attrs)
        {
            let public = !matches!(import.vis, Visibility::Inherited);
            taken(&import.tree, Vec::new(), public, &path, &mut this);
        }
    }
    modules.insert(path, this);
}

/// The path from the crate's root, where it is one within the crate.
fn absolute(path: &[String], at: &[String], children: &BTreeSet<String>) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([at, rest].concat()),
        "super" => {
            let (_, parent) = at.split_last()?;
            let mut up = parent.to_vec();
            let mut rest = rest;
            while rest.first().is_some_and(|segment| segment == "super") {
                up.pop();
                rest = &rest[1..];
            }
            up.extend_from_slice(rest);
            Some(up)
        }
        // A module's child, or another crate.
        _ => children.contains(first).then(|| [at, path].concat()),
    }
}

/// Adds what a `use` takes.
fn taken(tree: &UseTree, prefix: Vec<String>, public: bool, at: &[String], module: &mut Module) {
    let mut add = |path: Vec<String>, name: String| {
        let Some(path) = absolute(&path, at, &module.children) else {
            return;
        };
        if public {
            module.imported.insert(name, path.clone());
        }
        module.named.push(path);
    };
    match tree {
        UseTree::Path(path) => {
            let mut prefix = prefix;
            prefix.push(path.ident.to_string());
            taken(&path.tree, prefix, public, at, module);
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                taken(tree, prefix.clone(), public, at, module);
            }
        }
        UseTree::Name(name) if name.ident == "self" => {
            let last = prefix.last().cloned().unwrap_or_default();
            add(prefix, last);
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            add([prefix, vec![name.clone()]].concat(), name);
        }
        UseTree::Rename(rename) => {
            let path = [prefix, vec![rename.ident.to_string()]].concat();
            add(path, rename.rename.to_string());
        }
        UseTree::Glob(_) => {
            if let Some(path) = absolute(&prefix, at, &module.children) {
                if public {
                    module.globs.push(path.clone());
                }
                module.named.push(path);
            }
        }
    }
}

/// Adds the paths that begin with `crate`, `self` or `super` in code, macros included.
fn names(tokens: TokenStream, at: &[String], named: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let ident = |i: usize| match tokens.get(i) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let colons = |i: usize| {
        [i, i + 1].iter().all(
            |&i| matches!(tokens.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == ':'),
        )
    };
    let mut i = 0;
    while i < tokens.len() {
        if let TokenTree::Group(group) = &tokens[i] {
            names(group.stream(), at, named);
        }
        let starts =
            ident(i).is_some_and(|name| ["crate", "self", "super"].contains(&name.as_str()));
        if starts && colons(i + 1) {
            let mut path = vec![ident(i).expect("an identifier")];
            while colons(i + 1)
                && let Some(name) = ident(i + 3)
            {
                path.push(name);
                i += 3;
            }
            named.extend(absolute(&path, at, &BTreeSet::new()));
        }
        i += 1;
    }
}

/// The file in which what the path names is defined, through re-exports; none where it is not of the crate.
fn file_of(modules: &Modules, path: &[String], depth: usize) -> Option<PathBuf> {
    if depth > 20 {
        return None;
    }
    let mut at: Vec<String> = Vec::new();
    for (i, segment) in path.iter().enumerate() {
        let module = &modules[&at];
        if module.children.contains(segment) {
            at.push(segment.clone());
            continue;
        }
        if let Some(target) = module.imported.get(segment) {
            let target = [&target[..], &path[i + 1..]].concat();
            if target != path {
                return file_of(modules, &target, depth + 1);
            }
        }
        return Some(module.file.clone());
    }
    Some(modules[&at].file.clone())
}

fn arrows(modules: &Modules) -> Arrows {
    let mut arrows = Arrows::new();
    for module in modules.values() {
        for path in &module.named {
            if let Some(file) = file_of(modules, path, 0)
                && file != module.file
            {
                arrows.entry(module.file.clone()).or_default().insert(file);
            }
        }
    }
    arrows
}

/// The files that can be reached from each other.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<PathBuf>> {
    let reached = |from: &PathBuf| {
        let mut seen = BTreeSet::new();
        let mut left = vec![from.clone()];
        while let Some(file) = left.pop() {
            for next in arrows.get(&file).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    left.push(next.clone());
                }
            }
        }
        seen
    };
    let all: BTreeMap<PathBuf, BTreeSet<PathBuf>> = arrows
        .keys()
        .map(|file| (file.clone(), reached(file)))
        .collect();
    let mut circles: Vec<BTreeSet<PathBuf>> = Vec::new();
    for (file, reach) in &all {
        if reach.contains(file) && !circles.iter().any(|circle| circle.contains(file)) {
            let circle = reach
                .iter()
                .filter(|other| all.get(*other).is_some_and(|back| back.contains(file)));
            circles.push(circle.cloned().collect());
        }
    }
    circles
}

#[test]
fn no_files_of_a_crate_import_each_other() {
    let mut said = String::new();
    for (name, folder) in crates() {
        for entry in ["lib.rs", "main.rs"] {
            let file = folder.join("src").join(entry);
            if !file.is_file() {
                continue;
            }
            let mut modules = Modules::new();
            read(&file, &folder.join("src"), Vec::new(), &mut modules);
            let arrows = arrows(&modules);
            for circle in circles(&arrows) {
                said += &format!("{name}:\n");
                for file in &circle {
                    for to in arrows[file].intersection(&circle) {
                        let short = |file: &Path| {
                            file.strip_prefix(root())
                                .unwrap_or(file)
                                .display()
                                .to_string()
                        };
                        said += &format!("  {} -> {}\n", short(file), short(to));
                    }
                }
            }
        }
    }
    assert!(said.is_empty(), "files that import each other:\n{said}");
}

/// The crates of ours that a crate depends on, tests left out.
fn dependencies(folder: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).expect("Cargo.toml");
    let table: toml::Table = toml::from_str(&text).expect("TOML");
    let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
    let names = dependencies.into_iter().flat_map(|table| table.keys());
    names
        .filter_map(|name| name.strip_prefix("hesscope-").map(str::to_owned))
        .collect()
}

/// A line of the sketch is `crates/NAME  what it is  -> those it depends on`.
#[test]
fn crates_depend_on_each_other_as_the_architecture_says() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut sketched: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        let Some((crate_and_words, arrows)) = line
            .strip_prefix("    crates/")
            .and_then(|line| line.split_once(" -> "))
        else {
            continue;
        };
        let name = crate_and_words
            .split_whitespace()
            .next()
            .expect("a name")
            .to_owned();
        let arrows = arrows
            .split(", ")
            .map(str::trim)
            .filter(|name| *name != "nothing of ours");
        sketched.insert(name, arrows.map(str::to_owned).collect());
    }
    let mut real: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, folder) in crates() {
        if name != "hesscope" {
            real.insert(name, dependencies(&folder));
        }
    }
    assert_eq!(
        sketched, real,
        "the sketch of ARCHITECTURE.md and the manifests"
    );
}

//! What shells and `man` read of the command line.

use crate::bad_input::refused;
use crate::common::{commands_of, hesscope};

fn printed(arguments: &[&str]) -> String {
    let ran = hesscope(arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

#[test]
fn completions_of_every_shell_have_commands_and_options() {
    for (shell, mark) in [
        ("bash", "complete -F _hesscope"),
        ("zsh", "#compdef hesscope"),
        ("fish", "complete -c hesscope"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "edit:completion:arg-completer[hesscope]"),
    ] {
        let text = printed(&["completions", shell]);
        for part in [mark, "eigenvalues", "examples-per-class", "spectrum"] {
            assert!(text.contains(part), "{shell}: {part}");
        }
    }
    refused(&["completions", "tcsh"], &["tcsh", "bash", "fish"]);
}

#[test]
fn manual_pages_name_every_command_and_its_options() {
    let main = printed(&["man"]);
    assert!(main.contains(".TH hesscope 1"), "{main}");
    let help = printed(&["--help"]);
    let names = commands_of(&help);
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        assert!(main.contains(&format!("hesscope\\-{name}(1)")), "{name}");
        let page = printed(&["man", name]);
        assert!(page.contains(&format!(".TH hesscope-{name} 1")), "{page}");
    }
    let run = printed(&["man", "run"]);
    assert!(run.contains("\\-\\-examples\\-per\\-class"), "{run}");
    let fetch = printed(&["man", "data", "fetch"]);
    let title = concat!(
        ".TH hesscope-data-fetch 1  \"hesscope ",
        env!("CARGO_PKG_VERSION")
    );
    assert!(fetch.contains(title), "{fetch}");
    refused(&["man", "walk"], &["hesscope walk", "hesscope --help"]);
}

/// Bash itself completes what a user has typed.
#[cfg(target_os = "linux")]
#[test]
fn bash_completes_commands_options_and_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hesscope.bash");
    std::fs::write(&file, printed(&["completions", "bash"])).expect("written");
    for (typed, expected) in [
        (&["eig"][..], "eigenvalues"),
        (&["run", "--learn"], "--learning-rate"),
        (&["export", "--what", "eigenv"], "eigenvectors"),
        (&["data", "ver"], "verify"),
    ] {
        let (last, before) = typed.split_last().expect("words");
        let script = format!(
            "source '{}'; COMP_WORDS=(hesscope {}); COMP_CWORD={}; _hesscope hesscope '{last}' '{}'; echo \"${{COMPREPLY[*]}}\"",
            file.display(),
            typed.join(" "),
            typed.len(),
            before.last().unwrap_or(&"hesscope"),
        );
        let ran = std::process::Command::new("bash")
            .args(["-c", &script])
            .output()
            .expect("bash");
        assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), expected);
    }
}

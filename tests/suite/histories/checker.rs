//! The program that checks histories: `tests/histories`, in Go.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::OnceCell;

/// What the checker said.
pub(super) struct Verdict {
    pub(super) is_linearizable: bool,
    pub(super) report: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where histories and pictures go.
pub(super) fn folder() -> PathBuf {
    let folder = root().join(".cache/histories");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn go(arguments: &[&str]) {
    let mut command = Command::new("go");
    command.args(arguments).current_dir(root().join("tests/histories")).stdin(Stdio::null());
    let output = command.output().await.expect("Go 1.24 or later checks the histories");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "go {arguments:?} failed: {out}{err}");
}

/// Builds the checker, once.
async fn program() -> &'static Path {
    static PROGRAM: OnceCell<PathBuf> = OnceCell::const_new();
    let build = || async {
        let program = folder().join("check");
        go(&["build", "-o", program.to_str().unwrap(), "."]).await;
        program
    };
    PROGRAM.get_or_init(build).await
}

pub(super) async fn check(history: &Path) -> Verdict {
    let output = Command::new(program().await).arg("-html").arg(folder()).arg(history).output().await.unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)) && !report.is_empty(), "the checker failed: {report}");
    Verdict { is_linearizable: output.status.success(), report }
}

#[tokio::test]
async fn the_checker_tells_good_histories_from_bad_ones() {
    go(&["test", "./..."]).await;
}

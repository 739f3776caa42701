use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::copies::free_address;

/// How long a proxy may take to listen, and the polling interval.
const START_TIME: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How long a proxy needs for its first health checks.
const CHECKED: Duration = Duration::from_secs(1);

/// The addresses in the configurations: of the proxy itself and of the copies.
const OWN: &str = "127.0.0.1:50050";
const COPIES: [&str; 3] = ["127.0.0.1:50051", "127.0.0.1:50052", "127.0.0.1:50053"];

#[derive(Debug, Clone, Copy)]
pub(super) enum Software {
    HaProxy,
    Nginx,
}

impl fmt::Display for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HaProxy => "HAProxy",
            Self::Nginx => "nginx",
        })
    }
}

/// A running proxy, killed on drop.
pub(super) struct Proxy {
    pub(super) address: String,
    _process: Child,
    _folder: TempDir,
}

impl Proxy {
    pub(super) async fn start(software: Software, configurations: &Path, copies: &[String]) -> anyhow::Result<Self> {
        let (folder, address) = (TempDir::new()?, free_address()?);
        let filled = |name: &str| {
            let file = configurations.join(name);
            let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            COPIES.iter().zip(copies).chain([(&OWN, &address)]).try_fold(text, |text, (shipped, actual)| {
                ensure!(text.contains(shipped), "{name} has no {shipped}");
                Ok(text.replace(shipped, actual))
            })
        };
        let mut command = match software {
            Software::HaProxy => {
                let file = folder.path().join("haproxy.cfg");
                std::fs::write(&file, filled("haproxy.cfg")?)?;
                let mut command = Command::new("haproxy");
                command.args(["-db", "-q"]).arg("-f").arg(file);
                command
            }
            Software::Nginx => {
                std::fs::write(folder.path().join("dynakv.conf"), filled("nginx.conf")?)?;
                let file = folder.path().join("nginx.conf");
                std::fs::write(&file, around_nginx(folder.path()))?;
                let mut command = Command::new("nginx");
                command.arg("-p").arg(folder.path()).arg("-c").arg(file);
                command
            }
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().with_context(|| format!("{software} is not installed"))?;
        let begun = Instant::now();
        while TcpStream::connect(&address).await.is_err() {
            ensure!(begun.elapsed() < START_TIME, "{software} does not listen");
            sleep(POLL_INTERVAL).await;
        }
        sleep(CHECKED).await;
        Ok(Self { address, _process: process, _folder: folder })
    }
}

/// The configuration around the `http` section: one process, all files in this folder.
fn around_nginx(folder: &Path) -> String {
    let folder = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr crit;\n\
         events {{ worker_connections 4096; }}\n\
         http {{\n    access_log off;\n{temporary}    include {folder}/dynakv.conf;\n}}\n"
    )
}

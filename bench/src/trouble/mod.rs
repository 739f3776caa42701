//! `make trouble`: measures what callers get, and what DynamoDB is asked, while DynamoDB misbehaves.
//!
//! ```text
//! load (this process) -> server -> stub of DynamoDB that misbehaves (this process)
//! ```
//!
//! Each scene gets its own server and its own stub.

mod ask;
mod load;
mod report;
mod scenes;
mod stage;
mod upstream;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;

use self::report::Row;
use self::stage::Stage;

/// Measures the server while DynamoDB misbehaves.
#[derive(Debug, clap::Args)]
pub(crate) struct Trouble {
    /// The server's binary
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// Only scenes whose names contain this
    #[arg(long, value_name = "WORDS")]
    scene: Vec<String>,
    /// Shorter scenes
    #[arg(long)]
    quick: bool,
    /// Show the log of the server from this level on
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
    /// Folder of the report; without it, the report is only printed
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["scene", "quick"])]
    docs: Option<PathBuf>,
    /// Print the names of the scenes
    #[arg(long)]
    list: bool,
}

impl Trouble {
    /// Plays every scene.
    ///
    /// # Errors
    /// A target is missed.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        crate::allow_many_connections()?;
        let stage = Stage { binary: self.server, is_quick: self.quick, log: self.log };
        let mut rows: Vec<Row> = Vec::new();
        for scene in scenes::all() {
            let is_wanted = self.scene.is_empty() || self.scene.iter().any(|words| scene.name.contains(words));
            if !is_wanted {
                continue;
            }
            if self.list {
                println!("{}", scene.name);
                continue;
            }
            let begun = Instant::now();
            let row = scene.run(&stage).await;
            eprintln!("{}\n      {:.0} s", row.lines(), begun.elapsed().as_secs_f64());
            rows.push(row);
        }
        if self.list {
            return Ok(());
        }
        println!("{}", report::table(&rows));
        if let Some(docs) = &self.docs {
            report::write(docs, &rows)?;
        }
        let missed = rows.iter().filter(|row| !row.holds()).count();
        ensure!(missed == 0, "{missed} of {} scenes miss a target", rows.len());
        Ok(())
    }
}

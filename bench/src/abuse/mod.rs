//! `make abuse`: attacks the server, with a well-behaved client beside each attack, and checks the bounds.
//!
//! Each attack gets its own server. The server's memory is sampled during the attack and two seconds after the last
//! deadline or limit that should end it.

mod attacks;
mod meter;
mod neighbour;
mod report;
mod scene;
mod server;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::ensure;

use self::report::Row;
use self::scene::Stage;

/// Attacks the server.
#[derive(Debug, clap::Args)]
pub(crate) struct Abuse {
    /// The server's binary, a release build
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// The program that makes bursts of calls with grpc-go; without it, they are skipped
    #[arg(long, value_name = "FILE")]
    go_bursts: Option<PathBuf>,
    /// Only attacks whose names contain this
    #[arg(long, value_name = "WORDS")]
    only: Vec<String>,
    /// Kill a server that uses more memory than this, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    kill_above: u64,
}

impl Abuse {
    /// Runs every attack.
    ///
    /// # Errors
    /// A bound does not hold.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        crate::allow_many_connections()?;
        let stage = Stage::new(self.server, self.go_bursts, self.kill_above).await?;
        let mut rows: Vec<Row> = Vec::new();
        for attack in attacks::all() {
            let is_wanted = self.only.is_empty() || self.only.iter().any(|words| attack.name.contains(words));
            if !is_wanted {
                continue;
            }
            let begun = Instant::now();
            let row = attack.run(&stage).await;
            eprintln!("{} ({:.0} s)", row.line(), begun.elapsed().as_secs_f64());
            rows.push(row);
        }
        println!("{}", report::table(&rows));
        let broken = rows.iter().filter(|row| !row.holds()).count();
        ensure!(broken == 0, "{broken} of {} attacks break a bound", rows.len());
        Ok(())
    }
}

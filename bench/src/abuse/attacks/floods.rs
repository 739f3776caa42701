//! Floods of frames.

use std::time::Duration;

use dynakv_abuse::attack::{Flood, Flooded};
use tokio::time::timeout;

use super::Attack;
use crate::abuse::report::{Bound, Row};
use crate::abuse::scene::{RELEASE_TIME, Stage};
use crate::abuse::server::Setting;

/// The number of frames in a flood.
const FRAMES: usize = 1_000_000;

/// A whole message in frames of one byte.
const ONE_BYTE_FRAMES: usize = 16 << 20;

/// A header bomb takes a stream for each frame.
const BOMBS: usize = 20_000;

/// After this time, the server has stopped reading.
const TIMEOUT: Duration = Duration::from_secs(20);

const GROWTH_MIB: f64 = 64.0;

pub(super) fn all() -> Vec<Attack> {
    let attack = |flood| Attack::new(format!("flood: {flood:?}"), move |stage, name| Box::pin(run(stage, name, flood)));
    Flood::ALL.into_iter().map(attack).collect()
}

async fn run(stage: &Stage, name: String, flood: Flood) -> anyhow::Result<Row> {
    let scene = stage.scene_of_gets(&Setting::stub()).await?;
    let frames = match flood {
        Flood::OneByteData => ONE_BYTE_FRAMES,
        Flood::HeaderBomb => BOMBS,
        _ => FRAMES,
    };
    let before = scene.cpu()?;
    let flooded = timeout(TIMEOUT, flood.send(scene.target(), frames)).await;
    let cpu = scene.cpu().unwrap_or_default().saturating_sub(before).as_secs_f64();
    let what = match flooded {
        Err(_) => "held back".to_owned(),
        Ok(Ok(Flooded { frames, is_closed: true, goaway })) => {
            format!("closed after {frames} frames, GOAWAY {goaway:?}")
        }
        Ok(Ok(Flooded { frames, .. })) => format!("{frames} frames were taken"),
        Ok(Err(error)) => format!("{error}"),
    };
    scene.until(RELEASE_TIME, || false).await;
    let told = Bound::new("no more than told", format!("{what}; {cpu:.1} s of CPU"), true);
    scene.finish(name, GROWTH_MIB, vec![told]).await
}

use std::sync::Arc;

use crate::driver::coalesce::WriteGuard;
use crate::driver::deadline::Deadline;
use crate::driver::table::{Scope, Table};
use crate::driver::upstream::Failure;
use crate::model::ItemKey;

/// Locks keys against batches of plain writes, as long as the guards live.
///
/// # Errors
/// A batch held one of the keys until the deadline. Nothing was sent.
pub(super) async fn claim<'a>(
    keys: impl Iterator<Item = (&'a Table, &'a Arc<ItemKey>)>,
    deadline: Deadline,
) -> Result<Vec<WriteGuard<'a>>, Failure> {
    let mut guards = Vec::with_capacity(keys.size_hint().0);
    for (table, key) in keys {
        let guard = table.queues.key_locks.lock_until(key, deadline).await;
        guards.push(guard.ok_or_else(|| Failure::deadline(false))?);
    }
    Ok(guards)
}

impl Scope {
    pub(super) async fn claim<'a>(
        &'a self,
        keys: impl Iterator<Item = &'a Arc<ItemKey>>,
    ) -> Result<Vec<WriteGuard<'a>>, Failure> {
        claim(keys.map(|key| (&*self.table, key)), self.deadline).await
    }
}

use std::sync::Arc;

use crate::driver::deadline::Deadline;
use crate::driver::error::Error;
use crate::driver::handle::Driver;
use crate::driver::store::{Item, Nonce};
use crate::driver::table::Scope;
use crate::driver::upstream::Patience;
use crate::driver::write::Written;
use crate::model::{ExpireTime, Key, RequestId, SetExpiry};

/// Calls on the entries of one table.
#[derive(Debug, Clone)]
pub struct KeyValues {
    pub(crate) scope: Scope,
}

impl Driver {
    /// Calls on the entries of a table; the empty name means the default one.
    ///
    /// # Errors
    /// [`Error::TableNotConfigured`], [`Error::TableShape`].
    pub async fn key_values(&self, table: &str, deadline: Deadline) -> Result<KeyValues, Error> {
        let table = self.core.existing_table(table, deadline).await?;
        table.check_shape()?;
        Ok(KeyValues { scope: Scope::new(Arc::clone(&self.core), table, deadline) })
    }
}

impl KeyValues {
    /// The same calls as parts of a batch, which wait out all transient failures until the deadline.
    pub(crate) fn retrying_until_deadline(&self) -> Self {
        Self { scope: Scope { patience: Patience::AllFailures, ..self.scope.clone() } }
    }

    pub(super) fn nonce(&self, request_id: RequestId, key: &Key, operation: &str, payload: &[&[u8]]) -> Nonce {
        Nonce::new(request_id, self.scope.table.physical_name(), key, operation, payload)
    }

    pub(super) fn expire_time(&self, expiry: SetExpiry) -> Option<ExpireTime> {
        match expiry {
            SetExpiry::After(ttl) => Some(ExpireTime::after(self.scope.now(), ttl)),
            SetExpiry::Never | SetExpiry::Keep => None,
        }
    }

    /// The answer for our own write. If the stored item is known, its expiry time counts: an earlier attempt may have started
    /// the TTL.
    pub(super) fn written(&self, nonce: Nonce, expire: Option<ExpireTime>, stored: Option<&Item>) -> Written {
        let in_item = || stored.and_then(|item| self.scope.layout.expire_time(item));
        Written { version: nonce.to_version(), expire_time: expire.map(|computed| in_item().unwrap_or(computed)) }
    }
}

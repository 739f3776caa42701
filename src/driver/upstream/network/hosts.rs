use std::sync::{Arc, PoisonError, RwLock};

use http::Uri;

use super::connect::{Connector, Proxies};
use super::error::Cause;
use super::pool::Pool;
use super::settings::Settings;
use super::target::Target;

/// The pools of all hosts. There are few: the endpoint of a region, those of accounts, and sources of credentials.
pub(super) struct Hosts {
    pools: RwLock<Vec<Arc<Pool>>>,
    proxies: Proxies,
    connector: Arc<Connector>,
    settings: Arc<Settings>,
}

impl Hosts {
    pub(super) fn new(settings: Settings, proxies: Proxies, connector: Connector) -> Self {
        let (connector, settings) = (Arc::new(connector), Arc::new(settings));
        Self { pools: RwLock::default(), proxies, connector, settings }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The pool for a request.
    pub(super) fn pool(&self, uri: &Uri) -> Result<Arc<Pool>, Cause> {
        if let Some(pool) = find(&self.pools.read().unwrap_or_else(PoisonError::into_inner), uri) {
            return Ok(pool);
        }
        let target = Target::of(uri)?;
        let route = self.proxies.route(&target)?;
        let mut pools = self.pools.write().unwrap_or_else(PoisonError::into_inner);
        // Another call may have been here first.
        if let Some(pool) = find(&pools, uri) {
            return Ok(pool);
        }
        if pools.len() >= self.settings.max_hosts {
            let unused = pools.iter().position(|pool| pool.is_unused()).ok_or(Cause::TooManyHosts(pools.len()))?;
            pools.remove(unused);
        }
        let pool = Arc::new(Pool::new(target, route, Arc::clone(&self.connector), Arc::clone(&self.settings)));
        pools.push(Arc::clone(&pool));
        Ok(pool)
    }
}

fn find(pools: &[Arc<Pool>], uri: &Uri) -> Option<Arc<Pool>> {
    pools.iter().find(|pool| pool.target().is_of(uri)).cloned()
}

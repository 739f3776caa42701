use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::answer::What;
use super::call::{Answer, Call, Upstream};

/// Whether a fault applies before or after DynamoDB handles the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// DynamoDB never sees the call.
    Before,
    /// DynamoDB has handled the call, and its response is lost.
    After,
}

type Hook = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A fault for the next calls of an operation.
#[derive(Clone)]
pub(crate) struct Fault {
    pub(super) operation: &'static str,
    pub(super) times: usize,
    when: When,
    what: Option<What>,
    between: Option<Hook>,
}

impl Fault {
    /// A fault for the next call of this operation.
    pub(crate) fn new(operation: &'static str, when: When, what: What) -> Self {
        Self { operation, times: 1, when, what: Some(what), between: None }
    }

    /// No fault, only a point in time for [`Fault::between`].
    pub(crate) fn none(operation: &'static str, when: When) -> Self {
        Self { operation, times: 1, when, what: None, between: None }
    }

    /// Applies to this many calls instead of one; `usize::MAX` for all.
    pub(crate) fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Runs this when the fault applies, while the caller still waits: another writer, or a wait of the test. It must
    /// not use the same connector, or the fault may hit it as well.
    pub(crate) fn between<F>(self, hook: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { between: Some(Arc::new(move || Box::pin(hook()))), ..self }
    }

    pub(super) async fn strike(self, call: Call, upstream: Upstream, struck: watch::Sender<usize>) -> Answer {
        let moment = async {
            if let Some(hook) = &self.between {
                hook().await;
            }
            struck.send_modify(|count| *count += 1);
        };
        match (self.when, self.what) {
            (When::Before, None) => {
                moment.await;
                upstream.call(call).await
            }
            (When::Before, Some(what)) => {
                moment.await;
                what.instead_of(None).await
            }
            (When::After, what) => {
                let answer = upstream.call(call).await;
                moment.await;
                match what {
                    None => answer,
                    Some(what) => what.instead_of(Some(answer)).await,
                }
            }
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} {:?} x{}", self.when, self.operation, self.what, self.times)?;
        f.write_str(if self.between.is_some() { ", another comes in between" } else { "" })
    }
}

/// How often a fault has been applied.
#[derive(Debug, Clone)]
pub(crate) struct Struck(watch::Receiver<usize>);

impl Struck {
    pub(super) fn counter() -> (watch::Sender<usize>, Self) {
        let (sender, receiver) = watch::channel(0);
        (sender, Self(receiver))
    }

    pub(crate) fn times(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until it has been applied this often. The last of these calls may still be without a response.
    pub(crate) async fn reached(&self, times: usize) {
        self.0.clone().wait_for(|struck| *struck >= times).await.expect("the fault was cleared before it struck");
    }
}

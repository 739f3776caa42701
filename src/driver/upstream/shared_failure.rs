//! The failure of a call that several members shared.

use std::sync::Arc;

use super::budget::SharedCharge;
use super::failure::{Failure, FailureKind};
use crate::driver::error::Upstream;

/// A failure after which each member waits before it is sent again.
#[derive(Debug, Clone)]
pub(crate) struct SharedFailure {
    pub(super) kind: MemberFailure,
    pub(super) charge: SharedCharge,
    pub(super) upstream: Arc<Upstream>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberFailure {
    Throttled,
    Fault { may_have_happened: bool },
}

impl SharedFailure {
    /// `None` if the members should be sent alone at once: the failure may concern only one of them.
    pub(crate) fn of(failure: Failure, may_have_happened: bool) -> Option<Self> {
        let kind = if may_have_happened || failure.kind.is_fault() {
            MemberFailure::Fault { may_have_happened }
        } else if matches!(failure.kind, FailureKind::Throttled) {
            MemberFailure::Throttled
        } else {
            return None;
        };
        Some(Self { kind, charge: SharedCharge::default(), upstream: Arc::new(failure.upstream) })
    }

    /// For the members that DynamoDB left unprocessed.
    pub(crate) fn unprocessed() -> Self {
        Self { kind: MemberFailure::Throttled, charge: SharedCharge::default(), upstream: Arc::default() }
    }

    /// The failure of one member.
    pub(crate) fn of_member(&self) -> Failure {
        let Self { kind, charge, upstream } = self;
        let kind = match kind {
            MemberFailure::Throttled => FailureKind::Throttled,
            MemberFailure::Fault { may_have_happened } => {
                FailureKind::SharedFault { charge: charge.clone(), may_have_happened: *may_have_happened }
            }
        };
        let details = Upstream::new(upstream.code(), upstream.request_id());
        let details = details.throttled_by(upstream.throttle_reasons().to_vec()).caused_by(Arc::clone(upstream));
        Failure { kind, upstream: details }
    }
}

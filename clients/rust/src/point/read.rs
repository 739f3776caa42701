use tonic::Status;

use super::rpc;
use crate::call::Operation;
use crate::entry::{entry, time, unreadable};
use crate::{Entry, TtlOutcome, pb};

macro_rules! consistent {
    ($request:ident) => {
        impl crate::Call<crate::pb::$request> {
            /// Reads strongly consistently: sees every write that was acknowledged before, at twice the cost.
            pub fn consistent(self) -> Self {
                self.with(|request| request.consistent_read = true)
            }
        }
    };
}

pub(crate) use consistent;

consistent!(GetRequest);
consistent!(ExistsRequest);
consistent!(GetTtlRequest);
consistent!(BatchGetRequest);

impl Operation for pb::GetRequest {
    type Output = Option<Entry>;
    rpc!(GET, get, GetResponse);

    fn read(&self, response: pb::GetResponse) -> Result<Option<Entry>, Status> {
        entry(response.entry)
    }
}

impl Operation for pb::ExistsRequest {
    type Output = Vec<bool>;
    rpc!(EXISTS, exists, ExistsResponse);

    fn read(&self, response: pb::ExistsResponse) -> Result<Vec<bool>, Status> {
        if response.exists.len() == self.keys.len() {
            Ok(response.exists)
        } else {
            Err(unreadable("another number of results than the call has keys"))
        }
    }
}

impl Operation for pb::GetTtlRequest {
    type Output = TtlOutcome;
    rpc!(GET_TTL, get_ttl, GetTtlResponse);

    fn read(&self, response: pb::GetTtlResponse) -> Result<TtlOutcome, Status> {
        use pb::get_ttl_response::Outcome;
        match response.outcome() {
            Outcome::Ttl => {
                let ttl = response.ttl.and_then(|ttl| ttl.try_into().ok()).ok_or_else(|| unreadable("no ttl"))?;
                let expire_time = time(response.expire_time)?.ok_or_else(|| unreadable("no expire_time"))?;
                Ok(TtlOutcome::Ttl { ttl, expire_time })
            }
            Outcome::NoTtl => Ok(TtlOutcome::NoTtl),
            Outcome::NotFound => Ok(TtlOutcome::NotFound),
            Outcome::Unspecified => Err(unreadable("no known outcome")),
        }
    }
}

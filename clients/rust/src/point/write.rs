use std::time::Duration;

use tonic::Status;

use super::{duration, rpc};
use crate::call::{Call, Operation, Write};
use crate::entry::{entry, time, unreadable};
use crate::{Counter, Deletion, ExpireOutcome, PersistOutcome, Swap, Version, Written, pb};

macro_rules! request_id {
    () => {
        fn request_id(&mut self) -> Option<&mut String> {
            Some(&mut self.request_id)
        }
    };
}

macro_rules! expiry {
    ($request:ident, $module:ident) => {
        impl Call<pb::$request> {
            /// The entry expires this long from now: 1 millisecond to 100 years.
            pub fn ttl(self, ttl: Duration) -> Self {
                self.with(|request| request.expiry = Some(pb::$module::Expiry::Ttl(duration(ttl))))
            }

            /// The entry keeps its expiry time and all other attributes.
            pub fn keep_ttl(self) -> Self {
                self.with(|request| request.expiry = Some(pb::$module::Expiry::KeepTtl(true)))
            }
        }
    };
}

macro_rules! return_current {
    ($request:ident) => {
        impl Call<pb::$request> {
            /// Answers a lost race with the entry as it is.
            pub fn return_current(self) -> Self {
                self.with(|request| request.return_current = true)
            }
        }
    };
}

pub(crate) use request_id;

expiry!(SetRequest, set_request);
expiry!(CompareAndSetRequest, compare_and_set_request);
return_current!(CompareAndSetRequest);
return_current!(CompareAndDeleteRequest);

impl Write for pb::SetRequest {}
impl Write for pb::CompareAndSetRequest {}
impl Write for pb::DeleteRequest {}
impl Write for pb::CompareAndDeleteRequest {}
impl Write for pb::ExpireRequest {}
impl Write for pb::PersistRequest {}
impl Write for pb::IncrementRequest {}

impl Call<pb::SetRequest> {
    /// Answers with the entry that was replaced.
    pub fn return_previous(self) -> Self {
        self.with(|request| request.return_previous = true)
    }
}

impl Operation for pb::SetRequest {
    type Output = Written;
    rpc!(SET, set, SetResponse);
    request_id!();

    fn read(&self, response: pb::SetResponse) -> Result<Written, Status> {
        let pb::SetResponse { version, expire_time, previous, previous_lost } = response;
        Ok(Written {
            version: version.into(),
            expire_time: time(expire_time)?,
            previous: entry(previous)?,
            previous_lost,
        })
    }
}

impl Operation for pb::CompareAndSetRequest {
    type Output = Swap;
    rpc!(COMPARE_AND_SET, compare_and_set, CompareAndSetResponse);
    request_id!();

    fn read(&self, response: pb::CompareAndSetResponse) -> Result<Swap, Status> {
        use pb::compare_and_set_response::Outcome;
        match response.outcome() {
            Outcome::Swapped => {
                Ok(Swap::Swapped { version: written(response.version)?, expire_time: time(response.expire_time)? })
            }
            Outcome::NotSwapped => Ok(Swap::NotSwapped { current: entry(response.current)? }),
            Outcome::Unspecified => Err(unreadable("no known outcome")),
        }
    }
}

impl Call<pb::DeleteRequest> {
    /// Does not ask whether there was such an entry: the result is false and says nothing. The delete may then share a call to
    /// DynamoDB with other writes, and a lost answer of DynamoDB does not make its outcome unknown.
    pub fn omit_existed(self) -> Self {
        self.with(|request| request.omit_existed = true)
    }
}

impl Operation for pb::DeleteRequest {
    type Output = bool;
    rpc!(DELETE, delete, DeleteResponse);
    request_id!();

    fn read(&self, response: pb::DeleteResponse) -> Result<bool, Status> {
        Ok(response.existed)
    }
}

impl Operation for pb::CompareAndDeleteRequest {
    type Output = Deletion;
    rpc!(COMPARE_AND_DELETE, compare_and_delete, CompareAndDeleteResponse);
    request_id!();

    fn read(&self, response: pb::CompareAndDeleteResponse) -> Result<Deletion, Status> {
        let pb::CompareAndDeleteResponse { deleted, current } = response;
        Ok(if deleted { Deletion::Deleted } else { Deletion::NotDeleted { current: entry(current)? } })
    }
}

impl Operation for pb::ExpireRequest {
    type Output = ExpireOutcome;
    rpc!(EXPIRE, expire, ExpireResponse);
    request_id!();

    fn read(&self, response: pb::ExpireResponse) -> Result<ExpireOutcome, Status> {
        use pb::expire_response::Outcome;
        match response.outcome() {
            Outcome::TtlSet => {
                let expire_time = time(response.expire_time)?.ok_or_else(|| unreadable("no expire_time"))?;
                Ok(ExpireOutcome::TtlSet { version: written(response.version)?, expire_time })
            }
            Outcome::NotFound => Ok(ExpireOutcome::NotFound),
            Outcome::Unspecified => Err(unreadable("no known outcome")),
        }
    }
}

impl Operation for pb::PersistRequest {
    type Output = PersistOutcome;
    rpc!(PERSIST, persist, PersistResponse);
    request_id!();

    fn read(&self, response: pb::PersistResponse) -> Result<PersistOutcome, Status> {
        use pb::persist_response::Outcome;
        match response.outcome() {
            Outcome::TtlRemoved => Ok(PersistOutcome::TtlRemoved { version: written(response.version)? }),
            Outcome::NoTtl => Ok(PersistOutcome::NoTtl),
            Outcome::NotFound => Ok(PersistOutcome::NotFound),
            Outcome::Unspecified => Err(unreadable("no known outcome")),
        }
    }
}

impl Call<pb::IncrementRequest> {
    /// What to add; may be negative. 1 by default.
    pub fn by(self, delta: i64) -> Self {
        self.with(|request| request.delta = Some(delta))
    }

    /// What a counter that this call creates starts from: the result is this plus what is added. 0 by default.
    pub fn initial(self, initial: i64) -> Self {
        self.with(|request| request.initial = initial)
    }

    /// The TTL of a counter that this call creates: 1 millisecond to 100 years. No effect on one that exists.
    pub fn ttl(self, ttl: Duration) -> Self {
        self.with(|request| request.ttl = Some(duration(ttl)))
    }
}

impl Operation for pb::IncrementRequest {
    type Output = Counter;
    rpc!(INCREMENT, increment, IncrementResponse);
    request_id!();

    fn read(&self, response: pb::IncrementResponse) -> Result<Counter, Status> {
        let pb::IncrementResponse { value, version, expire_time } = response;
        Ok(Counter { value, version: version.into(), expire_time: time(expire_time)? })
    }
}

fn written(version: Option<String>) -> Result<Version, Status> {
    version.map(Version::from).ok_or_else(|| unreadable("no version"))
}

//! The point operations: the options of each call, and how its answer is read.

mod read;
mod write;

use std::time::Duration;

/// The parts of [`Operation`](crate::call::Operation) that follow from the names in the proto alone. `$stub` is the method of
/// [`Client`](crate::Client) with the stub of the service.
macro_rules! rpc {
    ($method:ident, $call:ident, $response:ident) => {
        crate::point::rpc!($method, stub, $call, $response);
    };
    ($method:ident, $stub:ident, $call:ident, $response:ident) => {
        type Response = crate::pb::$response;

        const METHOD: crate::method::Method = crate::method::$method;

        fn send(
            client: &crate::Client,
            request: tonic::Request<Self>,
        ) -> impl Future<Output = Result<tonic::Response<Self::Response>, tonic::Status>> + Send + use<> {
            let mut stub = client.$stub();
            async move { stub.$call(request).await }
        }
    };
}
pub(crate) use rpc;

macro_rules! on_table {
    ($($request:ident),+ $(,)?) => {
        $(impl crate::call::OnTable for crate::pb::$request {
            fn table(&mut self) -> &mut String {
                &mut self.table
            }
        })+
    };
}
pub(crate) use on_table;
pub(crate) use read::consistent;
pub(crate) use write::request_id;

on_table!(
    GetRequest,
    SetRequest,
    CompareAndSetRequest,
    DeleteRequest,
    CompareAndDeleteRequest,
    ExistsRequest,
    GetTtlRequest,
    ExpireRequest,
    PersistRequest,
    IncrementRequest,
    BatchGetRequest,
);

/// A duration that protobuf cannot hold becomes the longest that it can, which the server refuses with the limit.
pub(crate) fn duration(duration: Duration) -> prost_types::Duration {
    duration.try_into().unwrap_or(prost_types::Duration { seconds: i64::MAX, nanos: 0 })
}

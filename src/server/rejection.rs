//! Errors that are made before or around a handler. Like all others they carry an `ErrorInfo`.

use http::Response;
use tonic::body::Body;
use tonic::{Code, Status};

pub(super) use crate::wire::status::interrupted;
use crate::wire::status::{Reason, message_too_large, status, without_outcome};

/// The status of a call whose request did not arrive in full while there was time: nothing was begun.
pub(super) fn never_arrived() -> Status {
    status(Reason::DeadlineExceeded, "the request did not arrive in full within the time of the call")
}

/// The answer to a call that only reads: it never says whether anything was written. Whoever refuses a call before its handler
/// has it does not ask what the call would do, and says that nothing was.
pub(super) fn of_read(response: Response<Body>) -> Response<Body> {
    restated(response, without_outcome)
}

/// The answer with another status in its headers, if `change` makes one of that it has there.
pub(super) fn restated(response: Response<Body>, change: impl FnOnce(&Status) -> Option<Status>) -> Response<Body> {
    let status = Status::from_header_map(response.headers());
    status.and_then(|status| change(&status)).map_or(response, Status::into_http)
}

/// Gives an `ErrorInfo` to what tonic refuses by itself.
///
/// Tonic reads the request before it calls the handler; if that fails, it answers with a status in the headers and
/// without details. Statuses of handlers always have details, so a bare one of these codes comes from there. Other codes
/// without details belong to the health and reflection services, whose protocols define them.
pub(super) fn explain(response: Response<Body>) -> Response<Body> {
    let Some(bare) = Status::from_header_map(response.headers()).filter(|status| status.details().is_empty()) else {
        return response;
    };
    let explained = match bare.code() {
        Code::OutOfRange => message_too_large(),
        Code::Internal => status(Reason::MalformedMessage, "the request is no single message in gRPC's framing"),
        Code::Unimplemented if bare.message().is_empty() => {
            status(Reason::Unimplemented, "this server has no such method")
        }
        // A compression that the server does not know. The header beside it names those it knows.
        Code::Unimplemented => status(Reason::Unimplemented, bare.message()),
        _ => return response,
    };
    let mut answer = explained.into_http::<Body>();
    if let Some(known) = response.headers().get("grpc-accept-encoding") {
        answer.headers_mut().insert("grpc-accept-encoding", known.clone());
    }
    answer
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    fn outcome(response: &Response<Body>) -> Option<String> {
        let status = Status::from_header_map(response.headers()).unwrap();
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("DEADLINE_EXCEEDED", "dynakv"));
        info.metadata.get("outcome").cloned()
    }

    #[test]
    fn reads_say_nothing_of_what_was_written() {
        let cut_short = || interrupted(Reason::DeadlineExceeded, "the time of the call is used up").into_http();
        assert_eq!(outcome(&cut_short()).as_deref(), Some("UNKNOWN"));
        assert_eq!(outcome(&of_read(cut_short())), None);
        assert_eq!(outcome(&never_arrived().into_http()).as_deref(), Some("NOT_APPLIED"));
        let read = of_read(never_arrived().into_http());
        assert_eq!(outcome(&read), None);
        assert_eq!(read.headers()["content-type"], "application/grpc");
    }

    #[test]
    fn what_is_no_refusal_of_ours_stays_as_it_is() {
        let foreign = of_read(Status::not_found("service not registered").into_http());
        assert_eq!(foreign.headers()["grpc-message"], "service%20not%20registered");
        let answer = of_read(Response::new(Body::empty()));
        assert!(answer.headers().is_empty());
    }
}

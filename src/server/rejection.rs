//! Errors from outside of the handlers. Like all errors, they carry an `ErrorInfo`.

use http::Response;
use tonic::body::Body;
use tonic::{Code, Status};

pub(super) use crate::wire::status::interrupted;
use crate::wire::status::{Reason, message_too_large, status, without_outcome};

/// The status of a call whose request did not arrive in full before its deadline. Nothing was executed.
pub(super) fn request_incomplete() -> Status {
    status(Reason::DeadlineExceeded, "the request did not arrive in full within the time of the call")
}

/// Removes the write outcome from the response to a read. Code that refuses calls before their handlers does not know
/// whether they write and adds NOT_APPLIED to all of them.
pub(super) fn without_write_outcome(response: Response<Body>) -> Response<Body> {
    map_status(response, without_outcome)
}

/// Replaces the status in a response's headers with the result of `change`, if there is one.
pub(super) fn map_status(response: Response<Body>, change: impl FnOnce(&Status) -> Option<Status>) -> Response<Body> {
    let status = Status::from_header_map(response.headers());
    status.and_then(|status| change(&status)).map_or(response, Status::into_http)
}

/// Adds an `ErrorInfo` to errors that come from tonic.
///
/// Tonic decodes the request before it calls the handler. If that fails, it responds with a status without details.
/// Statuses of our handlers always have details, so one without them and with one of these codes comes from tonic.
/// Other codes without details come from the health and reflection services, whose protocols define them.
pub(super) fn add_error_info(response: Response<Body>) -> Response<Body> {
    let Some(bare) = Status::from_header_map(response.headers()).filter(|status| status.details().is_empty()) else {
        return response;
    };
    let explained = match bare.code() {
        Code::OutOfRange => message_too_large(),
        Code::Internal => status(Reason::MalformedMessage, "the request is no single message in gRPC's framing"),
        Code::Unimplemented if bare.message().is_empty() => {
            status(Reason::Unimplemented, "this server has no such method")
        }
        // An unknown compression. The header `grpc-accept-encoding` lists the known ones.
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
        assert_eq!(outcome(&without_write_outcome(cut_short())), None);
        assert_eq!(outcome(&request_incomplete().into_http()).as_deref(), Some("NOT_APPLIED"));
        let read = without_write_outcome(request_incomplete().into_http());
        assert_eq!(outcome(&read), None);
        assert_eq!(read.headers()["content-type"], "application/grpc");
    }

    #[test]
    fn what_is_no_refusal_of_ours_stays_as_it_is() {
        let foreign = without_write_outcome(Status::not_found("service not registered").into_http());
        assert_eq!(foreign.headers()["grpc-message"], "service%20not%20registered");
        let answer = without_write_outcome(Response::new(Body::empty()));
        assert!(answer.headers().is_empty());
    }
}

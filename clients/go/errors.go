package dynakv

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	rpccode "google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// errorDomain marks the ErrorInfo that DynaKV itself made.
const errorDomain = "dynakv"

// An Error is a call that failed. If it was a write and this is not wrapped in an [*OutcomeUnknownError], the write certainly
// did not happen.
//
// A deadline that passed is also [context.DeadlineExceeded] to [errors.Is], and a cancelled context [context.Canceled].
type Error struct {
	// Code is the gRPC code.
	Code codes.Code
	// Reason is DynaKV's reason. Empty if something else made the error: a proxy, a timer or gRPC itself.
	Reason Reason
	// Message is what the server, or whoever made the error, says for people to read.
	Message string
	// Metadata is what DynaKV adds, such as `limit` or `aws_request_id`; errors.proto lists it.
	Metadata map[string]string
	// Fields are the fields of the request that are wrong.
	Fields []FieldViolation
	// RetryDelay is how long to wait before the call is worth another attempt. 0: the server does not say.
	RetryDelay time.Duration

	status *status.Status
}

// A FieldViolation is a field of the request that the server refused.
type FieldViolation struct {
	// Field is its path, such as `expected.version` or `keys[3]`.
	Field string
	// Description says what is wrong with it.
	Description string
}

// An OutcomeUnknownError is a write that may or may not have happened, and of which the server could not find out.
//
// Read the entry to see, or send the same call again with [RequestID]: unless somebody else has changed the
// entry since, a write that has happened is then recognised.
type OutcomeUnknownError struct {
	// RequestID is the id under which the write was sent. Empty for changes of tables, which have none.
	RequestID string
	// Err is the last failure.
	Err *Error
}

func (e *OutcomeUnknownError) Error() string {
	return "dynakv: it is not known whether the write happened: " + e.Err.sentence()
}

// Unwrap gives the failure, so that [errors.As] finds the [*Error] as well.
func (e *OutcomeUnknownError) Unwrap() error { return e.Err }

func (e *Error) Error() string { return "dynakv: " + e.sentence() }

func (e *Error) sentence() string {
	name := string(e.Reason)
	if name == "" {
		name = codeName(e.Code)
	}
	var text strings.Builder
	if e.Message == "" {
		text.WriteString(name)
	} else {
		fmt.Fprintf(&text, "%s (%s)", e.Message, name)
	}
	for _, field := range e.Fields {
		// The message of a refusal often says already what is wrong with the only field.
		if !strings.Contains(e.Message, field.Description) {
			fmt.Fprintf(&text, "; %s: %s", field.Field, field.Description)
		}
	}
	return text.String()
}

// GRPCStatus is the status as it came.
func (e *Error) GRPCStatus() *status.Status { return e.status }

// Is lets [errors.Is] see the end of a context.
func (e *Error) Is(target error) bool {
	return e.Code == codes.DeadlineExceeded && target == context.DeadlineExceeded ||
		e.Code == codes.Canceled && target == context.Canceled
}

// changedNothing: the server gave its word that nothing was written.
func (e *Error) changedNothing() bool { return e.Metadata["outcome"] == "NOT_APPLIED" }

// ReasonOf is the [Reason] of the [*Error] in this error, if there is one.
func ReasonOf(err error) Reason {
	var failed *Error
	if errors.As(err, &failed) {
		return failed.Reason
	}
	return ""
}

func newError(failed *status.Status) *Error {
	e := &Error{Code: failed.Code(), Message: failed.Message(), status: failed}
	for _, detail := range failed.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == errorDomain {
				e.Reason, e.Metadata = Reason(detail.GetReason()), detail.GetMetadata()
			}
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				e.Fields = append(e.Fields, FieldViolation{violation.GetField(), violation.GetDescription()})
			}
		case *errdetails.RetryInfo:
			e.RetryDelay = detail.GetRetryDelay().AsDuration()
		}
	}
	return e
}

// unreadable: the server answered OK, but with something that it never should.
func unreadable(found string) *Error {
	return newError(status.New(codes.Internal, "the server's answer cannot be understood: it has "+found))
}

// codeName is the code as gRPC spells it, such as INVALID_ARGUMENT.
func codeName(code codes.Code) string { return rpccode.Code(code).String() }

package dynakv

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// A call is what the options of a call come to. Which of them a method takes, its parameter's type says.
type call struct {
	client   *Client
	writes   bool
	metadata []string
	grpc     []grpc.CallOption

	table     string
	requestID string

	consistent     bool
	ttl            *durationpb.Duration
	keepTTL        bool
	returnPrevious bool
	returnCurrent  bool
	omitExisted    bool
	delta          *int64
	initial        int64

	condition    Expression
	returnValues ReturnValues

	filter     Expression
	projection Expression
	index      string
	descending bool
	segments   *int32
	prefix     *string
	glob       *string
	pageSize   int32
	pageToken  string
}

// applier is what all options are.
type applier interface{ apply(*call) }

// newRead is a call that changes nothing.
func newRead[O applier](c *Client, options []O) *call {
	made := &call{client: c, table: c.table}
	for _, option := range options {
		option.apply(made)
	}
	return made
}

// newWrite is a call with an id, which stays the same for all its attempts.
func newWrite[O applier](c *Client, options []O) *call {
	made := newRead(c, options)
	made.writes = true
	if made.requestID == "" {
		made.requestID = uuid.NewString()
	}
	return made
}

// once takes the retries off a call whose method has them. An attempt is final from the moment that more of it would have to
// be kept than this; one that never reached a connection is still repeated.
func (c *call) once() { c.grpc = append(c.grpc, grpc.MaxRetryRPCBufferSize(0)) }

// begin gives the call its deadline and its metadata.
func (c *call) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	if len(c.metadata) > 0 {
		ctx = metadata.AppendToOutgoingContext(ctx, c.metadata...)
	}
	if _, has := ctx.Deadline(); has {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.client.timeout)
}

// failed is the error of a call that ended with this status.
func (c *call) failed(failure *Error, tried *attempts) error {
	if c.writes && tried.mayHaveWritten() {
		return &OutcomeUnknownError{RequestID: c.requestID, Err: failure}
	}
	return failure
}

// unreadable is the error of a call whose answer makes no sense. If it was a write, it may have happened.
func (c *call) unreadable(found string) error { return c.doubtful(unreadable(found)) }

func (c *call) doubtful(failure *Error) error {
	if c.writes {
		return &OutcomeUnknownError{RequestID: c.requestID, Err: failure}
	}
	return failure
}

// invoke makes a call with one answer.
func invoke[Q, R any](
	ctx context.Context, c *call, rpc func(context.Context, Q, ...grpc.CallOption) (R, error), request Q,
) (R, error) {
	ctx, cancel := c.begin(ctx)
	defer cancel()
	ctx, tried := watch(ctx)
	response, err := rpc(ctx, request, c.grpc...)
	if err != nil {
		return response, c.failed(newError(status.Convert(err)), tried)
	}
	return response, nil
}

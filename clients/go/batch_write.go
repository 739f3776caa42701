package dynakv

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// A BatchOutcome is what became of an operation of a batch.
type BatchOutcome int

const (
	// BatchApplied means that the entry or item is written or deleted.
	BatchApplied BatchOutcome = iota + 1
	// BatchConditionFailed means that the entry or item was not as expected and is unchanged.
	BatchConditionFailed
	// BatchSuperseded means that a later operation of the batch names the same key; this one was not carried out.
	BatchSuperseded
	// BatchFailed means that it certainly did not happen.
	BatchFailed
	// BatchOutcomeUnknown means that it may or may not have happened.
	BatchOutcomeUnknown
)

func (o BatchOutcome) String() string {
	switch o {
	case BatchApplied:
		return "APPLIED"
	case BatchConditionFailed:
		return "CONDITION_FAILED"
	case BatchSuperseded:
		return "SUPERSEDED"
	case BatchFailed:
		return "FAILED"
	case BatchOutcomeUnknown:
		return "OUTCOME_UNKNOWN"
	default:
		return "UNSPECIFIED"
	}
}

// BatchResult is what became of one operation of a batch. C is what it shows if the condition failed.
type BatchResult[C any] struct {
	// Outcome says which of the other fields there are.
	Outcome BatchOutcome
	// Version is, of what is applied and writes, that of the entry or item as written.
	Version string
	// ExpireTime is when the entry or item expires, if an operation that is applied gave a TTL.
	ExpireTime time.Time
	// Existed is, with ReportExisted, whether there was an entry or item.
	Existed bool
	// Current is, with ReturnCurrent and if the condition failed, the entry or item as it is. Nil if there is none.
	Current C
	// CurrentOmitted: Current was asked for and left out, because the response would have become too large.
	CurrentOmitted bool
	// Err is why it failed: an [*Error] on BatchFailed, an [*OutcomeUnknownError] on BatchOutcomeUnknown.
	Err error
}

// BatchWriteResult is what became of one operation of a [Client.BatchWrite].
type BatchWriteResult = BatchResult[*Entry]

// BatchWrite carries out any number of sets and deletes, and says of each, in their order, what became of it. There is no order
// among them, but of several on one key only the last is carried out. It fails if all failed with the same code.
//
// They are sent in requests of up to 10,000 operations and 16 MiB, one after the other, under ids that follow from the request id
// of the whole. Each has the time of a call, unless the context has a deadline, and is retried like one, unless it has a
// conditional delete; an operation that failed by itself is not sent again. A request that is refused leaves the others in force.
func (c *Client) BatchWrite(
	ctx context.Context, operations []BatchOperation, options ...WriteOption,
) ([]BatchWriteResult, error) {
	made := newWrite(c, options)
	positions := lastOnKey(operations)
	wire := make([]*dynakvpb.BatchWriteOperation, len(positions))
	for i, position := range positions {
		wire[i] = operations[position].wire()
	}
	write := batchWrite[*dynakvpb.BatchWriteOperation, *Entry]{
		call: made, count: len(operations), operations: wire, positions: positions,
		beside:   proto.Size(&dynakvpb.BatchWriteRequest{Table: made.table, RequestId: made.requestID}),
		onceOnly: func(position int) bool { return operations[position].onceOnly() },
		send: func(ctx context.Context, c *call, operations []*dynakvpb.BatchWriteOperation) ([]BatchWriteResult, error) {
			response, err := c.client.kv.BatchWrite(ctx, &dynakvpb.BatchWriteRequest{
				Table: c.table, Operations: operations, RequestId: c.requestID,
			}, c.grpc...)
			results := make([]BatchWriteResult, len(response.GetResults()))
			for i, result := range response.GetResults() {
				results[i] = batchResult(c, BatchOutcome(result.GetOutcome()), result, entryIfAny(result.Current))
			}
			return results, err
		},
	}
	return write.run(ctx)
}

// lastOnKey are the positions of the operations to send. The last on a key wins however many requests the batch takes, so the
// others are not even sent.
func lastOnKey(operations []BatchOperation) []int {
	last := make(map[string]int, len(operations))
	for position, operation := range operations {
		last[operation.key()] = position
	}
	positions := make([]int, 0, len(last))
	for position, operation := range operations {
		if last[operation.key()] == position {
			positions = append(positions, position)
		}
	}
	return positions
}

// partID is the same for every attempt at the same batch. The first part has the id of the whole.
func partID(requestID string, number int) string {
	if number == 0 {
		return requestID
	}
	// What is no UUID the server refuses, in the first part as in the others.
	whole, err := uuid.Parse(requestID)
	if err != nil {
		return requestID
	}
	return uuid.NewSHA1(whole, []byte(strconv.Itoa(number))).String()
}

// A batchWrite sends operations O in requests of one part each. C is what an operation shows if its condition failed.
type batchWrite[O proto.Message, C any] struct {
	call *call
	// count is how many operations the caller has.
	count int
	// operations are those to send, and positions where the caller has them.
	operations []O
	positions  []int
	// beside is what a request takes without any of them.
	beside int
	// onceOnly: a second attempt could turn the answer of the operation at this position into another one.
	onceOnly func(position int) bool
	// send sends one request.
	send func(context.Context, *call, []O) ([]BatchResult[C], error)
}

// run gives one result for each of the caller's operations.
func (b *batchWrite[O, C]) run(ctx context.Context) ([]BatchResult[C], error) {
	results := slices.Repeat([]BatchResult[C]{{Outcome: BatchSuperseded}}, b.count)
	size := func(i int) int { return proto.Size(b.operations[i]) }
	for number, part := range split(len(b.operations), size, b.beside) {
		writer := batchWriter[O, C]{batchWrite: b, call: *b.call, part: part}
		writer.call.requestID = partID(b.call.requestID, number)
		if slices.ContainsFunc(b.positions[part.start:part.end], b.onceOnly) {
			writer.call.once()
		}
		for i, result := range writer.write(ctx) {
			results[b.positions[part.start+i]] = result
		}
	}
	errs := make([]error, len(b.positions))
	for i, position := range b.positions {
		errs[i] = results[position].Err
	}
	if err := b.call.commonBatchFailure(errs); err != nil {
		return nil, err
	}
	return results, nil
}

// A batchWriter sends one request.
type batchWriter[O proto.Message, C any] struct {
	*batchWrite[O, C]
	call call
	part span
}

// write gives one result for each operation of the part.
func (w *batchWriter[O, C]) write(ctx context.Context) []BatchResult[C] {
	ctx, cancel := w.call.begin(ctx)
	defer cancel()
	ctx, tried := watch(ctx)
	results, err := w.send(ctx, &w.call, w.operations[w.part.start:w.part.end])
	if err != nil {
		failure := newError(inCallersWords(status.Convert(err), w.position))
		return w.all(w.call.failed(failure, tried))
	}
	if len(results) != w.part.end-w.part.start {
		return w.all(w.call.unreadable("another number of results than the call has operations"))
	}
	return results
}

func (w *batchWriter[O, C]) position(index int) (int, bool) {
	if index < 0 || index >= w.part.end-w.part.start {
		return 0, false
	}
	return w.positions[w.part.start+index], true
}

func (w *batchWriter[O, C]) all(err error) []BatchResult[C] {
	return slices.Repeat([]BatchResult[C]{failedResult[C](err)}, w.part.end-w.part.start)
}

func failedResult[C any](err error) BatchResult[C] {
	if _, isUnknown := err.(*OutcomeUnknownError); isUnknown {
		return BatchResult[C]{Outcome: BatchOutcomeUnknown, Err: err}
	}
	return BatchResult[C]{Outcome: BatchFailed, Err: err}
}

// wireResult is what the results of all batches have in common.
type wireResult interface {
	GetVersion() string
	GetExpireTime() *timestamppb.Timestamp
	GetExisted() bool
	GetCurrentOmitted() bool
	GetFailed() *spb.Status
}

// batchResult reads a result. The outcomes of all batches have the same numbers, which are those of [BatchOutcome].
func batchResult[C any](c *call, outcome BatchOutcome, result wireResult, current C) BatchResult[C] {
	switch outcome {
	case BatchApplied:
		return BatchResult[C]{
			Outcome: BatchApplied, Version: result.GetVersion(), ExpireTime: timeOf(result.GetExpireTime()),
			Existed: result.GetExisted(),
		}
	case BatchConditionFailed:
		return BatchResult[C]{Outcome: BatchConditionFailed, Current: current, CurrentOmitted: result.GetCurrentOmitted()}
	case BatchSuperseded:
		return BatchResult[C]{Outcome: BatchSuperseded}
	case BatchFailed:
		failure := newError(status.FromProto(result.GetFailed()))
		if failure.changedNothing() {
			return failedResult[C](failure)
		}
		return failedResult[C](c.doubtful(failure))
	default:
		return failedResult[C](c.unreadable("no known outcome"))
	}
}

// commonBatchFailure is the error of a batch of which all that was sent failed alike.
func (c *call) commonBatchFailure(sent []error) error {
	failures := make([]*Error, len(sent))
	isKnown := true
	for i, err := range sent {
		switch err := err.(type) {
		case *Error:
			failures[i] = err
		case *OutcomeUnknownError:
			failures[i], isKnown = err.Err, false
		}
	}
	failure := commonFailure(failures)
	switch {
	case failure == nil:
		return nil
	case isKnown:
		return failure
	default:
		return c.doubtful(failure)
	}
}

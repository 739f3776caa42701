package dynakv

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// A BatchOutcome is what became of an operation of a batch.
type BatchOutcome int

const (
	// BatchApplied means that the entry is written or deleted.
	BatchApplied BatchOutcome = iota + 1
	// BatchConditionFailed means that the entry was not as expected and is unchanged.
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

// BatchWriteResult is what became of one operation of a [Client.BatchWrite].
type BatchWriteResult struct {
	// Outcome says which of the other fields there are.
	Outcome BatchOutcome
	// Version is, of a set that is applied, that of the entry as written.
	Version string
	// ExpireTime is when the entry expires, if a set that is applied gave a TTL.
	ExpireTime time.Time
	// Existed is, with ReportExisted, whether there was an entry.
	Existed bool
	// Current is, with ReturnCurrent and if the condition failed, the entry as it is. Nil if there is none.
	Current *Entry
	// CurrentOmitted: Current was asked for and left out, because the response would have become too large.
	CurrentOmitted bool
	// Err is why it failed: an [*Error] on BatchFailed, an [*OutcomeUnknownError] on BatchOutcomeUnknown.
	Err error
}

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
	results := slices.Repeat([]BatchWriteResult{{Outcome: BatchSuperseded}}, len(operations))
	beside := proto.Size(&dynakvpb.BatchWriteRequest{Table: made.table, RequestId: made.requestID})
	for number, part := range split(len(wire), func(i int) int { return proto.Size(wire[i]) }, beside) {
		writer := batchWriter{call: *made, operations: wire[part.start:part.end], positions: positions[part.start:part.end]}
		writer.call.requestID = partID(made.requestID, number)
		isOnce := func(position int) bool { return operations[position].onceOnly() }
		if slices.ContainsFunc(writer.positions, isOnce) {
			writer.call.once()
		}
		for i, result := range writer.write(ctx) {
			results[writer.positions[i]] = result
		}
	}
	if err := made.commonBatchFailure(results, positions); err != nil {
		return nil, err
	}
	return results, nil
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

// A batchWriter sends one request.
type batchWriter struct {
	call       call
	operations []*dynakvpb.BatchWriteOperation
	positions  []int
}

// write gives one result for each operation.
func (w *batchWriter) write(ctx context.Context) []BatchWriteResult {
	ctx, cancel := w.call.begin(ctx)
	defer cancel()
	ctx, tried := watch(ctx)
	response, err := w.call.client.kv.BatchWrite(ctx, &dynakvpb.BatchWriteRequest{
		Table: w.call.table, Operations: w.operations, RequestId: w.call.requestID,
	}, w.call.grpc...)
	if err != nil {
		failure := newError(inCallersWords(status.Convert(err), w.position))
		return w.all(w.call.failed(failure, tried))
	}
	if len(response.GetResults()) != len(w.operations) {
		return w.all(w.call.unreadable("another number of results than the call has operations"))
	}
	results := make([]BatchWriteResult, len(w.operations))
	for i, result := range response.GetResults() {
		results[i] = w.result(result)
	}
	return results
}

func (w *batchWriter) position(index int) (int, bool) {
	if index < 0 || index >= len(w.positions) {
		return 0, false
	}
	return w.positions[index], true
}

func (w *batchWriter) all(err error) []BatchWriteResult {
	return slices.Repeat([]BatchWriteResult{failedResult(err)}, len(w.operations))
}

func failedResult(err error) BatchWriteResult {
	if _, isUnknown := err.(*OutcomeUnknownError); isUnknown {
		return BatchWriteResult{Outcome: BatchOutcomeUnknown, Err: err}
	}
	return BatchWriteResult{Outcome: BatchFailed, Err: err}
}

func (w *batchWriter) result(result *dynakvpb.BatchWriteResult) BatchWriteResult {
	switch result.GetOutcome() {
	case dynakvpb.BatchWriteResult_OUTCOME_APPLIED:
		return BatchWriteResult{
			Outcome: BatchApplied, Version: result.GetVersion(), ExpireTime: timeOf(result.GetExpireTime()),
			Existed: result.GetExisted(),
		}
	case dynakvpb.BatchWriteResult_OUTCOME_CONDITION_FAILED:
		return BatchWriteResult{
			Outcome: BatchConditionFailed, Current: entryIfAny(result.Current), CurrentOmitted: result.GetCurrentOmitted(),
		}
	case dynakvpb.BatchWriteResult_OUTCOME_SUPERSEDED:
		return BatchWriteResult{Outcome: BatchSuperseded}
	case dynakvpb.BatchWriteResult_OUTCOME_FAILED:
		failure := newError(status.FromProto(result.GetFailed()))
		if failure.changedNothing() {
			return failedResult(failure)
		}
		return failedResult(w.call.doubtful(failure))
	default:
		return failedResult(w.call.unreadable("no known outcome"))
	}
}

// commonBatchFailure is the error of a batch of which all that was sent failed alike.
func (c *call) commonBatchFailure(results []BatchWriteResult, sent []int) error {
	failures := make([]*Error, len(sent))
	isKnown := true
	for i, position := range sent {
		switch err := results[position].Err.(type) {
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

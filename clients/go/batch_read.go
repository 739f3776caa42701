package dynakv

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// BatchGetResult is what became of one key of a [Client.BatchGet].
type BatchGetResult struct {
	// Entry is what was found, if Found.
	Entry Entry
	// Found: there is such an entry.
	Found bool
	// Err is why the key could not be read: an [*Error]. Nil if it could.
	Err error
}

// BatchGet reads any number of entries, and says of each key, in their order, what became of it. It fails if all keys failed with
// the same code.
//
// They are sent in requests of up to 10,000 keys and 16 MiB, one after the other. Each has the time of a call, unless the context
// has a deadline, and is retried like one; a key that failed by itself is not asked for again.
func (c *Client) BatchGet(ctx context.Context, keys []string, options ...ReadOption) ([]BatchGetResult, error) {
	results := make([]BatchGetResult, len(keys))
	failures := make([]*Error, len(keys))
	for position, result := range c.BatchGetStream(ctx, keys, options...) {
		results[position] = result
		errors.As(result.Err, &failures[position])
	}
	if failure := commonFailure(failures); failure != nil {
		return nil, failure
	}
	return results, nil
}

// BatchGetStream reads any number of entries, and gives the answers as they come in: each position of the keys exactly once, in no
// particular order. A request that fails for good, or breaks off, leaves its keys with an error.
//
// Whoever takes the answers slowly slows the reading; whoever leaves the loop ends it.
func (c *Client) BatchGetStream(ctx context.Context, keys []string, options ...ReadOption) iter.Seq2[int, BatchGetResult] {
	made := newRead(c, options)
	request := &dynakvpb.BatchGetRequest{Table: made.table, ConsistentRead: made.consistent}
	parts := split(len(keys), func(position int) int { return len(keys[position]) }, proto.Size(request))
	return func(yield func(int, BatchGetResult) bool) {
		for _, part := range parts {
			request := proto.CloneOf(request)
			request.Keys = keys[part.start:part.end]
			reader := batchReader{call: made, part: part, unanswered: make(map[int]struct{}, part.end-part.start)}
			for position := part.start; position < part.end; position++ {
				reader.unanswered[position] = struct{}{}
			}
			if !reader.read(ctx, request, yield) {
				return
			}
		}
	}
}

// A batchReader reads the answers to one request.
type batchReader struct {
	call       *call
	part       span
	unanswered map[int]struct{}
}

// read gives away the answers as they come in, and false if nobody wants more of them.
func (r *batchReader) read(ctx context.Context, request *dynakvpb.BatchGetRequest, yield func(int, BatchGetResult) bool) bool {
	ctx, cancel := r.call.begin(ctx)
	defer cancel()
	stream, err := r.call.client.kv.BatchGet(ctx, request, r.call.grpc...)
	if err != nil {
		return r.fail(newError(status.Convert(err)), yield)
	}
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return r.fail(unreadable("no result for some of the keys"), yield)
		}
		if err != nil {
			return r.fail(newError(inCallersWords(status.Convert(err), r.position)), yield)
		}
		for _, result := range message.GetResults() {
			position, known := r.position(int(result.GetIndex()))
			if _, isWaiting := r.unanswered[position]; !known || !isWaiting {
				return r.fail(unreadable("a result that belongs to no key"), yield)
			}
			delete(r.unanswered, position)
			if !yield(position, newBatchGetResult(result)) {
				return false
			}
		}
	}
}

func (r *batchReader) position(index int) (int, bool) {
	return r.part.start + index, index >= 0 && index < r.part.end-r.part.start
}

// fail answers for what has no answer, if there is such.
func (r *batchReader) fail(failure *Error, yield func(int, BatchGetResult) bool) bool {
	for position := r.part.start; position < r.part.end; position++ {
		if _, isWaiting := r.unanswered[position]; isWaiting && !yield(position, BatchGetResult{Err: failure}) {
			return false
		}
	}
	return true
}

func newBatchGetResult(result *dynakvpb.BatchGetResult) BatchGetResult {
	switch result := result.GetResult().(type) {
	case *dynakvpb.BatchGetResult_Found:
		return BatchGetResult{Entry: newEntry(result.Found), Found: true}
	case *dynakvpb.BatchGetResult_Missing_:
		return BatchGetResult{}
	case *dynakvpb.BatchGetResult_Failed:
		return BatchGetResult{Err: newError(status.FromProto(result.Failed))}
	default:
		return BatchGetResult{Err: unreadable("a result that is none of the known ones")}
	}
}

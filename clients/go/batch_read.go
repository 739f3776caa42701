package dynakv

import (
	"context"
	"errors"
	"io"
	"iter"

	"google.golang.org/grpc"
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
	answers := c.BatchGetStream(ctx, keys, options...)
	return collect(len(keys), answers, func(result BatchGetResult) error { return result.Err })
}

// BatchGetStream reads any number of entries, and gives the answers as they come in: each position of the keys exactly once, in no
// particular order. A request that fails for good, or breaks off, leaves its keys with an error.
//
// Whoever takes the answers slowly slows the reading; whoever leaves the loop ends it.
func (c *Client) BatchGetStream(ctx context.Context, keys []string, options ...ReadOption) iter.Seq2[int, BatchGetResult] {
	made := newRead(c, options)
	request := &dynakvpb.BatchGetRequest{Table: made.table, ConsistentRead: made.consistent}
	read := batchRead[dynakvpb.BatchGetResponse, BatchGetResult]{
		call:  made,
		parts: split(len(keys), func(position int) int { return len(keys[position]) }, proto.Size(request)),
		open: func(ctx context.Context, part span) (grpc.ServerStreamingClient[dynakvpb.BatchGetResponse], error) {
			request := proto.CloneOf(request)
			request.Keys = keys[part.start:part.end]
			return c.kv.BatchGet(ctx, request, made.grpc...)
		},
		results: func(message *dynakvpb.BatchGetResponse, yield func(uint32, BatchGetResult) bool) {
			for _, result := range message.GetResults() {
				if !yield(result.GetIndex(), newBatchGetResult(result)) {
					return
				}
			}
		},
		failed: func(err error) BatchGetResult { return BatchGetResult{Err: err} },
	}
	return read.stream(ctx)
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

// collect puts the answers in the order of the request. It fails if all of them failed with the same code.
func collect[R any](count int, answers iter.Seq2[int, R], failed func(R) error) ([]R, error) {
	results := make([]R, count)
	failures := make([]*Error, count)
	for position, result := range answers {
		results[position] = result
		errors.As(failed(result), &failures[position])
	}
	if failure := commonFailure(failures); failure != nil {
		return nil, failure
	}
	return results, nil
}

// A batchRead reads in requests of one part each, which are answered by messages M with results R.
type batchRead[M, R any] struct {
	call  *call
	parts []span
	// open sends the request of a part.
	open func(context.Context, span) (grpc.ServerStreamingClient[M], error)
	// results gives away those of a message, with their indexes in the request.
	results func(message *M, yield func(uint32, R) bool)
	// failed is the result of what could not be read.
	failed func(error) R
}

// stream gives the answers as they come in.
func (b *batchRead[M, R]) stream(ctx context.Context) iter.Seq2[int, R] {
	return func(yield func(int, R) bool) {
		for _, part := range b.parts {
			reader := batchReader[M, R]{batchRead: b, part: part, unanswered: make(map[int]struct{}, part.end-part.start)}
			for position := part.start; position < part.end; position++ {
				reader.unanswered[position] = struct{}{}
			}
			if !reader.read(ctx, yield) {
				return
			}
		}
	}
}

// A batchReader reads the answers to one request.
type batchReader[M, R any] struct {
	*batchRead[M, R]
	part       span
	unanswered map[int]struct{}
}

// read gives away the answers as they come in, and false if nobody wants more of them.
func (r *batchReader[M, R]) read(ctx context.Context, yield func(int, R) bool) bool {
	ctx, cancel := r.call.begin(ctx)
	defer cancel()
	stream, err := r.open(ctx, r.part)
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
		wanted, known := r.take(message, yield)
		if !wanted {
			return false
		}
		if !known {
			return r.fail(unreadable("a result that belongs to no key"), yield)
		}
	}
}

// take gives away the results of a message. Wanted is false if nobody wants more of them, known if one belongs to no key.
func (r *batchReader[M, R]) take(message *M, yield func(int, R) bool) (wanted, known bool) {
	wanted, known = true, true
	r.results(message, func(index uint32, result R) bool {
		position, inPart := r.position(int(index))
		if _, isWaiting := r.unanswered[position]; !inPart || !isWaiting {
			known = false
			return false
		}
		delete(r.unanswered, position)
		wanted = yield(position, result)
		return wanted
	})
	return wanted, known
}

func (r *batchReader[M, R]) position(index int) (int, bool) {
	return r.part.start + index, index >= 0 && index < r.part.end-r.part.start
}

// fail answers for what has no answer, if there is such.
func (r *batchReader[M, R]) fail(failure *Error, yield func(int, R) bool) bool {
	for position := r.part.start; position < r.part.end; position++ {
		if _, isWaiting := r.unanswered[position]; isWaiting && !yield(position, r.failed(failure)) {
			return false
		}
	}
	return true
}

package dynakv

import (
	"context"
	"sync"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// attempts watches what gRPC's retries hide: a call whose last attempt certainly changed nothing may have had an earlier one
// that did.
type attempts struct {
	mu sync.Mutex
	// doubtful: an attempt was sent and failed without the server's word that nothing was written.
	doubtful bool
	// beforeLast is what doubtful was before the last attempt ended.
	beforeLast bool
}

func (a *attempts) mayHaveWritten() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.doubtful
}

type (
	attemptsKey struct{}
	attemptKey  struct{}
)

// watch begins to record the attempts of the call of this context.
func watch(ctx context.Context) (context.Context, *attempts) {
	all := &attempts{}
	return context.WithValue(ctx, attemptsKey{}, all), all
}

// An attempt is one of a call's.
type attempt struct {
	all *attempts
	// sent: the request left this process as a whole.
	sent bool
}

// recorder tells [attempts] what gRPC does. Events of one attempt come one after the other.
type recorder struct{}

func (recorder) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	all, isWatched := ctx.Value(attemptsKey{}).(*attempts)
	if !isWatched {
		return ctx
	}
	return context.WithValue(ctx, attemptKey{}, &attempt{all: all})
}

func (recorder) HandleRPC(ctx context.Context, event stats.RPCStats) {
	current, isWatched := ctx.Value(attemptKey{}).(*attempt)
	if !isWatched {
		return
	}
	switch event := event.(type) {
	case *stats.Begin:
		if event.IsTransparentRetryAttempt {
			current.all.forgetLast()
		}
	case *stats.OutPayload:
		current.sent = true
	case *stats.End:
		current.all.ended(event.Error != nil && current.sent && !vouchesForNothing(event))
	}
}

func (a *attempts) ended(doubtful bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.beforeLast = a.doubtful
	a.doubtful = a.doubtful || doubtful
}

// forgetLast: gRPC knows from the protocol that the server never processed the last attempt.
func (a *attempts) forgetLast() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.doubtful = a.beforeLast
}

// vouchesForNothing: the server says that nothing was written.
func vouchesForNothing(end *stats.End) bool {
	if failed, isStatus := status.FromError(end.Error); isStatus && newError(failed).changedNothing() {
		return true
	}
	// Where sending broke off because the answer was there already, the error is io.EOF and the answer in the trailer.
	for _, encoded := range end.Trailer.Get("grpc-status-details-bin") {
		var details spb.Status
		if proto.Unmarshal([]byte(encoded), &details) == nil && newError(status.FromProto(&details)).changedNothing() {
			return true
		}
	}
	return false
}

func (recorder) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (recorder) HandleConn(context.Context, stats.ConnStats) {}

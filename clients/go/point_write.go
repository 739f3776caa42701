package dynakv

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// SetResult is what [Client.Set] wrote.
type SetResult struct {
	// Version is that of the entry as written.
	Version string
	// ExpireTime is when the entry expires. Zero if the call gave no TTL.
	ExpireTime time.Time
	// Previous is, with [ReturnPrevious], the entry that was replaced. Nil if there was none.
	Previous *Entry
	// PreviousLost: with [ReturnPrevious], the write happened, but which entry it replaced is lost.
	PreviousLost bool
}

// Set writes one entry, whatever was there, without a TTL unless [TTL] or [KeepTTL] says otherwise.
func (c *Client) Set(ctx context.Context, key string, value []byte, options ...SetOption) (SetResult, error) {
	made := newWrite(c, options)
	request := &dynakvpb.SetRequest{
		Table: made.table, Key: key, Value: value, ReturnPrevious: made.returnPrevious, RequestId: made.requestID,
	}
	switch {
	case made.ttl != nil:
		request.Expiry = &dynakvpb.SetRequest_Ttl{Ttl: made.ttl}
	case made.keepTTL:
		request.Expiry = &dynakvpb.SetRequest_KeepTtl{KeepTtl: true}
	}
	response, err := invoke(ctx, made, c.kv.Set, request)
	if err != nil {
		return SetResult{}, err
	}
	return SetResult{
		Version:      response.GetVersion(),
		ExpireTime:   timeOf(response.GetExpireTime()),
		Previous:     entryIfAny(response.Previous),
		PreviousLost: response.GetPreviousLost(),
	}, nil
}

// CompareAndSetResult is what became of a [Client.CompareAndSet].
type CompareAndSetResult struct {
	// Swapped: the entry was as expected and is written. Otherwise it is unchanged.
	Swapped bool
	// Version is that of the entry as written; only if swapped.
	Version string
	// ExpireTime is when the entry expires, if swapped and the call gave a TTL.
	ExpireTime time.Time
	// Current is, with [ReturnCurrent] and if not swapped, the entry as it is. Nil if there is none.
	Current *Entry
}

// CompareAndSet writes one entry if it is as expected, in one atomic step. A lost race is a result.
//
// If an answer is lost the call is sent again; a write that has happened is then recognised, unless somebody else has changed the
// entry in between.
func (c *Client) CompareAndSet(
	ctx context.Context, key string, value []byte, expected Expected, options ...CompareAndSetOption,
) (CompareAndSetResult, error) {
	made := newWrite(c, options)
	request := &dynakvpb.CompareAndSetRequest{
		Table: made.table, Key: key, Value: value, Expected: expected.wire,
		ReturnCurrent: made.returnCurrent, RequestId: made.requestID,
	}
	switch {
	case made.ttl != nil:
		request.Expiry = &dynakvpb.CompareAndSetRequest_Ttl{Ttl: made.ttl}
	case made.keepTTL:
		request.Expiry = &dynakvpb.CompareAndSetRequest_KeepTtl{KeepTtl: true}
	}
	response, err := invoke(ctx, made, c.kv.CompareAndSet, request)
	if err != nil {
		return CompareAndSetResult{}, err
	}
	switch response.GetOutcome() {
	case dynakvpb.CompareAndSetResponse_OUTCOME_SWAPPED:
		return CompareAndSetResult{
			Swapped: true, Version: response.GetVersion(), ExpireTime: timeOf(response.GetExpireTime()),
		}, nil
	case dynakvpb.CompareAndSetResponse_OUTCOME_NOT_SWAPPED:
		return CompareAndSetResult{Current: entryIfAny(response.Current)}, nil
	default:
		return CompareAndSetResult{}, made.unreadable("no known outcome")
	}
}

// Delete deletes one entry, whatever it holds, and says whether there was one, unless [OmitExisted] is given.
func (c *Client) Delete(ctx context.Context, key string, options ...DeleteOption) (existed bool, err error) {
	made := newWrite(c, options)
	response, err := invoke(ctx, made, c.kv.Delete, &dynakvpb.DeleteRequest{
		Table: made.table, Key: key, RequestId: made.requestID, OmitExisted: made.omitExisted,
	})
	return response.GetExisted(), err
}

// CompareAndDeleteResult is what became of a [Client.CompareAndDelete].
type CompareAndDeleteResult struct {
	// Deleted: the entry was as expected and is deleted. Otherwise it is unchanged.
	Deleted bool
	// Current is, with [ReturnCurrent] and if not deleted, the entry as it is. Nil if there is none.
	Current *Entry
}

// CompareAndDelete deletes one entry if it is as expected, which cannot be [ExpectAbsent]: for example, to release a lock that is
// still one's own.
//
// Never sent again by itself: a second attempt would find nothing and call it a lost race.
func (c *Client) CompareAndDelete(
	ctx context.Context, key string, expected Expected, options ...CompareAndDeleteOption,
) (CompareAndDeleteResult, error) {
	made := newWrite(c, options)
	response, err := invoke(ctx, made, c.kv.CompareAndDelete, &dynakvpb.CompareAndDeleteRequest{
		Table: made.table, Key: key, Expected: expected.wire,
		ReturnCurrent: made.returnCurrent, RequestId: made.requestID,
	})
	if err != nil {
		return CompareAndDeleteResult{}, err
	}
	return CompareAndDeleteResult{Deleted: response.GetDeleted(), Current: entryIfAny(response.Current)}, nil
}

// ExpireResult is what became of a [Client.Expire].
type ExpireResult struct {
	// Outcome is TTLSet or NotFound.
	Outcome TTLOutcome
	// Version is that of the entry as written; only on TTLSet.
	Version string
	// ExpireTime is when the entry expires; only on TTLSet.
	ExpireTime time.Time
}

// Expire gives an entry a TTL, or a new one, counted from now: 1 millisecond to 100 years. The value stays.
func (c *Client) Expire(ctx context.Context, key string, ttl time.Duration, options ...WriteOption) (ExpireResult, error) {
	made := newWrite(c, options)
	response, err := invoke(ctx, made, c.kv.Expire, &dynakvpb.ExpireRequest{
		Table: made.table, Key: key, Ttl: durationpb.New(ttl), RequestId: made.requestID,
	})
	if err != nil {
		return ExpireResult{}, err
	}
	switch response.GetOutcome() {
	case dynakvpb.ExpireResponse_OUTCOME_TTL_SET:
		return ExpireResult{TTLSet, response.GetVersion(), timeOf(response.GetExpireTime())}, nil
	case dynakvpb.ExpireResponse_OUTCOME_NOT_FOUND:
		return ExpireResult{Outcome: NotFound}, nil
	default:
		return ExpireResult{}, made.unreadable("no known outcome")
	}
}

// PersistResult is what became of a [Client.Persist].
type PersistResult struct {
	// Outcome is TTLRemoved, NoTTL or NotFound.
	Outcome TTLOutcome
	// Version is that of the entry as written; only on TTLRemoved.
	Version string
}

// Persist takes the TTL off an entry. The value stays.
func (c *Client) Persist(ctx context.Context, key string, options ...WriteOption) (PersistResult, error) {
	made := newWrite(c, options)
	response, err := invoke(ctx, made, c.kv.Persist, &dynakvpb.PersistRequest{
		Table: made.table, Key: key, RequestId: made.requestID,
	})
	if err != nil {
		return PersistResult{}, err
	}
	switch response.GetOutcome() {
	case dynakvpb.PersistResponse_OUTCOME_TTL_REMOVED:
		return PersistResult{TTLRemoved, response.GetVersion()}, nil
	case dynakvpb.PersistResponse_OUTCOME_NO_TTL:
		return PersistResult{Outcome: NoTTL}, nil
	case dynakvpb.PersistResponse_OUTCOME_NOT_FOUND:
		return PersistResult{Outcome: NotFound}, nil
	default:
		return PersistResult{}, made.unreadable("no known outcome")
	}
}

// IncrementResult is a counter after a [Client.Increment].
type IncrementResult struct {
	// Value is what it stands at.
	Value int64
	// Version is that of the entry as written.
	Version string
	// ExpireTime is when the counter expires. Zero if it has no TTL.
	ExpireTime time.Time
}

// Increment adds 1 to a counter, or what [By] says, and creates it if it is absent.
//
// Never sent again by itself: only while nobody else changes the counter would a second attempt count once.
func (c *Client) Increment(ctx context.Context, key string, options ...IncrementOption) (IncrementResult, error) {
	made := newWrite(c, options)
	response, err := invoke(ctx, made, c.kv.Increment, &dynakvpb.IncrementRequest{
		Table: made.table, Key: key, Ttl: made.ttl, Delta: made.delta, Initial: made.initial, RequestId: made.requestID,
	})
	if err != nil {
		return IncrementResult{}, err
	}
	return IncrementResult{response.GetValue(), response.GetVersion(), timeOf(response.GetExpireTime())}, nil
}

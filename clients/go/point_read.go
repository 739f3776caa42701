package dynakv

import (
	"context"
	"time"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// Get reads one entry. Found is false if there is none.
func (c *Client) Get(ctx context.Context, key string, options ...ReadOption) (entry Entry, found bool, err error) {
	made := newRead(c, options)
	response, err := invoke(ctx, made, c.kv.Get, &dynakvpb.GetRequest{
		Table: made.table, Key: key, ConsistentRead: made.consistent,
	})
	if err != nil || response.Entry == nil {
		return Entry{}, false, err
	}
	return newEntry(response.Entry), true, nil
}

// Exists says of up to 100 keys, in their order, whether they exist.
func (c *Client) Exists(ctx context.Context, keys []string, options ...ReadOption) ([]bool, error) {
	made := newRead(c, options)
	response, err := invoke(ctx, made, c.kv.Exists, &dynakvpb.ExistsRequest{
		Table: made.table, Keys: keys, ConsistentRead: made.consistent,
	})
	if err != nil {
		return nil, err
	}
	if len(response.GetExists()) != len(keys) {
		return nil, made.unreadable("another number of results than the call has keys")
	}
	return response.GetExists(), nil
}

// A TTLOutcome is what there is to say about a TTL.
type TTLOutcome int

const (
	// HasTTL means that the entry exists and has a TTL.
	HasTTL TTLOutcome = iota + 1
	// NoTTL means that the entry exists and has none.
	NoTTL
	// NotFound means that there is no such entry.
	NotFound
	// TTLSet means that the entry has the new TTL.
	TTLSet
	// TTLRemoved means that the entry had a TTL and no longer expires.
	TTLRemoved
)

func (o TTLOutcome) String() string {
	switch o {
	case HasTTL:
		return "TTL"
	case NoTTL:
		return "NO_TTL"
	case NotFound:
		return "NOT_FOUND"
	case TTLSet:
		return "TTL_SET"
	case TTLRemoved:
		return "TTL_REMOVED"
	default:
		return "UNSPECIFIED"
	}
}

// GetTTLResult is what [Client.GetTTL] found.
type GetTTLResult struct {
	// Outcome is HasTTL, NoTTL or NotFound.
	Outcome TTLOutcome
	// TTL is the remaining time, at least 1 millisecond; only on HasTTL.
	TTL time.Duration
	// ExpireTime is when the entry expires; only on HasTTL.
	ExpireTime time.Time
}

// GetTTL reads when an entry expires.
func (c *Client) GetTTL(ctx context.Context, key string, options ...ReadOption) (GetTTLResult, error) {
	made := newRead(c, options)
	response, err := invoke(ctx, made, c.kv.GetTtl, &dynakvpb.GetTtlRequest{
		Table: made.table, Key: key, ConsistentRead: made.consistent,
	})
	if err != nil {
		return GetTTLResult{}, err
	}
	switch response.GetOutcome() {
	case dynakvpb.GetTtlResponse_OUTCOME_TTL:
		return GetTTLResult{HasTTL, response.GetTtl().AsDuration(), timeOf(response.GetExpireTime())}, nil
	case dynakvpb.GetTtlResponse_OUTCOME_NO_TTL:
		return GetTTLResult{Outcome: NoTTL}, nil
	case dynakvpb.GetTtlResponse_OUTCOME_NOT_FOUND:
		return GetTTLResult{Outcome: NotFound}, nil
	default:
		return GetTTLResult{}, made.unreadable("no known outcome")
	}
}

package dynakv

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func splitSizes(beside int, sizes ...int) []span {
	return split(len(sizes), func(position int) int { return sizes[position] }, beside)
}

func TestPartsEndAtTheCountAndAtTheSize(t *testing.T) {
	half := (maxPartBytes-100)/2 - besideBytes
	for name, parts := range map[string]struct{ found, expected []span }{
		"nothing":          {splitSizes(100), nil},
		"a full one":       {splitSizes(100, slices.Repeat([]int{1}, 10_000)...), []span{{0, 10_000}}},
		"by count":         {splitSizes(100, slices.Repeat([]int{1}, 20_001)...), []span{{0, 10_000}, {10_000, 20_000}, {20_000, 20_001}}},
		"two halves":       {splitSizes(100, half, half, half), []span{{0, 2}, {2, 3}}},
		"one byte more":    {splitSizes(100, half, half+1, half), []span{{0, 1}, {1, 2}, {2, 3}}},
		"too large at all": {splitSizes(0, 1, maxPartBytes+1, 1), []span{{0, 1}, {1, 2}, {2, 3}}},
	} {
		if !reflect.DeepEqual(parts.found, parts.expected) {
			t.Errorf("%s: %v", name, parts.found)
		}
	}
}

func TestARefusalNamesThePositionThatTheCallerKnows(t *testing.T) {
	refused, err := status.New(codes.InvalidArgument, "operations[3].set.key: must not be empty").WithDetails(
		&errdetails.ErrorInfo{Domain: errorDomain, Reason: "INVALID_FIELD"},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "operations[3].set.key", Description: "must not be empty"}, {Field: "table", Description: "is not configured"},
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	reworded := newError(inCallersWords(refused, func(index int) (int, bool) { return index + 10_000, true }))
	fields := []FieldViolation{{"operations[10003].set.key", "must not be empty"}, {"table", "is not configured"}}
	if reworded.Message != "operations[10003].set.key: must not be empty" || !reflect.DeepEqual(reworded.Fields, fields) ||
		reworded.Reason != ReasonInvalidField {
		t.Errorf("%+v", reworded)
	}
}

func TestEveryPartHasAnIDOfItsOwnAndAlwaysTheSame(t *testing.T) {
	id := uuid.NewString()
	first, second, third := partID(id, 0), partID(id, 1), partID(id, 2)
	if first != id || second == id || second == third || second != partID(id, 1) {
		t.Errorf("%s, %s, %s", first, second, third)
	}
}

func TestOnlyTheLastOperationOnAKeyIsSent(t *testing.T) {
	sent := lastOnKey([]BatchOperation{BatchSet{Key: "a"}, BatchSet{Key: "b"}, BatchDelete{Key: "a"}})
	if !slices.Equal(sent, []int{1, 2}) {
		t.Errorf("%v are sent", sent)
	}
}

package dynakv

import (
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	// maxPartCount is how many keys or operations one request has at most.
	maxPartCount = 10_000
	// maxPartBytes is the largest request that the server reads.
	maxPartBytes = 16 << 20
	// besideBytes are the tag of a repeated field below 16, and the longest length that fits a request.
	besideBytes = 1 + 4
)

// A span is what goes into one request: positions from start to before end.
type span struct{ start, end int }

// split divides what has these sizes into parts of one request each. Beside is what a request takes without any of them.
//
// What is too large for any request has one of its own: the server's refusal names the limit.
func split(count int, size func(position int) int, beside int) []span {
	var parts []span
	part, bytes := span{}, beside
	for position := range count {
		more := size(position) + besideBytes
		full := position-part.start == maxPartCount || bytes+more > maxPartBytes
		if full && position > part.start {
			parts = append(parts, part)
			part, bytes = span{position, position}, beside
		}
		part.end, bytes = position+1, bytes+more
	}
	if part.end > part.start {
		parts = append(parts, part)
	}
	return parts
}

// inCallersWords lets a refusal speak of the caller's `keys[10003]` instead of the request's `keys[3]`. Position is where the caller
// had what stands there in the request.
func inCallersWords(refused *status.Status, position func(int) (int, bool)) *status.Status {
	reworded := refused.Proto()
	for i, detail := range reworded.GetDetails() {
		var badRequest errdetails.BadRequest
		if !detail.MessageIs(&badRequest) || detail.UnmarshalTo(&badRequest) != nil {
			continue
		}
		for _, violation := range badRequest.GetFieldViolations() {
			if moved, isMoved := movedField(violation.GetField(), position); isMoved {
				reworded.Message = strings.ReplaceAll(reworded.GetMessage(), violation.GetField(), moved)
				violation.Field = moved
			}
		}
		encoded, err := proto.Marshal(&badRequest)
		if err == nil {
			reworded.Details[i] = &anypb.Any{TypeUrl: detail.GetTypeUrl(), Value: encoded}
		}
	}
	return status.FromProto(reworded)
}

// movedField is `operations[3].set.key` with another number.
func movedField(field string, position func(int) (int, bool)) (string, bool) {
	list, rest, hasIndex := strings.Cut(field, "[")
	digits, rest, isClosed := strings.Cut(rest, "]")
	index, err := strconv.Atoi(digits)
	if !hasIndex || !isClosed || err != nil {
		return "", false
	}
	moved, known := position(index)
	return list + "[" + strconv.Itoa(moved) + "]" + rest, known
}

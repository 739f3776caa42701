package main

import (
	"fmt"
	"hash/maphash"
	"math"
	"strconv"
	"strings"

	"github.com/anishathalye/porcupine"
)

// keys is the most keys of a partition.
const keys = 3

// state is the value of each key; an absent entry has none. A counter has its decimal text. Values that are written are unique, so
// a value stands for its version as well.
type state [keys]string

var hashSeed = maphash.MakeSeed()

// model says what each operation may answer and does. It is the whole contract that histories are held against.
var model = porcupine.Model{
	Init: func() any { return state{} },
	Step: func(before, input, _ any) (bool, any) {
		answered, after := step(before.(state), input.(operation))
		return answered, after
	},
	Hash:              func(of any) uint64 { return maphash.Comparable(hashSeed, of.(state)) },
	DescribeOperation: func(input, _ any) string { return input.(operation).String() },
	DescribeState:     func(of any) string { return of.(state).String() },
}

// step is whether an operation may answer as it did in this state, and the state that it leaves.
func step(before state, next operation) (bool, state) {
	switch next.Kind {
	case get:
		return next.Read != nil && next.Read.Value == before[next.Key], before
	case increment:
		return count(before, next)
	case repeated:
		return true, apply(before, next.Writes)
	case writing:
		if !next.isKnown() {
			if holdAll(before, next.Writes) {
				return true, apply(before, next.Writes)
			}
			return true, before
		}
		if next.Applied {
			return applied(before, next)
		}
		return refused(before, next), before
	}
	return false, before
}

// isKnown is whether the client learned what became of the operation.
func (o operation) isKnown() bool {
	return o.Return != nil
}

func count(before state, next operation) (bool, state) {
	was := int64(0)
	if text := before[next.Key]; text != "" {
		var err error
		if was, err = strconv.ParseInt(text, 10, 64); err != nil {
			return false, before
		}
	}
	after := before
	after[next.Key] = strconv.FormatInt(was+next.Delta, 10)
	isRight := !next.isKnown() || (next.Read != nil && next.Read.Value == after[next.Key])
	return isRight, after
}

func applied(before state, next operation) (bool, state) {
	if next.Existed != nil && *next.Existed != (before[next.Writes[0].Key] != "") {
		return false, before
	}
	return holdAll(before, next.Writes), apply(before, next.Writes)
}

func refused(before state, next operation) bool {
	for _, part := range next.Writes {
		if part.Refused && holds(before, part) {
			return false
		}
	}
	if next.Read != nil && next.Read.Value != before[next.Writes[0].Key] {
		return false
	}
	return !holdAll(before, next.Writes)
}

func apply(before state, writes []write) state {
	for _, part := range writes {
		switch part.Action {
		case "set":
			before[part.Key] = part.Value
		case "delete":
			before[part.Key] = ""
		}
	}
	return before
}

func holdAll(before state, writes []write) bool {
	for _, part := range writes {
		if !holds(before, part) {
			return false
		}
	}
	return true
}

func holds(before state, part write) bool {
	if part.Expected == nil {
		return true
	}
	switch part.Expected.Kind {
	case "absent":
		return before[part.Key] == ""
	case "present":
		return before[part.Key] != ""
	default: // value, version
		return before[part.Key] == part.Expected.Value
	}
}

// history turns operations into those of porcupine. The ones without an end end after all others.
func history(operations []operation) []porcupine.Operation {
	last := int64(math.MinInt64)
	for _, next := range operations {
		last = max(last, next.Call)
		if next.Return != nil {
			last = max(last, *next.Return)
		}
	}
	made := make([]porcupine.Operation, 0, len(operations))
	for _, next := range operations {
		end := last + 1
		if next.Return != nil {
			end = *next.Return
		}
		made = append(made, porcupine.Operation{ClientId: next.Client, Input: next, Call: next.Call, Return: end})
	}
	return made
}

func (s state) String() string {
	return "[" + strings.Join(s[:], " ") + "]"
}

func (o operation) String() string {
	call := o.call()
	if o.Kind == repeated {
		return call + " carried out again"
	}
	if !o.isKnown() {
		return call + " -> ?"
	}
	return call + " -> " + o.answer()
}

func (o operation) call() string {
	switch o.Kind {
	case get:
		return fmt.Sprintf("get %d", o.Key)
	case increment:
		return fmt.Sprintf("increment %d by %d", o.Key, o.Delta)
	}
	parts := make([]string, 0, len(o.Writes))
	for _, part := range o.Writes {
		text := fmt.Sprintf("%s %d", part.Action, part.Key)
		if part.Value != "" {
			text += " = " + part.Value
		}
		if part.Expected != nil {
			text += " if " + strings.TrimSpace(part.Expected.Kind+" "+part.Expected.Value)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func (o operation) answer() string {
	var words []string
	if o.Kind == writing {
		words = append(words, map[bool]string{true: "applied", false: "refused"}[o.Applied])
		for _, part := range o.Writes {
			if part.Refused {
				words = append(words, fmt.Sprintf("because of %d", part.Key))
			}
		}
	}
	if o.Existed != nil {
		words = append(words, map[bool]string{true: "existed", false: "was absent"}[*o.Existed])
	}
	if o.Read != nil {
		words = append(words, map[bool]string{true: "absent", false: o.Read.Value}[o.Read.Value == ""])
	}
	return strings.Join(words, " ")
}

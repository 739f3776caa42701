package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// header is the first line of a history: how it was made.
type header struct {
	Seed   uint64          `json:"seed"`
	Run    string          `json:"run"`
	Faults json.RawMessage `json:"faults"`
}

// operation is one call of a client, one line of a history.
type operation struct {
	// Partition names the group of keys and the epoch. No operation touches keys of two partitions.
	Partition string `json:"partition"`
	Client    int    `json:"client"`
	// Call and Return are nanoseconds since the run began. No Return: nobody knows whether the operation has happened, and if it
	// has not, it may happen at any later time.
	Call   int64  `json:"call"`
	Return *int64 `json:"return"`
	// Outcome is what became of it.
	Outcome outcome `json:"outcome"`
	Kind    kind    `json:"kind"`
	// Writes is what a write does; more than one for a transaction.
	Writes []write `json:"writes,omitempty"`
	// Key and Delta are those of a Get or an Increment.
	Key   int   `json:"key"`
	Delta int64 `json:"delta,omitempty"`
	// Applied is whether the conditions held.
	Applied bool `json:"applied"`
	// Existed is the answer of a Delete.
	Existed *bool `json:"existed,omitempty"`
	// Read is the entry that a Get or a refusal answered with, or the counter.
	Read *entry `json:"read,omitempty"`
}

type outcome string

const (
	ok outcome = "ok"
	// notApplied is an operation that certainly changed nothing. The checker leaves it out: what reads its value is wrong.
	notApplied outcome = "not_applied"
	unknown    outcome = "unknown"
)

type kind string

const (
	get       kind = "get"
	writing   kind = "write"
	increment kind = "increment"
	// repeated is not a call of a client but the one exception: a plain Set or Delete that DynamoDB carried out once more. Call
	// and Return are those of DynamoDB's work.
	repeated kind = "repeated"
)

// write is a change of one key, or only a check.
type write struct {
	Key int `json:"key"`
	// Action is set, delete or check.
	Action   string    `json:"action"`
	Value    string    `json:"value,omitempty"`
	Expected *expected `json:"expected,omitempty"`
	// Version is what the answer said that was written.
	Version string `json:"version,omitempty"`
	// Refused is whether the answer named the condition of this write as one that did not hold.
	Refused bool `json:"refused,omitempty"`
}

// expected is a condition. A version stands for the value that was written with it: values are never written twice.
type expected struct {
	Kind  string `json:"kind"`
	Value string `json:"value,omitempty"`
}

// entry is what an answer says about a key; no value if it is absent.
type entry struct {
	Value   string `json:"value,omitempty"`
	Version string `json:"version,omitempty"`
}

// read reads a history.
func read(from io.Reader) (header, []operation, error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	var first header
	if !lines.Scan() {
		return first, nil, fmt.Errorf("the history is empty: %w", io.ErrUnexpectedEOF)
	}
	if err := json.Unmarshal(lines.Bytes(), &first); err != nil {
		return first, nil, fmt.Errorf("line 1: %w", err)
	}
	var operations []operation
	for lines.Scan() {
		var next operation
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			return first, nil, fmt.Errorf("line %d: %w", len(operations)+2, err)
		}
		if err := next.validate(); err != nil {
			return first, nil, fmt.Errorf("line %d: %w", len(operations)+2, err)
		}
		operations = append(operations, next)
	}
	return first, operations, lines.Err()
}

// validate finds an operation that the model would misread.
func (o operation) validate() error {
	switch o.Outcome {
	case ok, notApplied:
		if o.Return == nil {
			return fmt.Errorf("an operation without an end is %q", o.Outcome)
		}
	case unknown:
		if o.Return != nil {
			return errors.New("an operation of unknown outcome has an end")
		}
	default:
		return fmt.Errorf("no outcome: %q", o.Outcome)
	}
	for _, part := range o.Writes {
		if part.Key < 0 || part.Key >= keys {
			return fmt.Errorf("no key: %d", part.Key)
		}
	}
	if o.Key < 0 || o.Key >= keys {
		return fmt.Errorf("no key: %d", o.Key)
	}
	return nil
}

// split tells the operations that may have happened from those that certainly did not.
func split(operations []operation) (possible, denied []operation) {
	for _, next := range operations {
		if next.Outcome == notApplied {
			denied = append(denied, next)
		} else {
			possible = append(possible, next)
		}
	}
	return possible, denied
}

// partitions groups operations by their partition, in the order in which these first occur.
func partitions(operations []operation) [][]operation {
	index := map[string]int{}
	var parts [][]operation
	for _, next := range operations {
		place, isKnown := index[next.Partition]
		if !isKnown {
			place = len(parts)
			index[next.Partition] = place
			parts = append(parts, nil)
		}
		parts[place] = append(parts[place], next)
	}
	return parts
}

// conflict finds a version that names two states of an entry, or a written value with two versions. Neither may ever happen.
// Repeated writes have the version of the first.
func conflict(operations []operation) error {
	type state struct {
		partition string
		key       int
		value     string
	}
	states := map[string]state{}
	versions := map[state]string{}
	note := func(now state, version string, isUnique bool) error {
		if version == "" || now.value == "" {
			return nil
		}
		if before, isKnown := states[version]; isKnown && before != now {
			return fmt.Errorf("the version %s names two states: %v and %v", version, before, now)
		}
		states[version] = now
		if before, isKnown := versions[now]; isUnique && isKnown && before != version {
			return fmt.Errorf("%v has two versions: %s and %s", now, before, version)
		}
		versions[now] = version
		return nil
	}
	isCounter := map[string]bool{}
	for _, next := range operations {
		if next.Kind == increment {
			isCounter[next.Partition] = true
		}
	}
	for _, next := range operations {
		// A counter may stand at the same number twice.
		isUnique := !isCounter[next.Partition]
		if read := next.Read; read != nil {
			key := next.Key
			if len(next.Writes) > 0 {
				key = next.Writes[0].Key
			}
			if err := note(state{next.Partition, key, read.Value}, read.Version, isUnique); err != nil {
				return err
			}
		}
		for _, done := range next.Writes {
			if err := note(state{next.Partition, done.Key, done.Value}, done.Version, isUnique); err != nil {
				return err
			}
		}
	}
	return nil
}

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

const patience = 10 * time.Second

func at(call, end int64, of operation) operation {
	of.Partition, of.Call, of.Return = "p", call, &end
	return of
}

func open(call int64, of operation) operation {
	of.Partition, of.Call = "p", call
	return of
}

func reads(value string) operation {
	return operation{Kind: get, Read: &entry{Value: value}}
}

func sets(value string) operation {
	return operation{Kind: writing, Applied: true, Writes: []write{{Action: "set", Value: value}}}
}

func swaps(value, kind, from string) operation {
	parts := []write{{Action: "set", Value: value, Expected: &expected{Kind: kind, Value: from}}}
	return operation{Kind: writing, Applied: true, Writes: parts}
}

func deletes(existed bool) operation {
	return operation{Kind: writing, Applied: true, Existed: &existed, Writes: []write{{Action: "delete"}}}
}

func refuses(of operation) operation {
	of.Applied = false
	return of
}

func again(of operation) operation {
	of.Kind = repeated
	return of
}

func counts(delta int64, to string) operation {
	return operation{Kind: increment, Delta: delta, Read: &entry{Value: to}}
}

func both(applied bool) operation {
	return operation{Kind: writing, Applied: applied, Writes: []write{
		{Key: 0, Action: "set", Value: "x", Expected: &expected{Kind: "absent"}},
		{Key: 1, Action: "set", Value: "y"},
	}}
}

func readsKey(key int, value string) operation {
	return operation{Kind: get, Key: key, Read: &entry{Value: value}}
}

func TestGoodHistories(t *testing.T) {
	for name, history := range map[string][]operation{
		"reads follow writes":             {at(1, 2, sets("a")), at(3, 4, reads("a"))},
		"a write in flight is seen early": {at(1, 9, sets("a")), at(2, 3, reads("a"))},
		"doubt resolves to yes":           {open(1, sets("a")), at(5, 6, reads("a"))},
		"doubt resolves to no":            {open(1, sets("a")), at(5, 6, reads(""))},
		"doubt resolves late":             {open(1, sets("a")), at(5, 6, reads("")), at(7, 8, reads("a"))},
		"one of two swaps wins":           {at(1, 9, swaps("a", "absent", "")), at(1, 9, refuses(swaps("b", "absent", "")))},
		"a repeated Set":                  {at(1, 9, sets("a")), at(2, 3, sets("b")), at(3, 4, reads("b")), at(5, 6, again(sets("a"))), at(10, 11, reads("a"))},
		"increments in doubt":             {open(1, counts(5, "")), at(2, 3, counts(1, "1")), at(4, 5, counts(1, "7"))},
		"a transaction":                   {at(1, 2, both(true)), at(3, 4, readsKey(0, "x")), at(3, 4, readsKey(1, "y"))},
		"a cancelled transaction":         {at(1, 2, sets("a")), at(3, 4, both(false)), at(5, 6, readsKey(1, ""))},
	} {
		if got := check(history, patience); got.result != porcupine.Ok {
			t.Errorf("%s: %v", name, got.result)
		}
	}
}

func TestBadHistories(t *testing.T) {
	for name, history := range map[string][]operation{
		"a lost write":                    {at(1, 2, sets("a")), at(3, 4, reads(""))},
		"a stale read":                    {at(1, 2, sets("a")), at(3, 4, sets("b")), at(5, 6, reads("a"))},
		"two swaps win":                   {at(1, 9, swaps("a", "absent", "")), at(1, 9, swaps("b", "absent", ""))},
		"a deleted entry is back":         {at(1, 2, sets("a")), at(3, 4, deletes(true)), at(5, 6, reads("a"))},
		"a swap happens twice":            {at(1, 9, swaps("a", "absent", "")), at(2, 3, deletes(true)), at(4, 5, deletes(true))},
		"what did not exist was deleted":  {at(1, 2, deletes(true))},
		"what existed was not deleted":    {at(1, 2, sets("a")), at(3, 4, deletes(false))},
		"a refusal without a reason":      {at(1, 2, refuses(swaps("a", "absent", "")))},
		"a value that nobody wrote":       {at(1, 2, reads("a"))},
		"doubt changes its mind":          {open(1, sets("a")), at(2, 3, reads("a")), at(4, 5, reads(""))},
		"a Set takes effect twice":        {at(1, 9, sets("a")), at(2, 3, sets("b")), at(4, 5, sets("c")), at(10, 11, reads("b"))},
		"a repeat at another time":        {at(1, 9, sets("a")), at(10, 11, sets("b")), at(5, 6, again(sets("a"))), at(12, 13, reads("a"))},
		"a lost increment":                {at(1, 2, counts(1, "1")), at(3, 4, counts(1, "1"))},
		"an increment counts twice":       {at(1, 2, counts(1, "1")), at(3, 4, reads("2"))},
		"half a transaction":              {at(1, 2, both(true)), at(3, 4, readsKey(1, ""))},
		"a cancelled transaction happens": {at(1, 2, sets("a")), at(3, 4, both(false)), at(5, 6, readsKey(1, "y"))},
		"a transaction without a reason":  {at(1, 2, both(false))},
	} {
		if got := check(history, patience); got.result != porcupine.Illegal {
			t.Errorf("%s: %v", name, got.result)
		}
	}
}

func TestTheExceptionIsCounted(t *testing.T) {
	idle := []operation{at(1, 9, sets("a")), at(5, 6, again(sets("a"))), at(10, 11, reads("a"))}
	if got := check(idle, patience); got.needsRepeats {
		t.Error("a repeat that changes nothing is not needed")
	}
	twice := []operation{at(1, 2, sets("a")), at(3, 4, sets("b")), at(5, 6, again(sets("a"))), at(7, 8, reads("a"))}
	if got := check(twice, patience); got.result != porcupine.Ok || !got.needsRepeats {
		t.Errorf("a late repeat is needed: %+v", got)
	}
}

func TestTheSmallestBeginningEndsWithWhatDoesNotFit(t *testing.T) {
	wrong := at(5, 6, reads("a"))
	history := []operation{at(1, 2, sets("a")), at(3, 4, deletes(true)), wrong, at(7, 8, sets("b")), at(9, 10, reads("b"))}
	found := smallest(history, patience)
	if len(found) != 3 || *found[2].Return != *wrong.Return {
		t.Errorf("%v", found)
	}
}

func TestVersionsNameOneState(t *testing.T) {
	one, two := sets("a"), sets("b")
	one.Writes[0].Version, two.Writes[0].Version = "7", "7"
	if conflict([]operation{at(1, 2, one), at(3, 4, two)}) == nil {
		t.Error("two values with one version pass")
	}
	same := reads("a")
	same.Read.Version = "8"
	if conflict([]operation{at(1, 2, one), at(3, 4, same)}) == nil {
		t.Error("one value with two versions passes")
	}
}

func TestAHistoryIsRead(t *testing.T) {
	lines := `{"seed":7,"run":"all faults","faults":{"throttle":0.3}}
{"partition":"p","client":1,"call":1,"return":null,"outcome":"unknown","kind":"write","writes":[{"key":0,"action":"set","value":"a"}],"key":0}
{"partition":"q","client":2,"call":2,"return":3,"outcome":"ok","kind":"get","key":1,"read":{}}
`
	made, operations, err := read(strings.NewReader(lines))
	if err != nil || made.Seed != 7 || len(partitions(operations)) != 2 || operations[0].isKnown() || !operations[1].isKnown() {
		t.Errorf("%v %v %v", made, operations, err)
	}
}

func TestAnOperationThatCertainlyDidNotHappenIsLeftOut(t *testing.T) {
	lines := `{"seed":7,"run":"all faults","faults":{}}
{"partition":"p","client":1,"call":1,"return":2,"outcome":"not_applied","kind":"write","writes":[{"key":0,"action":"set","value":"a"}],"key":0}
{"partition":"p","client":2,"call":3,"return":4,"outcome":"ok","kind":"get","key":0,"read":{"value":"a"}}
`
	_, operations, err := read(strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	possible, denied := split(operations)
	if got := check(possible, patience); got.result != porcupine.Illegal {
		t.Errorf("a denied write is read: %v", got.result)
	}
	if found := contradicted(possible[0], denied); len(found) != 1 {
		t.Errorf("the denied write is not named: %v", found)
	}
}

func TestALineWithoutAnOutcomeIsRefused(t *testing.T) {
	for _, line := range []string{
		`{"partition":"p","return":2,"kind":"get"}`,
		`{"partition":"p","return":2,"outcome":"unknown","kind":"get"}`,
		`{"partition":"p","outcome":"ok","kind":"get"}`,
		`{"partition":"p","return":2,"outcome":"ok","kind":"get","key":3}`,
	} {
		if _, _, err := read(strings.NewReader("{}\n" + line + "\n")); err == nil {
			t.Errorf("%s is read", line)
		}
	}
}

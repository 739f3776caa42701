package main

import (
	"runtime"
	"sort"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// verdict is what came out of one partition.
type verdict struct {
	operations []operation
	result     porcupine.CheckResult
	// needsRepeats is whether it is linearizable only with the repeated writes.
	needsRepeats bool
}

// checkAll checks each partition, for at most `patience` each.
func checkAll(parts [][]operation, patience time.Duration) []verdict {
	verdicts := make([]verdict, len(parts))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for index := range next {
				verdicts[index] = check(parts[index], patience)
			}
		}()
	}
	for index := range parts {
		next <- index
	}
	close(next)
	workers.Wait()
	return verdicts
}

func check(part []operation, patience time.Duration) verdict {
	strict := withoutRepeats(part)
	result := porcupine.CheckOperationsTimeout(model, history(strict), patience)
	if result == porcupine.Ok || len(strict) == len(part) {
		return verdict{operations: part, result: result}
	}
	result = porcupine.CheckOperationsTimeout(model, history(part), patience)
	return verdict{operations: part, result: result, needsRepeats: true}
}

func withoutRepeats(part []operation) []operation {
	var strict []operation
	for _, next := range part {
		if next.Kind != repeated {
			strict = append(strict, next)
		}
	}
	return strict
}

// smallest is the shortest beginning of the partition that is not linearizable. The last operation of it is the one that does not
// fit. Every beginning of a linearizable history is linearizable, so the search can halve.
func smallest(part []operation, patience time.Duration) []operation {
	var ends []int64
	for _, next := range part {
		if next.Return != nil {
			ends = append(ends, *next.Return)
		}
	}
	sort.Slice(ends, func(i, j int) bool { return ends[i] < ends[j] })
	first := sort.Search(len(ends), func(index int) bool {
		result := porcupine.CheckOperationsTimeout(model, history(until(part, ends[index])), patience)
		return result != porcupine.Ok
	})
	if first == len(ends) {
		return part
	}
	return until(part, ends[first])
}

// until is what was known at this time: what had not ended is without an end.
func until(part []operation, time int64) []operation {
	var known []operation
	for _, next := range part {
		if next.Call > time {
			continue
		}
		if next.Return != nil && *next.Return > time {
			if next.Kind == get {
				continue
			}
			if next.Kind == repeated {
				next.Kind = writing
			}
			next.Return = nil
		}
		known = append(known, next)
	}
	sort.SliceStable(known, func(i, j int) bool { return end(known[i]) < end(known[j]) })
	return known
}

// end sorts what has no end before what has one, so that the one that does not fit is the last.
func end(of operation) int64 {
	if of.Return == nil {
		return -1
	}
	return *of.Return
}

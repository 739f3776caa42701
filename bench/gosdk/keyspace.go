package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
)

// The keys and values of bench/src/keyspace.rs.
const (
	keySpace = 100_000
	// step is the distance between the values of adjacent keys.
	step = 3
	// stride is the distance between the keys of a batch.
	stride = 7_919
)

// An entry is a key, whose name has the size of its value.
type entry struct {
	bytes int
	index int
}

func (e entry) key() string {
	return fmt.Sprintf("%d-%05d", e.bytes, e.index)
}

// batch returns this many different entries, starting with this one.
func (e entry) batch(count int) []entry {
	entries := make([]entry, count)
	for nth := range entries {
		entries[nth] = entry{bytes: e.bytes, index: (e.index + nth*stride) % keySpace}
	}
	return entries
}

// page returns the entries of each page of a listing.
func page(valueBytes, count int) []entry {
	entries := make([]entry, count)
	for index := range entries {
		entries[index] = entry{bytes: valueBytes, index: index}
	}
	return entries
}

// values are the bytes of which every value is a part.
type values []byte

func readValues(file string) (values, error) {
	pool, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the values: %w", err)
	}
	return pool, nil
}

func (v values) of(e entry) []byte {
	start := e.index * step
	return v[start : start+e.bytes]
}

func (v values) check(found []byte, e entry) error {
	if !bytes.Equal(found, v.of(e)) {
		return fmt.Errorf("not the value of %s", e.key())
	}
	return nil
}

// A draw draws keys.
type draw struct {
	random *rand.Rand
	bytes  int
}

func newDraw(seed uint64, valueBytes int) draw {
	return draw{random: rand.New(rand.NewPCG(seed, 0)), bytes: valueBytes}
}

func (d draw) next() entry {
	return entry{bytes: d.bytes, index: d.random.IntN(keySpace)}
}

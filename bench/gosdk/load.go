package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A result is what was measured. Latencies are those of the calls that ended in the time of the measurement.
type result struct {
	Calls      int     `json:"calls"`
	Seconds    float64 `json:"seconds"`
	P50Us      float64 `json:"p50_us"`
	P99Us      float64 `json:"p99_us"`
	P999Us     float64 `json:"p999_us"`
	CPUSeconds float64 `json:"cpu_seconds"`
	MemoryMiB  float64 `json:"memory_mib"`
}

// The phases of a load.
const (
	warmingUp = iota
	measuring
	ended
)

// load makes calls, measures after the warm-up, and says so on standard output.
func load(ctx context.Context, s settings, calls []call) (result, error) {
	var phase atomic.Int32
	latencies := make([][]time.Duration, s.callers)
	failures := make(chan error, s.callers)
	var callers sync.WaitGroup
	for nth := range s.callers {
		callers.Add(1)
		go func() {
			defer callers.Done()
			var err error
			latencies[nth], err = callRepeatedly(ctx, calls[nth%len(calls)], newDraw(s.seed+uint64(nth), s.valueBytes), &phase)
			if err != nil {
				failures <- err
			}
		}()
	}
	measured, err := measure(s, &phase, failures)
	if err != nil {
		return result{}, err
	}
	callers.Wait()
	select {
	case err := <-failures:
		return result{}, err
	default:
	}
	return measured.with(slices.Concat(latencies...))
}

// measure is the process's clock: it sets the phases, and reads the time and the CPU time at the start and the end of the measurement.
func measure(s settings, phase *atomic.Int32, failures <-chan error) (result, error) {
	wait := func(duration time.Duration) error {
		select {
		case err := <-failures:
			return err
		case <-time.After(duration):
			return nil
		}
	}
	if err := wait(s.warmUp); err != nil {
		return result{}, err
	}
	fmt.Println("measuring")
	cpu, err := cpuTime()
	if err != nil {
		return result{}, err
	}
	begun := time.Now()
	phase.Store(measuring)
	if err := wait(s.duration); err != nil {
		return result{}, err
	}
	phase.Store(ended)
	took := time.Since(begun)
	now, err := cpuTime()
	if err != nil {
		return result{}, err
	}
	memory, err := memoryMiB()
	// For the other processes, whose CPU time the parent reads now. Latencies are sorted afterwards.
	fmt.Println("measured")
	return result{Seconds: took.Seconds(), CPUSeconds: (now - cpu).Seconds(), MemoryMiB: memory}, err
}

func callRepeatedly(ctx context.Context, call call, keys draw, phase *atomic.Int32) ([]time.Duration, error) {
	var latencies []time.Duration
	for phase.Load() != ended {
		key := keys.next()
		begun := time.Now()
		if err := call(ctx, key); err != nil {
			return nil, err
		}
		if phase.Load() == measuring {
			latencies = append(latencies, time.Since(begun))
		}
	}
	return latencies, nil
}

func (r result) with(latencies []time.Duration) (result, error) {
	if len(latencies) == 0 {
		return r, errors.New("no call ended in the time of the measurement")
	}
	slices.Sort(latencies)
	r.Calls = len(latencies)
	quantile := func(quantile float64) float64 {
		rank := int(math.Ceil(quantile*float64(len(latencies)))) - 1
		return float64(latencies[max(rank, 0)].Nanoseconds()) / 1000
	}
	r.P50Us, r.P99Us, r.P999Us = quantile(0.5), quantile(0.99), quantile(0.999)
	return r, nil
}

// memoryMiB returns the memory of this process, with its part of what it shares.
func memoryMiB() (float64, error) {
	rollup, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		return 0, fmt.Errorf("the memory: %w", err)
	}
	_, rest, _ := strings.Cut(string(rollup), "\nPss:")
	var kibibytes float64
	if _, err := fmt.Sscanf(rest, "%f kB", &kibibytes); err != nil {
		return 0, fmt.Errorf("the memory: %w", err)
	}
	return kibibytes / 1024, nil
}

// cpuTime returns the CPU time of this process, user and system.
func cpuTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, fmt.Errorf("the CPU time: %w", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// Histories checks recorded histories of DynaKV for linearizability, with porcupine. docs/histories.md says how they are made and
// how to read what this program prints.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/anishathalye/porcupine"
)

// shown is the number of operations of a partition that are printed, up to the one that does not fit.
const shown = 20

func main() {
	log.SetFlags(0)
	folder := flag.String("html", ".", "where pictures of what is not linearizable go")
	patience := flag.Duration("patience", 20*time.Second, "for each partition")
	flag.Parse()
	failed := false
	for _, file := range flag.Args() {
		isRight, err := report(file, *folder, *patience)
		if err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		failed = failed || !isRight
	}
	if failed {
		os.Exit(1)
	}
}

// report checks one history, prints what came out, and returns whether it is linearizable.
func report(file, folder string, patience time.Duration) (bool, error) {
	opened, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer opened.Close()
	made, all, err := read(opened)
	if err != nil {
		return false, err
	}
	began := time.Now()
	operations, denied := split(all)
	verdicts := checkAll(partitions(operations), patience)
	bad := summarize(made, operations, len(denied), verdicts, time.Since(began))
	if err := conflict(operations); err != nil {
		fmt.Printf("seed %d, %s: %v\n", made.Seed, made.Run, err)
		return false, nil
	}
	for _, next := range bad {
		if err := explain(made, next, denied, folder, patience); err != nil {
			return false, err
		}
	}
	return len(bad) == 0, nil
}

// summarize prints one line and returns the partitions that are not linearizable, or not known to be.
func summarize(made header, operations []operation, denied int, verdicts []verdict, took time.Duration) []verdict {
	var bad []verdict
	inDoubt, repeats, needed := 0, 0, 0
	for _, next := range operations {
		if next.Kind == repeated {
			repeats++
		} else if !next.isKnown() {
			inDoubt++
		}
	}
	for _, next := range verdicts {
		if next.result != porcupine.Ok {
			bad = append(bad, next)
		} else if next.needsRepeats {
			needed++
		}
	}
	word := "linearizable"
	if len(bad) > 0 {
		word = fmt.Sprintf("%d NOT LINEARIZABLE", len(bad))
	}
	fmt.Printf("seed %d, %s: %d operations, %d of them of unknown outcome, and %d not applied, in %d partitions: %s; "+
		"%d Sets and Deletes carried out again, %d partitions need that; checked in %.1f s\n",
		made.Seed, made.Run, len(operations)-repeats, inDoubt, denied, len(verdicts), word, repeats, needed, took.Seconds())
	return bad
}

// contradicted is the denied operations whose value this answer shows.
func contradicted(last operation, denied []operation) []operation {
	var found []operation
	for _, next := range denied {
		for _, part := range next.Writes {
			if last.Read != nil && part.Value != "" && part.Value == last.Read.Value && next.Partition == last.Partition {
				found = append(found, next)
			}
		}
	}
	return found
}

// explain prints the shortest beginning that is not linearizable, and draws it.
func explain(made header, bad verdict, denied []operation, folder string, patience time.Duration) error {
	name := bad.operations[0].Partition
	if bad.result == porcupine.Unknown {
		fmt.Printf("seed %d: partition %s: not decided in %v\n", made.Seed, name, patience)
		return nil
	}
	part := smallest(bad.operations, patience)
	fmt.Printf("seed %d: partition %s: the last of these does not fit what was before it; faults %s\n", made.Seed, name, made.Faults)
	for _, next := range part[max(0, len(part)-shown):] {
		end := "          ?"
		if next.Return != nil {
			end = fmt.Sprintf("%11.3f", float64(*next.Return)/1e6)
		}
		fmt.Printf("  %11.3f .. %s ms  client %3d  %v\n", float64(next.Call)/1e6, end, next.Client, next)
	}
	for _, next := range contradicted(part[len(part)-1], denied) {
		fmt.Printf("  it shows what certainly changed nothing: %v\n", next.call())
	}
	_, info := porcupine.CheckOperationsVerbose(model, history(part), patience)
	picture := filepath.Join(folder, fmt.Sprintf("history-%d-%s.html", made.Seed, name))
	if err := porcupine.VisualizePath(model, info, picture); err != nil {
		return err
	}
	fmt.Printf("  drawn in %s\n", picture)
	return nil
}

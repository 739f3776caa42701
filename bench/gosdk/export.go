package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// itemsTable is the stub's table for imports and exports.
const itemsTable = "items"

// A copied is what came of an export.
type copied struct {
	Items   int     `json:"items"`
	Seconds float64 `json:"seconds"`
}

// export writes the stub's table to a file of JSON lines: callers read a segment each.
func export(ctx context.Context, s settings) (copied, error) {
	file, err := os.CreateTemp("", "export-*.jsonl")
	if err != nil {
		return copied{}, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	client := newClient(s.address, s.callers)
	begun := time.Now()
	counts, failures := make([]int, s.callers), make([]error, s.callers)
	lines := lockedWriter{out: file}
	var callers sync.WaitGroup
	for segment := range s.callers {
		callers.Add(1)
		go func() {
			defer callers.Done()
			counts[segment], failures[segment] = exportSegment(ctx, client, segment, s.callers, &lines)
		}()
	}
	callers.Wait()
	if err := errors.Join(append(failures, file.Sync())...); err != nil {
		return copied{}, err
	}
	result := copied{Seconds: time.Since(begun).Seconds()}
	for _, count := range counts {
		result.Items += count
	}
	return result, nil
}

func exportSegment(ctx context.Context, client *dynamodb.Client, segment, of int, out *lockedWriter) (int, error) {
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{
		TableName:     aws.String(itemsTable),
		Segment:       aws.Int32(int32(segment)),
		TotalSegments: aws.Int32(int32(of)),
	})
	count := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		if err := out.write(page.Items); err != nil {
			return 0, err
		}
		count += len(page.Items)
	}
	return count, nil
}

// A lockedWriter writes the items of one page at a time.
type lockedWriter struct {
	mutex sync.Mutex
	out   *os.File
}

func (w *lockedWriter) write(items []item) error {
	plain := make([]map[string]any, len(items))
	for nth, item := range items {
		plain[nth] = make(map[string]any, len(item))
		for name, value := range item {
			switch value := value.(type) {
			case *types.AttributeValueMemberS:
				plain[nth][name] = value.Value
			case *types.AttributeValueMemberN:
				plain[nth][name] = json.Number(value.Value)
			default:
				return fmt.Errorf("%s is of a type that the table has not", name)
			}
		}
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	buffered := bufio.NewWriterSize(w.out, 1<<20)
	encoder := json.NewEncoder(buffered)
	for _, item := range plain {
		if err := encoder.Encode(item); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

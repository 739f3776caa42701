package tests

import (
	"context"
	"fmt"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func batchGetItems(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := reads[dynakv.GetItemOption](a)
	if a.has("projection") || a.has("names") {
		options = append(options, dynakv.Projection(dynakv.Expr(a.text("projection"), a.substitutes()...)))
	}
	reads := batchItemReads(a)
	if a.text("mode") != "stream" {
		results, err := client.BatchGetItems(ctx, reads, options...)
		return document{"results": each(results, batchGetItemsDocument)}, err
	}
	stream, err := client.BatchGetItemsStream(ctx, reads, options...)
	if err != nil {
		return nil, err
	}
	answers := make([]any, len(reads))
	for position, result := range stream {
		if answers[position] != nil {
			return nil, fmt.Errorf("position %d comes twice", position)
		}
		answers[position] = batchGetItemsDocument(result)
	}
	for position, answer := range answers {
		if answer == nil {
			return nil, fmt.Errorf("position %d does not come", position)
		}
	}
	return document{"results": answers}, nil
}

func batchItemReads(a args) []dynakv.BatchItemRead {
	reads := []dynakv.BatchItemRead{}
	if counted := a.part("reads"); counted.has("count") {
		for _, key := range numbered(counted) {
			reads = append(reads, dynakv.BatchItemRead{Key: dynakv.Key(key)})
		}
		return reads
	}
	for _, given := range a.list("reads") {
		read := args{values: given.(map[string]any)}
		reads = append(reads, dynakv.BatchItemRead{Table: read.text("table"), Key: read.itemKey("key")})
	}
	return reads
}

func batchGetItemsDocument(result dynakv.BatchGetItemsResult) any {
	switch {
	case result.Err != nil:
		return document{"failed": operationError(result.Err)}
	case result.Found:
		return document{"found": itemDocument(result.Item)}
	default:
		return document{"missing": true}
	}
}

func batchWriteItems(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	operations := []dynakv.BatchItemOperation{}
	for _, given := range a.list("operations") {
		operations = append(operations, batchItemOperation(args{values: given.(map[string]any)}))
	}
	results, err := client.BatchWriteItems(ctx, operations, writes[dynakv.WriteOption](a)...)
	documents := make([]any, len(results))
	for i, result := range results {
		documents[i] = batchWriteItemsDocument(operations[i], result)
	}
	return document{"results": documents}, err
}

func batchItemOperation(a args) dynakv.BatchItemOperation {
	table, returnCurrent := a.text("table"), a.is("return_current")
	if a.has("put_item") {
		put := a.part("put_item")
		return dynakv.BatchPutItem{
			Table: table, Item: put.item("item"), TTL: put.ttl(),
			Condition: put.expression("condition"), ReturnCurrent: returnCurrent,
		}
	}
	deleted := a.part("delete_item")
	return dynakv.BatchDeleteItem{
		Table: table, Key: deleted.itemKey("key"),
		Condition: deleted.expression("condition"), ReturnCurrent: returnCurrent, ReportExisted: deleted.is("report_existed"),
	}
}

func batchWriteItemsDocument(operation dynakv.BatchItemOperation, result dynakv.BatchWriteItemsResult) any {
	switch result.Outcome {
	case dynakv.BatchApplied:
		if deleted, isDelete := operation.(dynakv.BatchDeleteItem); isDelete {
			return document{"deleted": with(document{}, "existed", deleted.ReportExisted, result.Existed)}
		}
		return document{"written": withTime(document{"version": result.Version}, result.ExpireTime)}
	case dynakv.BatchConditionFailed:
		failed := withItem(document{}, "current", result.Current)
		return document{"condition_failed": with(failed, "current_omitted", result.CurrentOmitted, true)}
	case dynakv.BatchSuperseded:
		return document{"superseded": true}
	case dynakv.BatchOutcomeUnknown:
		return document{"outcome_unknown": operationError(result.Err)}
	default:
		return document{"failed": operationError(result.Err)}
	}
}

package tests

import (
	"context"
	"fmt"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

func batchGet(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	keys, options := a.keys(), reads[dynakv.ReadOption](a)
	if a.text("mode") != "stream" {
		results, err := client.BatchGet(ctx, keys, options...)
		return document{"results": each(results, batchGetDocument)}, err
	}
	answers := make([]any, len(keys))
	for position, result := range client.BatchGetStream(ctx, keys, options...) {
		if answers[position] != nil {
			return nil, fmt.Errorf("position %d comes twice", position)
		}
		answers[position] = batchGetDocument(result)
	}
	for position, answer := range answers {
		if answer == nil {
			return nil, fmt.Errorf("position %d does not come", position)
		}
	}
	return document{"results": answers}, nil
}

func batchGetDocument(result dynakv.BatchGetResult) any {
	switch {
	case result.Err != nil:
		return document{"failed": operationError(result.Err)}
	case result.Found:
		return document{"found": entryDocument(result.Entry)}
	default:
		return document{"missing": true}
	}
}

// operationError is the document of a part's failure, which says by its name whether it is unknown.
func operationError(err error) document {
	failed := errorDocument(err)
	delete(failed, "kind")
	delete(failed, "request_id")
	return failed
}

func batchWrite(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	operations := batchOperations(a)
	results, err := client.BatchWrite(ctx, operations, writes[dynakv.WriteOption](a)...)
	documents := make([]any, len(results))
	for i, result := range results {
		documents[i] = batchWriteDocument(operations[i], result)
	}
	return document{"results": documents}, err
}

func batchOperations(a args) []dynakv.BatchOperation {
	operations := []dynakv.BatchOperation{}
	if counted := a.part("operations"); counted.has("count") {
		for _, key := range numbered(counted) {
			operations = append(operations, dynakv.BatchSet{Key: key, Value: counted.bytes("value")})
		}
		return operations
	}
	for _, given := range a.list("operations") {
		operation := args{values: given.(map[string]any)}
		if operation.has("set") {
			operations = append(operations, batchSet(operation.part("set")))
		} else {
			operations = append(operations, batchDelete(operation.part("delete")))
		}
	}
	return operations
}

func batchSet(a args) dynakv.BatchSet {
	return dynakv.BatchSet{
		Key: a.text("key"), Value: a.bytes("value"), TTL: a.ttl(), KeepTTL: a.is("keep_ttl"),
		Expected: a.expected(), ReturnCurrent: a.is("return_current"),
	}
}

func batchDelete(a args) dynakv.BatchDelete {
	return dynakv.BatchDelete{
		Key: a.text("key"), Expected: a.expected(),
		ReturnCurrent: a.is("return_current"), ReportExisted: a.is("report_existed"),
	}
}

func batchWriteDocument(operation dynakv.BatchOperation, result dynakv.BatchWriteResult) any {
	switch result.Outcome {
	case dynakv.BatchApplied:
		if deleted, isDelete := operation.(dynakv.BatchDelete); isDelete {
			return document{"deleted": with(document{}, "existed", deleted.ReportExisted, result.Existed)}
		}
		return document{"written": withTime(document{"version": result.Version}, result.ExpireTime)}
	case dynakv.BatchConditionFailed:
		failed := withEntry(document{}, "current", result.Current)
		return document{"condition_failed": with(failed, "current_omitted", result.CurrentOmitted, true)}
	case dynakv.BatchSuperseded:
		return document{"superseded": true}
	case dynakv.BatchOutcomeUnknown:
		return document{"outcome_unknown": operationError(result.Err)}
	default:
		return document{"failed": operationError(result.Err)}
	}
}

func transactGet(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	var reads []dynakv.TransactRead
	for _, given := range a.list("reads") {
		read := args{values: given.(map[string]any)}
		if read.has("item_key") {
			reads = append(reads, dynakv.ReadItem(read.itemKey("item_key")).From(read.text("table")))
		} else {
			reads = append(reads, dynakv.ReadEntry(read.text("key")).From(read.text("table")))
		}
	}
	results, err := client.TransactGet(ctx, reads, common(a)...)
	return document{"results": each(results, func(result dynakv.TransactGetResult) any {
		switch {
		case !result.Found:
			return document{"absent": true}
		case result.Item != nil:
			return document{"item": itemDocument(result.Item)}
		default:
			return document{"entry": entryDocument(result.Entry)}
		}
	})}, err
}

func transactWrite(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	var operations []dynakv.TransactOperation
	for _, given := range a.list("operations") {
		operations = append(operations, transactOperation(args{values: given.(map[string]any)}))
	}
	result, err := client.TransactWrite(ctx, operations, writes[dynakv.WriteOption](a)...)
	outcome := "cancelled"
	if result.Committed {
		outcome = "committed"
	}
	return document{outcome: each(result.Operations, func(operation dynakv.TransactOperationResult) any {
		found := withTime(document{}, operation.ExpireTime)
		with(found, "version", operation.Version != "", operation.Version)
		with(found, "reason", operation.Reason != "", string(operation.Reason))
		return withItem(withEntry(found, "current", operation.Current), "current_item", operation.CurrentItem)
	})}, err
}

func transactOperation(a args) dynakv.TransactOperation {
	table, returnCurrent := a.text("table"), a.is("return_current")
	switch {
	case a.has("set"):
		set := a.part("set")
		return dynakv.TransactSet{
			Table: table, Key: set.text("key"), Value: set.bytes("value"), TTL: set.ttl(),
			Expected: set.expected(), ReturnCurrent: returnCurrent,
		}
	case a.has("delete"):
		deleted := a.part("delete")
		return dynakv.TransactDelete{
			Table: table, Key: deleted.text("key"), Expected: deleted.expected(), ReturnCurrent: returnCurrent,
		}
	case a.has("put_item"):
		put := a.part("put_item")
		return dynakv.TransactPutItem{
			Table: table, Item: put.item("item"), TTL: put.ttl(),
			Condition: put.expression("condition"), ReturnCurrent: returnCurrent,
		}
	case a.has("update_item"):
		update := a.part("update_item")
		return dynakv.TransactUpdateItem{
			Table: table, Key: update.itemKey("key"), Update: update.update(),
			Condition: update.expression("condition"), ReturnCurrent: returnCurrent,
		}
	case a.has("delete_item"):
		deleted := a.part("delete_item")
		return dynakv.TransactDeleteItem{
			Table: table, Key: deleted.itemKey("key"),
			Condition: deleted.expression("condition"), ReturnCurrent: returnCurrent,
		}
	case a.has("check"):
		check := a.part("check")
		return dynakv.TransactCheck{
			Table: table, Key: check.itemKey("key"),
			Condition: check.expression("condition"), ReturnCurrent: returnCurrent,
		}
	default:
		panic("there is no such operation")
	}
}

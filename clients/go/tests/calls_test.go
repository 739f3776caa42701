package tests

import (
	"context"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// A vectorCall makes a call and turns its result into a document.
type vectorCall func(context.Context, *dynakv.Client, args) (any, error)

var calls = map[string]vectorCall{
	"get": get, "set": set, "compare_and_set": compareAndSet, "delete": del, "compare_and_delete": compareAndDelete,
	"exists": exists, "get_ttl": getTTL, "expire": expire, "persist": persist, "increment": increment,
	"list_keys": listKeys, "batch_get": batchGet, "batch_write": batchWrite,
	"transact_get": transactGet, "transact_write": transactWrite,
	"batch_get_items": batchGetItems, "batch_write_items": batchWriteItems,
	"get_item": getItem, "put_item": putItem, "update_item": updateItem, "delete_item": deleteItem,
	"query": query, "scan": scan,
	"create_table": createTable, "describe_table": describeTable, "list_tables": listTables,
	"enable_ttl": enableTTL, "delete_table": deleteTable,
}

// common are the options that all calls take.
func common(a args) []dynakv.CallOption {
	var options []dynakv.CallOption
	if a.has("table") {
		options = append(options, dynakv.Table(a.text("table")))
	}
	if a.fault != "" {
		options = append(options, dynakv.Metadata("dynakv-test-fault", a.fault))
	}
	return options
}

// given are the options of a call of this kind.
func given[O any, C any](options []C) []O {
	var all []O
	for _, option := range options {
		all = append(all, any(option).(O))
	}
	return all
}

func reads[O any](a args) []O {
	options := given[O](common(a))
	if a.is("consistent") {
		options = append(options, any(dynakv.Consistent()).(O))
	}
	return options
}

func writes[O any](a args) []O {
	options := given[O](common(a))
	if a.has("request_id") {
		options = append(options, any(dynakv.RequestID(a.text("request_id"))).(O))
	}
	return options
}

// expiring are writes that may give a TTL.
func expiring[O any](a args) []O {
	options := writes[O](a)
	if a.has("ttl") {
		options = append(options, any(dynakv.TTL(a.duration("ttl"))).(O))
	}
	return options
}

func get(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	entry, found, err := client.Get(ctx, a.text("key"), reads[dynakv.ReadOption](a)...)
	if !found {
		return document{"missing": true}, err
	}
	return document{"found": entryDocument(entry)}, err
}

func set(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := expiring[dynakv.SetOption](a)
	if a.is("keep_ttl") {
		options = append(options, dynakv.KeepTTL())
	}
	if a.is("return_previous") {
		options = append(options, dynakv.ReturnPrevious())
	}
	result, err := client.Set(ctx, a.text("key"), a.bytes("value"), options...)
	written := withTime(document{"version": result.Version}, result.ExpireTime)
	with(written, "previous_lost", result.PreviousLost, true)
	return withEntry(written, "previous", result.Previous), err
}

func compareAndSet(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := expiring[dynakv.CompareAndSetOption](a)
	if a.is("keep_ttl") {
		options = append(options, dynakv.KeepTTL())
	}
	if a.is("return_current") {
		options = append(options, dynakv.ReturnCurrent())
	}
	result, err := client.CompareAndSet(ctx, a.text("key"), a.bytes("value"), a.expected(), options...)
	if !result.Swapped {
		return document{"not_swapped": withEntry(document{}, "current", result.Current)}, err
	}
	return document{"swapped": withTime(document{"version": result.Version}, result.ExpireTime)}, err
}

func del(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := writes[dynakv.DeleteOption](a)
	if a.is("omit_existed") {
		options = append(options, dynakv.OmitExisted())
	}
	existed, err := client.Delete(ctx, a.text("key"), options...)
	return document{"existed": existed}, err
}

func compareAndDelete(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := writes[dynakv.CompareAndDeleteOption](a)
	if a.is("return_current") {
		options = append(options, dynakv.ReturnCurrent())
	}
	result, err := client.CompareAndDelete(ctx, a.text("key"), a.expected(), options...)
	if result.Deleted {
		return document{"deleted": true}, err
	}
	return document{"not_deleted": withEntry(document{}, "current", result.Current)}, err
}

func exists(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	found, err := client.Exists(ctx, a.keys(), reads[dynakv.ReadOption](a)...)
	return document{"exists": each(found, func(exists bool) any { return exists })}, err
}

func getTTL(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	result, err := client.GetTTL(ctx, a.text("key"), reads[dynakv.ReadOption](a)...)
	if result.Outcome == dynakv.HasTTL {
		return document{"ttl": withTime(document{"ttl": result.TTL.Milliseconds()}, result.ExpireTime)}, err
	}
	return ttlOutcome(result.Outcome), err
}

func ttlOutcome(outcome dynakv.TTLOutcome) document {
	if outcome == dynakv.NoTTL {
		return document{"no_ttl": true}
	}
	return document{"not_found": true}
}

func expire(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	result, err := client.Expire(ctx, a.text("key"), a.duration("ttl"), writes[dynakv.WriteOption](a)...)
	if result.Outcome == dynakv.TTLSet {
		return document{"ttl_set": withTime(document{"version": result.Version}, result.ExpireTime)}, err
	}
	return ttlOutcome(result.Outcome), err
}

func persist(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	result, err := client.Persist(ctx, a.text("key"), writes[dynakv.WriteOption](a)...)
	if result.Outcome == dynakv.TTLRemoved {
		return document{"ttl_removed": document{"version": result.Version}}, err
	}
	return ttlOutcome(result.Outcome), err
}

func increment(ctx context.Context, client *dynakv.Client, a args) (any, error) {
	options := expiring[dynakv.IncrementOption](a)
	if a.has("by") {
		options = append(options, dynakv.By(a.long("by")))
	}
	if a.has("initial") {
		options = append(options, dynakv.Initial(a.long("initial")))
	}
	result, err := client.Increment(ctx, a.text("key"), options...)
	return withTime(document{"value": long(result.Value), "version": result.Version}, result.ExpireTime), err
}

package tests

import (
	"encoding/base64"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	rpccode "google.golang.org/genproto/googleapis/rpc/code"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

type document = map[string]any

// with adds a field that is there.
func with(to document, name string, there bool, value any) document {
	if there {
		to[name] = value
	}
	return to
}

func entryDocument(entry dynakv.Entry) document {
	found := document{"key": entry.Key}
	with(found, "value", entry.Value != nil, bytesDocument(entry.Value))
	with(found, "version", entry.Version != "", entry.Version)
	return withTime(found, entry.ExpireTime)
}

func withEntry(to document, name string, entry *dynakv.Entry) document {
	if entry != nil {
		to[name] = entryDocument(*entry)
	}
	return to
}

func withTime(to document, expires time.Time) document {
	return with(to, "expire_time", !expires.IsZero(), expires.UnixMilli())
}

func bytesDocument(value []byte) any {
	if utf8.Valid(value) {
		return string(value)
	}
	return document{"base64": base64.StdEncoding.EncodeToString(value)}
}

// withItem adds an item that is there.
func withItem(to document, name string, item dynakv.Item) document {
	return with(to, name, item != nil, itemDocument(item))
}

func itemDocument(item map[string]any) document {
	found := document{}
	for name, value := range item {
		found[name] = attributeDocument(value)
	}
	return found
}

// attributeDocument is a native value in DynamoDB's JSON.
func attributeDocument(value any) document {
	switch value := value.(type) {
	case nil:
		return document{"NULL": true}
	case string:
		return document{"S": value}
	case dynakv.Number:
		return document{"N": string(value)}
	case []byte:
		return document{"B": base64.StdEncoding.EncodeToString(value)}
	case bool:
		return document{"BOOL": value}
	case map[string]any:
		return document{"M": itemDocument(value)}
	case []any:
		return document{"L": each(value, func(element any) any { return attributeDocument(element) })}
	case dynakv.StringSet:
		return document{"SS": each(value, func(member string) any { return member })}
	case dynakv.NumberSet:
		return document{"NS": each(value, func(member dynakv.Number) any { return string(member) })}
	case dynakv.BinarySet:
		return document{"BS": each(value, func(member []byte) any { return base64.StdEncoding.EncodeToString(member) })}
	default:
		panic(value)
	}
}

func each[S ~[]E, E any](list S, of func(E) any) []any {
	documents := make([]any, len(list))
	for i, element := range list {
		documents[i] = of(element)
	}
	return documents
}

func errorDocument(err error) document {
	var unknown *dynakv.OutcomeUnknownError
	var failed *dynakv.Error
	switch {
	case errors.As(err, &unknown):
		return with(with(failureDocument(unknown.Err), "kind", true, "outcome_unknown"),
			"request_id", unknown.RequestID != "", unknown.RequestID)
	case errors.As(err, &failed):
		return with(failureDocument(failed), "kind", true, "failed")
	default:
		return document{"kind": "no error of this library's calls", "message": err.Error()}
	}
}

func failureDocument(failure *dynakv.Error) document {
	metadata := document{}
	for name, value := range failure.Metadata {
		metadata[name] = value
	}
	found := document{"code": rpccode.Code(failure.Code).String(), "metadata": metadata}
	with(found, "reason", failure.Reason != "", string(failure.Reason))
	with(found, "retry_delay", failure.RetryDelay != 0, failure.RetryDelay.Milliseconds())
	return with(found, "fields", len(failure.Fields) > 0,
		each(failure.Fields, func(field dynakv.FieldViolation) any { return field.Field }))
}

func long(number int64) string { return strconv.FormatInt(number, 10) }

func itemResultDocument(result dynakv.ItemResult, isDelete bool) document {
	if !result.Applied {
		return document{"condition_failed": withItem(document{}, "current", result.Current)}
	}
	applied := withItem(withTime(document{}, result.ExpireTime), "attributes", result.Attributes)
	with(applied, "version", result.Version != "", result.Version)
	return document{"applied": with(applied, "existed", isDelete, result.Existed)}
}

func tableDocument(table dynakv.TableDescription) document {
	described := document{
		"name": table.Name, "physical_name": table.PhysicalName, "is_default": table.IsDefault, "status": table.Status,
		"indexes":      each(table.Indexes, func(index dynakv.TableIndex) any { return indexDocument(index) }),
		"time_to_live": ttlDocument(table.TimeToLive),
		"attributes": document{
			"key": table.Attributes.Key, "value": table.Attributes.Value, "ttl": table.Attributes.TTL,
			"ttl_ms": table.Attributes.TTLMillis, "version": table.Attributes.Version,
		},
		"capabilities": document{
			"key_value": table.Capabilities.KeyValue, "delete_table": table.Capabilities.DeleteTable,
		},
		"backend": string(table.Backend),
	}
	return withKeys(described, table.PartitionKey, table.SortKey, table.Throughput)
}

func ttlDocument(ttl dynakv.TimeToLive) document {
	return with(document{"state": string(ttl.State)}, "attribute", ttl.Attribute != "", ttl.Attribute)
}

func indexDocument(index dynakv.TableIndex) document {
	described := document{"name": index.Name, "kind": string(index.Kind), "projection": string(index.Projection)}
	with(described, "projected", len(index.Projected) > 0, each(index.Projected, func(name string) any { return name }))
	return withKeys(described, index.PartitionKey, index.SortKey, index.Throughput)
}

func withKeys(to document, partition, sort *dynakv.KeyAttribute, throughput *dynakv.Throughput) document {
	if partition != nil {
		to["partition_key"] = document{"name": partition.Name, "type": string(partition.Type)}
	}
	if sort != nil {
		to["sort_key"] = document{"name": sort.Name, "type": string(sort.Type)}
	}
	if throughput != nil {
		to["throughput"] = document{
			"read_capacity_units": throughput.ReadCapacityUnits, "write_capacity_units": throughput.WriteCapacityUnits,
		}
	}
	return to
}

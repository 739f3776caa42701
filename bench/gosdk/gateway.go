package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// gateway calls DynaKV through the stubs that protoc-gen-go-grpc generates, over one connection.
type gateway struct {
	entries dynakvpb.KeyValueServiceClient
	items   dynakvpb.ItemServiceClient
	values  values
}

func newGateways(s settings, values values) ([]call, func(), error) {
	return overConnections(s, func(connection *grpc.ClientConn) (call, error) {
		g := gateway{
			entries: dynakvpb.NewKeyValueServiceClient(connection),
			items:   dynakvpb.NewItemServiceClient(connection),
			values:  values,
		}
		return g.operation(s)
	})
}

// newNoops calls the no-op server of bench/proto, whose messages are those of Get.
func newNoops(s settings, values values) ([]call, func(), error) {
	return overConnections(s, func(connection *grpc.ClientConn) (call, error) {
		return func(ctx context.Context, e entry) error {
			var response dynakvpb.GetResponse
			request := dynakvpb.GetRequest{Key: e.key()}
			if err := connection.Invoke(ctx, "/dynakv.bench.v1.NoopService/Get", &request, &response); err != nil {
				return err
			}
			return check(response.GetEntry(), e, values)
		}, nil
	})
}

// overConnections opens the connections, at most one for each caller, and makes the call of each.
func overConnections(s settings, callOver func(*grpc.ClientConn) (call, error)) ([]call, func(), error) {
	var calls []call
	var connections []io.Closer
	stop := func() {
		for _, connection := range connections {
			// The process ends.
			_ = connection.Close()
		}
	}
	for range min(s.connections, s.callers) {
		connection, err := grpc.NewClient(s.address,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			// A retry would hide failures.
			grpc.WithDisableRetry())
		if err != nil {
			return nil, nil, err
		}
		connections = append(connections, connection)
		call, err := callOver(connection)
		if err != nil {
			return nil, nil, err
		}
		calls = append(calls, call)
	}
	return calls, stop, nil
}

func (g gateway) operation(s settings) (call, error) {
	operations := map[string]call{
		"get":             g.get,
		"get-item":        g.getItem,
		"set":             g.set,
		"put-item":        g.putItem,
		"delete":          g.delete,
		"delete-item":     g.deleteItem,
		"update-item":     g.updateItem,
		"compare-and-set": g.compareAndSet,
		"increment":       g.increment,
		"transact-write":  g.several(s.keys, g.transactWrite),
		"batch-get":       g.several(s.keys, g.batchGet),
		"batch-write":     g.several(s.keys, g.batchWrite),
		"query":           g.query(s),
	}
	if operation, found := operations[s.operation]; found {
		return operation, nil
	}
	return nil, fmt.Errorf("there is no operation %q", s.operation)
}

func (g gateway) several(count int, do func(context.Context, []entry) error) call {
	return func(ctx context.Context, first entry) error { return do(ctx, first.batch(count)) }
}

func (g gateway) get(ctx context.Context, e entry) error {
	response, err := g.entries.Get(ctx, &dynakvpb.GetRequest{Key: e.key()})
	if err != nil {
		return err
	}
	return check(response.GetEntry(), e, g.values)
}

func (g gateway) getItem(ctx context.Context, e entry) error {
	response, err := g.items.GetItem(ctx, &dynakvpb.GetItemRequest{Key: itemKey(e)})
	if err != nil {
		return err
	}
	return g.checkItem(response.GetItem(), e)
}

func (g gateway) set(ctx context.Context, e entry) error {
	response, err := g.entries.Set(ctx, &dynakvpb.SetRequest{Key: e.key(), Value: g.values.of(e)})
	if err != nil {
		return err
	}
	return ensure(response.GetVersion() != "", "a Set without a version")
}

func (g gateway) putItem(ctx context.Context, e entry) error {
	response, err := g.items.PutItem(ctx, &dynakvpb.PutItemRequest{Item: map[string]*dynakvpb.Value{
		"pk":  text(e.key()),
		"val": binary(g.values.of(e)),
	}})
	if err != nil {
		return err
	}
	return ensure(response.GetOutcome() == dynakvpb.ItemOutcome_ITEM_OUTCOME_APPLIED, "an item was not put")
}

func (g gateway) delete(ctx context.Context, e entry) error {
	response, err := g.entries.Delete(ctx, &dynakvpb.DeleteRequest{Key: e.key()})
	if err != nil {
		return err
	}
	return ensure(response.GetExisted(), "an entry did not exist")
}

func (g gateway) deleteItem(ctx context.Context, e entry) error {
	response, err := g.items.DeleteItem(ctx, &dynakvpb.DeleteItemRequest{Key: itemKey(e)})
	if err != nil {
		return err
	}
	return ensure(response.GetOutcome() == dynakvpb.ItemOutcome_ITEM_OUTCOME_APPLIED, "an item was not deleted")
}

func (g gateway) updateItem(ctx context.Context, e entry) error {
	response, err := g.items.UpdateItem(ctx, &dynakvpb.UpdateItemRequest{
		Key:    itemKey(e),
		Update: &dynakvpb.UpdateItemRequest_UpdateExpression{UpdateExpression: "SET val = :val"},
		Values: map[string]*dynakvpb.Value{":val": binary(g.values.of(e))},
	})
	if err != nil {
		return err
	}
	return ensure(response.GetOutcome() == dynakvpb.ItemOutcome_ITEM_OUTCOME_APPLIED, "an item was not updated")
}

func (g gateway) compareAndSet(ctx context.Context, e entry) error {
	response, err := g.entries.CompareAndSet(ctx, &dynakvpb.CompareAndSetRequest{
		Key:      e.key(),
		Value:    g.values.of(e),
		Expected: &dynakvpb.Expected{Kind: &dynakvpb.Expected_Version{Version: "1"}},
	})
	if err != nil {
		return err
	}
	return ensure(response.GetOutcome() == dynakvpb.CompareAndSetResponse_OUTCOME_SWAPPED, "not swapped")
}

func (g gateway) increment(ctx context.Context, e entry) error {
	response, err := g.entries.Increment(ctx, &dynakvpb.IncrementRequest{Key: e.key()})
	if err != nil {
		return err
	}
	return ensure(response.GetValue() == int64(e.index), "not the sum of "+e.key())
}

func (g gateway) transactWrite(ctx context.Context, entries []entry) error {
	operations := make([]*dynakvpb.TransactWriteOperation, len(entries))
	for nth, e := range entries {
		operations[nth] = &dynakvpb.TransactWriteOperation{Kind: &dynakvpb.TransactWriteOperation_Set{
			Set: &dynakvpb.TransactSet{Key: e.key(), Value: g.values.of(e)},
		}}
	}
	response, err := g.entries.TransactWrite(ctx, &dynakvpb.TransactWriteRequest{Operations: operations})
	if err != nil {
		return err
	}
	return ensure(response.GetOutcome() == dynakvpb.TransactWriteResponse_OUTCOME_COMMITTED, "not committed")
}

func (g gateway) batchGet(ctx context.Context, entries []entry) error {
	keys := make([]string, len(entries))
	for nth, e := range entries {
		keys[nth] = e.key()
	}
	stream, err := g.entries.BatchGet(ctx, &dynakvpb.BatchGetRequest{Keys: keys})
	if err != nil {
		return err
	}
	found := make([]bool, len(entries))
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for _, result := range response.GetResults() {
			index := int(result.GetIndex())
			if index >= len(entries) || found[index] {
				return errors.New("an answer to no key, or a second one")
			}
			if err := check(result.GetFound(), entries[index], g.values); err != nil {
				return err
			}
			found[index] = true
		}
	}
	for nth, isFound := range found {
		if !isFound {
			return fmt.Errorf("%s was not answered", entries[nth].key())
		}
	}
	return nil
}

func (g gateway) batchWrite(ctx context.Context, entries []entry) error {
	operations := make([]*dynakvpb.BatchWriteOperation, len(entries))
	for nth, e := range entries {
		operations[nth] = &dynakvpb.BatchWriteOperation{Kind: &dynakvpb.BatchWriteOperation_Set{
			Set: &dynakvpb.BatchSet{Key: e.key(), Value: g.values.of(e)},
		}}
	}
	response, err := g.entries.BatchWrite(ctx, &dynakvpb.BatchWriteRequest{Operations: operations})
	if err != nil {
		return err
	}
	if len(response.GetResults()) != len(entries) {
		return fmt.Errorf("%d results of %d writes", len(response.GetResults()), len(entries))
	}
	for nth, result := range response.GetResults() {
		if result.GetOutcome() != dynakvpb.BatchWriteResult_OUTCOME_APPLIED {
			return fmt.Errorf("%s was not written: %v", entries[nth].key(), result.GetOutcome())
		}
	}
	return nil
}

func (g gateway) query(s settings) call {
	expected := page(s.valueBytes, s.keys)
	return func(ctx context.Context, e entry) error {
		response, err := g.items.Query(ctx, &dynakvpb.QueryRequest{
			KeyCondition: "pk = :pk",
			Values:       map[string]*dynakvpb.Value{":pk": text(e.key())},
			PageSize:     int32(s.keys),
		})
		if err != nil {
			return err
		}
		items := response.GetItems()
		if len(items) != len(expected) {
			return errors.New("a page of " + strconv.Itoa(len(items)) + " items")
		}
		for nth, e := range expected {
			if err := g.checkItem(items[nth], e); err != nil {
				return err
			}
		}
		return nil
	}
}

func (g gateway) checkItem(found *dynakvpb.AttributeMap, e entry) error {
	if found.GetFields()["pk"].GetS() != e.key() {
		return fmt.Errorf("%s was not found", e.key())
	}
	return g.values.check(found.GetFields()["val"].GetB(), e)
}

func check(found *dynakvpb.Entry, e entry, values values) error {
	if found.GetKey() != e.key() {
		return fmt.Errorf("%s was not found", e.key())
	}
	return values.check(found.GetValue(), e)
}

func itemKey(e entry) *dynakvpb.ItemKey {
	return &dynakvpb.ItemKey{Partition: text(e.key())}
}

func text(text string) *dynakvpb.Value {
	return &dynakvpb.Value{Kind: &dynakvpb.Value_S{S: text}}
}

func binary(bytes []byte) *dynakvpb.Value {
	return &dynakvpb.Value{Kind: &dynakvpb.Value_B{B: bytes}}
}

func ensure(holds bool, otherwise string) error {
	if !holds {
		return errors.New(otherwise)
	}
	return nil
}

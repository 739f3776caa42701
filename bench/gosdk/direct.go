package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// table is the stub's, and so DynaKV's.
const table = "bench"

// writesOfARequest is how many writes DynamoDB takes in a BatchWriteItem.
const writesOfARequest = 25

type item = map[string]types.AttributeValue

// direct calls DynamoDB through the SDK, with the items that DynaKV would write: the key in `pk`, the value in `val`, the version in
// `dkv_ver`.
type direct struct {
	client *dynamodb.Client
	values values
}

// newDirect makes the calls as a program with this many callers would: with one client for all.
func newDirect(s settings, values values) (call, error) {
	d := direct{values: values, client: newClient(s.address, s.callers*requests(s.keys))}
	operations := map[string]call{
		"get":             d.get,
		"get-item":        d.get,
		"set":             d.put,
		"put-item":        d.put,
		"delete":          d.deleteReturning,
		"delete-item":     d.delete,
		"update-item":     d.update,
		"compare-and-set": d.compareAndPut,
		"increment":       d.increment,
		"transact-write":  d.several(s.keys, d.transactWrite),
		"batch-get":       d.several(s.keys, d.batchGet),
		"batch-write":     d.several(s.keys, d.batchWrite),
		"query":           d.query(s),
	}
	if operation, found := operations[s.operation]; found {
		return operation, nil
	}
	return nil, fmt.Errorf("the SDK has nothing to compare with %q", s.operation)
}

// newClient makes a client that keeps a connection for each request in flight. It does not retry: a retry would hide failures.
func newClient(address string, inFlight int) *dynamodb.Client {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(transport *http.Transport) {
		transport.MaxIdleConns = inFlight
		transport.MaxIdleConnsPerHost = inFlight
	})
	return dynamodb.New(dynamodb.Options{
		Region:       "us-east-1",
		BaseEndpoint: aws.String("http://" + address),
		Credentials:  aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("bench", "bench", "")),
		Retryer:      aws.NopRetryer{},
		HTTPClient:   transport,
	})
}

func (d direct) several(count int, do func(context.Context, []entry) error) call {
	return func(ctx context.Context, first entry) error { return do(ctx, first.batch(count)) }
}

func (d direct) get(ctx context.Context, e entry) error {
	found, err := d.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: keyOf(e)})
	if err != nil {
		return err
	}
	return d.check(found.Item, e)
}

func (d direct) put(ctx context.Context, e entry) error {
	_, err := d.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: d.item(e)})
	return err
}

// compareAndPut is the SDK's CompareAndSet, as optimistic locking is written with DynamoDB.
func (d direct) compareAndPut(ctx context.Context, e entry) error {
	_, err := d.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 aws.String(table),
		Item:                      d.item(e),
		ConditionExpression:       aws.String("dkv_ver = :expected"),
		ExpressionAttributeValues: item{":expected": &types.AttributeValueMemberN{Value: "1"}},
	})
	return err
}

func (d direct) delete(ctx context.Context, e entry) error {
	_, err := d.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: keyOf(e)})
	return err
}

// deleteReturning deletes, and learns whether there was something to delete.
func (d direct) deleteReturning(ctx context.Context, e entry) error {
	deleted, err := d.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:    aws.String(table),
		Key:          keyOf(e),
		ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return err
	}
	return d.check(deleted.Attributes, e)
}

func (d direct) update(ctx context.Context, e entry) error {
	_, err := d.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(table),
		Key:                       keyOf(e),
		UpdateExpression:          aws.String("SET val = :val"),
		ExpressionAttributeValues: item{":val": &types.AttributeValueMemberB{Value: d.values.of(e)}},
	})
	return err
}

// increment is the SDK's Increment: an addition that returns the sum.
func (d direct) increment(ctx context.Context, e entry) error {
	updated, err := d.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(table),
		Key:                       keyOf(e),
		UpdateExpression:          aws.String("ADD val :delta"),
		ExpressionAttributeValues: item{":delta": &types.AttributeValueMemberN{Value: "1"}},
		ReturnValues:              types.ReturnValueUpdatedNew,
	})
	if err != nil {
		return err
	}
	sum, _ := updated.Attributes["val"].(*types.AttributeValueMemberN)
	if sum == nil || sum.Value != strconv.Itoa(e.index) {
		return fmt.Errorf("not the sum of %s", e.key())
	}
	return nil
}

func (d direct) transactWrite(ctx context.Context, entries []entry) error {
	writes := make([]types.TransactWriteItem, len(entries))
	for nth, e := range entries {
		writes[nth].Put = &types.Put{TableName: aws.String(table), Item: d.item(e)}
	}
	_, err := d.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	return err
}

func (d direct) batchGet(ctx context.Context, entries []entry) error {
	keys := make([]item, len(entries))
	wanted := make(map[string]entry, len(entries))
	for nth, e := range entries {
		keys[nth] = keyOf(e)
		wanted[e.key()] = e
	}
	got, err := d.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
		RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys}},
	})
	if err != nil {
		return err
	}
	for _, found := range got.Responses[table] {
		key, _ := found["pk"].(*types.AttributeValueMemberS)
		if key == nil {
			return errors.New("an item has no key")
		}
		e, isWanted := wanted[key.Value]
		if !isWanted {
			return fmt.Errorf("%s was not asked for, or came twice", key.Value)
		}
		delete(wanted, key.Value)
		if err := d.check(found, e); err != nil {
			return err
		}
	}
	if len(wanted) > 0 {
		return fmt.Errorf("%d of %d keys were not answered", len(wanted), len(entries))
	}
	return nil
}

// batchWrite sends as many requests as are needed, at the same time.
func (d direct) batchWrite(ctx context.Context, entries []entry) error {
	failures := make([]error, requests(len(entries)))
	var sending sync.WaitGroup
	for nth := range failures {
		part := entries[nth*writesOfARequest : min((nth+1)*writesOfARequest, len(entries))]
		sending.Add(1)
		go func() {
			defer sending.Done()
			failures[nth] = d.batchWriteItem(ctx, part)
		}()
	}
	sending.Wait()
	return errors.Join(failures...)
}

// requests is how many BatchWriteItems so many writes need.
func requests(writes int) int {
	return (writes + writesOfARequest - 1) / writesOfARequest
}

func (d direct) batchWriteItem(ctx context.Context, entries []entry) error {
	writes := make([]types.WriteRequest, len(entries))
	for nth, e := range entries {
		writes[nth].PutRequest = &types.PutRequest{Item: d.item(e)}
	}
	written, err := d.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{table: writes},
	})
	if err != nil {
		return err
	}
	if left := len(written.UnprocessedItems); left > 0 {
		return fmt.Errorf("items of %d tables were not processed", left)
	}
	return nil
}

func (d direct) query(s settings) call {
	expected := page(s.valueBytes, s.keys)
	return func(ctx context.Context, e entry) error {
		found, err := d.client.Query(ctx, &dynamodb.QueryInput{
			TableName:                 aws.String(table),
			KeyConditionExpression:    aws.String("pk = :pk"),
			ExpressionAttributeValues: item{":pk": &types.AttributeValueMemberS{Value: e.key()}},
			Limit:                     aws.Int32(int32(s.keys)),
		})
		if err != nil {
			return err
		}
		if len(found.Items) != len(expected) {
			return fmt.Errorf("a page of %d items", len(found.Items))
		}
		for nth, e := range expected {
			if err := d.check(found.Items[nth], e); err != nil {
				return err
			}
		}
		return nil
	}
}

func keyOf(e entry) item {
	return item{"pk": &types.AttributeValueMemberS{Value: e.key()}}
}

func (d direct) item(e entry) item {
	item := keyOf(e)
	item["val"] = &types.AttributeValueMemberB{Value: d.values.of(e)}
	item["dkv_ver"] = &types.AttributeValueMemberN{Value: "1"}
	return item
}

func (d direct) check(found item, e entry) error {
	key, _ := found["pk"].(*types.AttributeValueMemberS)
	value, _ := found["val"].(*types.AttributeValueMemberB)
	if key == nil || value == nil || key.Value != e.key() {
		return fmt.Errorf("%s was not found", e.key())
	}
	return d.values.check(value.Value, e)
}

package dynakv

import (
	"context"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// Query reads the items of one partition of a table or of an index, in the order of the sort key, those that the key condition
// holds of:
//
//	orders := client.Query(dynakv.Attr("customer").Equal("ada").And(dynakv.Attr("number").Greater(100)))
//	for order, err := range orders.All(ctx) {
//		...
//	}
func (c *Client) Query(keyCondition Expression, options ...QueryOption) *ItemResults {
	made := newRead(c, options)
	order := dynakvpb.QueryRequest_ORDER_ASCENDING
	if made.descending {
		order = dynakvpb.QueryRequest_ORDER_DESCENDING
	}
	return made.itemResults(func(ctx context.Context, token string, countOnly bool) (itemPage, error) {
		texts, shared, err := rendered(keyCondition, made.filter, made.projection)
		if err != nil {
			return nil, err
		}
		return invoke(ctx, made, c.items.Query, &dynakvpb.QueryRequest{
			Table: made.table, ConsistentRead: made.consistent, KeyCondition: texts[0], Filter: texts[1],
			Projection: texts[2], Names: shared.names, Values: shared.values, Index: made.index, Order: order,
			PageSize: made.pageSize, PageToken: token, CountOnly: countOnly,
		})
	})
}

// Scan reads all items of a table or of an index, in no order. One that is written meanwhile may be shown as it was or as it is;
// one that is not is shown exactly once.
func (c *Client) Scan(options ...ScanOption) *ItemResults {
	made := newRead(c, options)
	return made.itemResults(func(ctx context.Context, token string, countOnly bool) (itemPage, error) {
		texts, shared, err := rendered(made.filter, made.projection)
		if err != nil {
			return nil, err
		}
		return invoke(ctx, made, c.items.Scan, &dynakvpb.ScanRequest{
			Table: made.table, ConsistentRead: made.consistent, Filter: texts[0], Projection: texts[1],
			Names: shared.names, Values: shared.values, Index: made.index, Segments: made.segments,
			PageSize: made.pageSize, PageToken: token, CountOnly: countOnly,
		})
	})
}

// ListKeys reads the keys of entries, all or those of a [Prefix] or [Glob], in no order.
func (c *Client) ListKeys(options ...ListKeysOption) *Results[string] {
	made := newRead(c, options)
	return &Results[string]{made.pageToken, func(ctx context.Context, token string) (Page[string], error) {
		request := &dynakvpb.ListKeysRequest{
			Table: made.table, ConsistentRead: made.consistent, PageSize: made.pageSize, PageToken: token,
		}
		switch {
		case made.prefix != nil:
			request.Pattern = &dynakvpb.ListKeysRequest_Prefix{Prefix: *made.prefix}
		case made.glob != nil:
			request.Pattern = &dynakvpb.ListKeysRequest_Glob{Glob: *made.glob}
		}
		response, err := invoke(ctx, made, c.kv.ListKeys, request)
		if err != nil {
			return Page[string]{}, err
		}
		keys := response.GetKeys()
		return Page[string]{Rows: keys, Count: len(keys), NextPageToken: response.GetNextPageToken()}, nil
	}}
}

// itemPage is what the responses of Query and Scan have in common.
type itemPage interface {
	GetItems() []*dynakvpb.AttributeMap
	GetCount() int32
	GetNextPageToken() string
}

func (c *call) itemResults(read func(ctx context.Context, token string, countOnly bool) (itemPage, error)) *ItemResults {
	reader := func(countOnly bool) Results[Item] {
		return Results[Item]{c.pageToken, func(ctx context.Context, token string) (Page[Item], error) {
			response, err := read(ctx, token, countOnly)
			if err != nil {
				return Page[Item]{}, err
			}
			return newItemPage(response)
		}}
	}
	return &ItemResults{Results: reader(false), counted: reader(true)}
}

func newItemPage(response itemPage) (Page[Item], error) {
	page := Page[Item]{Count: int(response.GetCount()), NextPageToken: response.GetNextPageToken()}
	for _, attributes := range response.GetItems() {
		item, err := itemFromWire(attributes)
		if err != nil {
			return Page[Item]{}, err
		}
		page.Rows = append(page.Rows, item)
	}
	return page, nil
}

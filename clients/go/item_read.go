package dynakv

import (
	"context"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// GetItem reads one item, or the parts of it that [Projection] names. Found is false if there is none.
func (c *Client) GetItem(ctx context.Context, key ItemKey, options ...GetItemOption) (item Item, found bool, err error) {
	made := newRead(c, options)
	wireKey, err := key.wire()
	if err != nil {
		return nil, false, err
	}
	texts, shared, err := rendered(made.projection)
	if err != nil {
		return nil, false, err
	}
	response, err := invoke(ctx, made, c.items.GetItem, &dynakvpb.GetItemRequest{
		Table: made.table, Key: wireKey, ConsistentRead: made.consistent, Projection: texts[0], Names: shared.names,
	})
	if err != nil || response.Item == nil {
		return nil, false, err
	}
	item, err = itemFromWire(response.Item)
	return item, err == nil, err
}

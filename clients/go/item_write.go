package dynakv

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// ReturnValues are the attributes that an update answers with.
type ReturnValues int

const (
	// ReturnNone is nothing.
	ReturnNone ReturnValues = iota
	// ReturnAllOld is all attributes as they were before.
	ReturnAllOld
	// ReturnUpdatedOld is the changed attributes as they were before.
	ReturnUpdatedOld
	// ReturnAllNew is all attributes as they are now.
	ReturnAllNew
	// ReturnUpdatedNew is the changed attributes as they are now, the version among them.
	ReturnUpdatedNew
)

func (v ReturnValues) wire() dynakvpb.ReturnValues {
	switch v {
	case ReturnAllOld:
		return dynakvpb.ReturnValues_RETURN_VALUES_ALL_OLD
	case ReturnUpdatedOld:
		return dynakvpb.ReturnValues_RETURN_VALUES_UPDATED_OLD
	case ReturnAllNew:
		return dynakvpb.ReturnValues_RETURN_VALUES_ALL_NEW
	case ReturnUpdatedNew:
		return dynakvpb.ReturnValues_RETURN_VALUES_UPDATED_NEW
	default:
		return dynakvpb.ReturnValues_RETURN_VALUES_NONE
	}
}

// ItemResult is what became of a write of an item.
type ItemResult struct {
	// Applied: it happened. Otherwise its condition did not hold, and nothing changed.
	Applied bool
	// Existed is, of a delete that happened, whether there was such an item. It says nothing with [OmitExisted].
	Existed bool
	// Version is, of a put or update that happened, that of the item as written.
	Version string
	// ExpireTime is when the item expires, if a put gave a TTL and happened.
	ExpireTime time.Time
	// Attributes are what [ReturnOld] or [Return] asked for, if it happened. Nil if there is nothing to show.
	Attributes Item
	// AttributesLost: it happened, but the attributes that were asked for are lost.
	AttributesLost bool
	// Current is, with [ReturnCurrent] and if the condition did not hold, the item as it is. Nil if there is none.
	Current Item
}

// PutItem writes one item in place of what was there. It is an [Item] or another map with strings as keys, or a struct, or a
// pointer to one; its primary key is among its attributes.
//
// Values are those of [Item], and beyond them all of Go's integers and floats, [*math/big.Int], slices and arrays as lists, maps
// with strings as keys, structs, and what implements [encoding.TextMarshaler] as strings, such as [time.Time]. Nil is NULL.
//
// A struct's exported fields are attributes under their own names, or those of the tag `dynakv:"name"`. `dynakv:"-"` leaves a
// field out, `dynakv:"name,omitempty"` does so if it is empty. `dynakv:"name,set"` makes a set of a slice or of the keys of a
// map[T]struct{}, and leaves it out if it is empty, since there are no empty sets.
func (c *Client) PutItem(ctx context.Context, item any, options ...PutItemOption) (ItemResult, error) {
	made := newWrite(c, options)
	fields, err := itemToWire(item)
	if err != nil {
		return ItemResult{}, err
	}
	texts, shared, err := rendered(made.condition)
	if err != nil {
		return ItemResult{}, err
	}
	response, err := invoke(ctx, made, c.items.PutItem, &dynakvpb.PutItemRequest{
		Table: made.table, Item: fields, Ttl: made.ttl, ReturnCurrent: made.returnCurrent, RequestId: made.requestID,
		Condition: texts[0], Names: shared.names, Values: shared.values, ReturnValues: made.returnValues.wire(),
	})
	if err != nil {
		return ItemResult{}, err
	}
	return made.itemResult(response, response.GetExpireTime())
}

// UpdateItem changes parts of one item, or creates it; a new item has only its key, its version and what the update sets.
//
// Never sent again by itself: a second attempt could change the item twice.
func (c *Client) UpdateItem(ctx context.Context, key ItemKey, update Update, options ...UpdateItemOption) (ItemResult, error) {
	made := newWrite(c, options)
	wireKey, err := key.wire()
	if err != nil {
		return ItemResult{}, err
	}
	actions, err := update.wire()
	if err != nil {
		return ItemResult{}, err
	}
	texts, shared, err := rendered(made.condition, update.expression)
	if err != nil {
		return ItemResult{}, err
	}
	request := &dynakvpb.UpdateItemRequest{
		Table: made.table, Key: wireKey, ReturnCurrent: made.returnCurrent, RequestId: made.requestID,
		Condition: texts[0], Names: shared.names, Values: shared.values, ReturnValues: made.returnValues.wire(),
	}
	if update.expression.render != nil {
		request.Update = &dynakvpb.UpdateItemRequest_UpdateExpression{UpdateExpression: texts[1]}
	} else {
		request.Update = &dynakvpb.UpdateItemRequest_Actions{Actions: actions}
	}
	response, err := invoke(ctx, made, c.items.UpdateItem, request)
	if err != nil {
		return ItemResult{}, err
	}
	return made.itemResult(response, nil)
}

// DeleteItem deletes one item.
//
// Never sent again by itself: a second attempt would find nothing.
func (c *Client) DeleteItem(ctx context.Context, key ItemKey, options ...DeleteItemOption) (ItemResult, error) {
	made := newWrite(c, options)
	wireKey, err := key.wire()
	if err != nil {
		return ItemResult{}, err
	}
	texts, shared, err := rendered(made.condition)
	if err != nil {
		return ItemResult{}, err
	}
	response, err := invoke(ctx, made, c.items.DeleteItem, &dynakvpb.DeleteItemRequest{
		Table: made.table, Key: wireKey, ReturnCurrent: made.returnCurrent, RequestId: made.requestID,
		Condition: texts[0], Names: shared.names, Values: shared.values, ReturnValues: made.returnValues.wire(),
		OmitExisted: made.omitExisted,
	})
	if err != nil {
		return ItemResult{}, err
	}
	result, err := made.itemResult(deleted{response}, nil)
	result.Existed = response.GetExisted()
	return result, err
}

// itemWritten is what the responses of the writes of items have in common.
type itemWritten interface {
	GetOutcome() dynakvpb.ItemOutcome
	GetVersion() string
	GetAttributes() *dynakvpb.AttributeMap
	GetAttributesLost() bool
	GetCurrent() *dynakvpb.AttributeMap
}

// deleted has what other writes answer and a delete never does.
type deleted struct{ *dynakvpb.DeleteItemResponse }

func (deleted) GetVersion() string      { return "" }
func (deleted) GetAttributesLost() bool { return false }

func (c *call) itemResult(response itemWritten, expireTime *timestamppb.Timestamp) (ItemResult, error) {
	result := ItemResult{
		Version:        response.GetVersion(),
		ExpireTime:     timeOf(expireTime),
		AttributesLost: response.GetAttributesLost(),
	}
	switch response.GetOutcome() {
	case dynakvpb.ItemOutcome_ITEM_OUTCOME_APPLIED:
		result.Applied = true
	case dynakvpb.ItemOutcome_ITEM_OUTCOME_CONDITION_FAILED:
	default:
		return ItemResult{}, c.unreadable("no known outcome")
	}
	var err error
	if result.Attributes, err = itemFromWire(response.GetAttributes()); err != nil {
		return ItemResult{}, c.unreadable("attributes of no known type")
	}
	if result.Current, err = itemFromWire(response.GetCurrent()); err != nil {
		return ItemResult{}, c.unreadable("attributes of no known type")
	}
	return result, nil
}

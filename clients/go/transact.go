package dynakv

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// A TransactOperation is one operation of a [Client.TransactWrite]: a [TransactSet], [TransactDelete], [TransactPutItem],
// [TransactUpdateItem], [TransactDeleteItem] or [TransactCheck].
type TransactOperation interface {
	wire(table string) (*dynakvpb.TransactWriteOperation, error)
	// leavesVersion, by which a transaction that has happened is recognised.
	leavesVersion() bool
}

// TransactSet writes an entry.
type TransactSet struct {
	// Table is that of the call if empty.
	Table string
	// Key is 1 to 2,048 bytes of UTF-8.
	Key string
	// Value may be empty.
	Value []byte
	// TTL lets the entry expire this long from now: 1 millisecond to 100 years. 0: it has no TTL.
	TTL time.Duration
	// Expected: write only if the entry is like this.
	Expected Expected
	// ReturnCurrent answers with what is there, if this condition cancels the transaction.
	ReturnCurrent bool
}

// TransactDelete deletes an entry.
type TransactDelete struct {
	// Table is that of the call if empty.
	Table string
	// Key is 1 to 2,048 bytes of UTF-8.
	Key string
	// Expected: delete only if the entry is like this, which cannot be [ExpectAbsent].
	Expected Expected
	// ReturnCurrent answers with what is there, if this condition cancels the transaction.
	ReturnCurrent bool
}

// TransactPutItem writes an item in place of what was there.
type TransactPutItem struct {
	// Table is that of the call if empty.
	Table string
	// Item is a map or a struct, as [Client.PutItem] takes it.
	Item any
	// TTL lets the item expire this long from now: 1 millisecond to 100 years. 0: it has no TTL, unless its attributes say so.
	TTL time.Duration
	// Condition must hold of the item that is there.
	Condition Expression
	// ReturnCurrent answers with what is there, if this condition cancels the transaction.
	ReturnCurrent bool
}

// TransactUpdateItem changes an item, or creates it.
type TransactUpdateItem struct {
	// Table is that of the call if empty.
	Table string
	// Key is the item's primary key.
	Key ItemKey
	// Update is what changes.
	Update Update
	// Condition must hold of the item that is there.
	Condition Expression
	// ReturnCurrent answers with what is there, if this condition cancels the transaction.
	ReturnCurrent bool
}

// TransactDeleteItem deletes an item.
type TransactDeleteItem struct {
	// Table is that of the call if empty.
	Table string
	// Key is the item's primary key.
	Key ItemKey
	// Condition must hold of the item that is there.
	Condition Expression
	// ReturnCurrent answers with what is there, if this condition cancels the transaction.
	ReturnCurrent bool
}

// TransactCheck checks that something is true of an item, and changes nothing.
type TransactCheck struct {
	// Table is that of the call if empty.
	Table string
	// Key is the item's primary key.
	Key ItemKey
	// Condition is required, and must hold of the item that is there.
	Condition Expression
	// ReturnCurrent answers with what is there, if this condition cancels the transaction.
	ReturnCurrent bool
}

func (TransactSet) leavesVersion() bool        { return true }
func (TransactDelete) leavesVersion() bool     { return false }
func (TransactPutItem) leavesVersion() bool    { return true }
func (TransactUpdateItem) leavesVersion() bool { return true }
func (TransactDeleteItem) leavesVersion() bool { return false }
func (TransactCheck) leavesVersion() bool      { return false }

// ownOr is the operation's, or else the call's.
func ownOr(own, ofCall string) string {
	if own != "" {
		return own
	}
	return ofCall
}

// ttlIfAny is nil for 0.
func ttlIfAny(ttl time.Duration) *durationpb.Duration {
	if ttl == 0 {
		return nil
	}
	return durationpb.New(ttl)
}

func (o TransactSet) wire(table string) (*dynakvpb.TransactWriteOperation, error) {
	return &dynakvpb.TransactWriteOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.TransactWriteOperation_Set{Set: &dynakvpb.TransactSet{
			Key: o.Key, Value: o.Value, Ttl: ttlIfAny(o.TTL), Expected: o.Expected.wire,
		}},
	}, nil
}

func (o TransactDelete) wire(table string) (*dynakvpb.TransactWriteOperation, error) {
	return &dynakvpb.TransactWriteOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.TransactWriteOperation_Delete{Delete: &dynakvpb.TransactDelete{
			Key: o.Key, Expected: o.Expected.wire,
		}},
	}, nil
}

func (o TransactPutItem) wire(table string) (*dynakvpb.TransactWriteOperation, error) {
	item, err := itemToWire(o.Item)
	if err != nil {
		return nil, err
	}
	texts, shared, err := rendered(o.Condition)
	if err != nil {
		return nil, err
	}
	return &dynakvpb.TransactWriteOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.TransactWriteOperation_PutItem{PutItem: &dynakvpb.TransactPutItem{
			Item: item, Ttl: ttlIfAny(o.TTL), Condition: texts[0], Names: shared.names, Values: shared.values,
		}},
	}, nil
}

func (o TransactUpdateItem) wire(table string) (*dynakvpb.TransactWriteOperation, error) {
	key, err := o.Key.wire()
	if err != nil {
		return nil, err
	}
	actions, err := o.Update.wire()
	if err != nil {
		return nil, err
	}
	texts, shared, err := rendered(o.Condition, o.Update.expression)
	if err != nil {
		return nil, err
	}
	update := &dynakvpb.TransactUpdateItem{Key: key, Condition: texts[0], Names: shared.names, Values: shared.values}
	if o.Update.expression.render != nil {
		update.Update = &dynakvpb.TransactUpdateItem_UpdateExpression{UpdateExpression: texts[1]}
	} else {
		update.Update = &dynakvpb.TransactUpdateItem_Actions{Actions: actions}
	}
	return &dynakvpb.TransactWriteOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.TransactWriteOperation_UpdateItem{UpdateItem: update},
	}, nil
}

func (o TransactDeleteItem) wire(table string) (*dynakvpb.TransactWriteOperation, error) {
	key, err := o.Key.wire()
	if err != nil {
		return nil, err
	}
	texts, shared, err := rendered(o.Condition)
	if err != nil {
		return nil, err
	}
	return &dynakvpb.TransactWriteOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.TransactWriteOperation_DeleteItem{DeleteItem: &dynakvpb.TransactDeleteItem{
			Key: key, Condition: texts[0], Names: shared.names, Values: shared.values,
		}},
	}, nil
}

func (o TransactCheck) wire(table string) (*dynakvpb.TransactWriteOperation, error) {
	key, err := o.Key.wire()
	if err != nil {
		return nil, err
	}
	texts, shared, err := rendered(o.Condition)
	if err != nil {
		return nil, err
	}
	return &dynakvpb.TransactWriteOperation{
		Table: ownOr(o.Table, table), ReturnCurrent: o.ReturnCurrent,
		Kind: &dynakvpb.TransactWriteOperation_Check{Check: &dynakvpb.TransactCheck{
			Key: key, Condition: texts[0], Names: shared.names, Values: shared.values,
		}},
	}, nil
}

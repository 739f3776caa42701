package dynakv

import (
	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// An Item is the attributes of a DynamoDB item by name, as Go values:
//
//	string          S
//	Number          N
//	[]byte          B
//	bool            BOOL
//	nil             NULL
//	map[string]any  M
//	[]any           L
//	StringSet       SS
//	NumberSet       NS
//	BinarySet       BS
//
// These are what items that are read hold. Items that are written may hold whatever [Client.PutItem] takes.
type Item map[string]any

// StringSet is a set of distinct strings, at least one, in no order.
type StringSet []string

// NumberSet is a set of distinct numbers, at least one, in no order.
type NumberSet []Number

// BinarySet is a set of distinct byte strings, at least one, in no order.
type BinarySet [][]byte

// An ItemKey is the primary key of an item: the value of its partition key, and of its sort key where the table has one.
type ItemKey struct {
	partition any
	sort      []any
}

// Key is a primary key. The values are strings, numbers or bytes, as the table has them; there is at most one for the sort key.
func Key(partition any, sort ...any) ItemKey {
	return ItemKey{partition, sort}
}

func (k ItemKey) wire() (*dynakvpb.ItemKey, error) {
	partition, err := toWire(k.partition)
	if err != nil {
		return nil, err
	}
	key := &dynakvpb.ItemKey{Partition: partition}
	switch len(k.sort) {
	case 0:
		return key, nil
	case 1:
		key.Sort, err = toWire(k.sort[0])
		return key, err
	default:
		return nil, convertErrorf("a key has at most one value for the sort key, not %d", len(k.sort))
	}
}

// itemFromWire is nil if there is none.
func itemFromWire(attributes *dynakvpb.AttributeMap) (Item, error) {
	if attributes == nil {
		return nil, nil
	}
	return mapFromWire(attributes)
}

func mapFromWire(attributes *dynakvpb.AttributeMap) (map[string]any, error) {
	item := make(map[string]any, len(attributes.GetFields()))
	for name, value := range attributes.GetFields() {
		native, err := fromWire(value)
		if err != nil {
			return nil, err
		}
		item[name] = native
	}
	return item, nil
}

// fromWire is the Go value of an attribute.
func fromWire(value *dynakvpb.Value) (any, error) {
	switch kind := value.GetKind().(type) {
	case *dynakvpb.Value_S:
		return kind.S, nil
	case *dynakvpb.Value_N:
		return Number(kind.N), nil
	case *dynakvpb.Value_B:
		return notNil(kind.B), nil
	case *dynakvpb.Value_Bool:
		return kind.Bool, nil
	case *dynakvpb.Value_Null:
		return nil, nil
	case *dynakvpb.Value_M:
		return mapFromWire(kind.M)
	case *dynakvpb.Value_L:
		list := make([]any, 0, len(kind.L.GetValues()))
		for _, element := range kind.L.GetValues() {
			native, err := fromWire(element)
			if err != nil {
				return nil, err
			}
			list = append(list, native)
		}
		return list, nil
	case *dynakvpb.Value_Ss:
		return StringSet(kind.Ss.GetValues()), nil
	case *dynakvpb.Value_Ns:
		set := make(NumberSet, 0, len(kind.Ns.GetValues()))
		for _, number := range kind.Ns.GetValues() {
			set = append(set, Number(number))
		}
		return set, nil
	case *dynakvpb.Value_Bs:
		set := make(BinarySet, 0, len(kind.Bs.GetValues()))
		for _, member := range kind.Bs.GetValues() {
			set = append(set, notNil(member))
		}
		return set, nil
	default:
		return nil, unreadable("an attribute of no known type")
	}
}

// notNil: empty bytes are bytes, not nothing.
func notNil(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

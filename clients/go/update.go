package dynakv

import (
	"slices"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// An Update is what a [Client.UpdateItem] changes: places in the item, none twice. Each method adds a change and gives the update
// with it, and leaves the one that it is called on as it is.
//
//	dynakv.NewUpdate().Set("state", "paid").Add("total", 5).Append("log", "paid").Remove("cart")
//
// Paths are as for [Attr]; names need no aliases.
type Update struct {
	actions    []*dynakvpb.UpdateAction
	expression Expression
	err        error
}

// NewUpdate is an update without a change so far, which the server would refuse.
func NewUpdate() Update { return Update{} }

// UpdateExpr is an update by a DynamoDB update expression, such as `SET #total = #total + :more`; see [Expr]. The other methods
// do not go together with it.
func UpdateExpr(expression Expression) Update { return Update{expression: expression} }

// Set puts a value there.
func (u Update) Set(path string, value any) Update {
	return u.withValue(path, value, func(action *dynakvpb.UpdateAction, value *dynakvpb.Value) {
		action.Kind = &dynakvpb.UpdateAction_Set{Set: value}
	})
}

// SetIfAbsent puts a value there unless there is one.
func (u Update) SetIfAbsent(path string, value any) Update {
	return u.withValue(path, value, func(action *dynakvpb.UpdateAction, value *dynakvpb.Value) {
		action.Kind = &dynakvpb.UpdateAction_SetIfAbsent{SetIfAbsent: value}
	})
}

// Add adds a number, a [Number] or one of Go's, to the number there; an absent one counts as 0.
func (u Update) Add(path string, number any) Update {
	text := ""
	attribute, err := toWire(number)
	if n, isNumber := attribute.GetKind().(*dynakvpb.Value_N); isNumber {
		text = n.N
	} else if err == nil {
		err = convertErrorf("Add needs a number, not %T", number)
	}
	return u.with(err, &dynakvpb.UpdateAction{Path: path, Kind: &dynakvpb.UpdateAction_Add{Add: text}})
}

// Append adds values to the end of the list there; an absent one counts as empty.
func (u Update) Append(path string, values ...any) Update {
	list, err := listOf(values)
	return u.with(err, &dynakvpb.UpdateAction{Path: path, Kind: &dynakvpb.UpdateAction_Append{Append: list}})
}

// Prepend adds values to the beginning of the list there; an absent one counts as empty.
func (u Update) Prepend(path string, values ...any) Update {
	list, err := listOf(values)
	return u.with(err, &dynakvpb.UpdateAction{Path: path, Kind: &dynakvpb.UpdateAction_Prepend{Prepend: list}})
}

// Remove takes away what is there.
func (u Update) Remove(path string) Update {
	kind := &dynakvpb.UpdateAction_Remove_{Remove: &dynakvpb.UpdateAction_Remove{}}
	return u.with(nil, &dynakvpb.UpdateAction{Path: path, Kind: kind})
}

// AddToSet adds the members of a [StringSet], [NumberSet] or [BinarySet] to the set there; an absent one counts as empty.
func (u Update) AddToSet(path string, members any) Update {
	return u.withValue(path, members, func(action *dynakvpb.UpdateAction, value *dynakvpb.Value) {
		action.Kind = &dynakvpb.UpdateAction_AddToSet{AddToSet: value}
	})
}

// RemoveFromSet takes the members of a [StringSet], [NumberSet] or [BinarySet] out of the set there.
func (u Update) RemoveFromSet(path string, members any) Update {
	return u.withValue(path, members, func(action *dynakvpb.UpdateAction, value *dynakvpb.Value) {
		action.Kind = &dynakvpb.UpdateAction_RemoveFromSet{RemoveFromSet: value}
	})
}

func (u Update) withValue(path string, value any, put func(*dynakvpb.UpdateAction, *dynakvpb.Value)) Update {
	attribute, err := toWire(value)
	action := &dynakvpb.UpdateAction{Path: path}
	put(action, attribute)
	return u.with(err, action)
}

func (u Update) with(err error, action *dynakvpb.UpdateAction) Update {
	if u.err == nil {
		u.err = err
	}
	if u.err == nil && u.expression.render != nil {
		u.err = convertErrorf("an update by an expression has no other changes")
	}
	u.actions = append(slices.Clip(u.actions), action)
	return u
}

// wire are the changes, unless they are an expression.
func (u Update) wire() (*dynakvpb.UpdateActions, error) {
	return &dynakvpb.UpdateActions{Actions: u.actions}, u.err
}

func listOf(values []any) (*dynakvpb.AttributeList, error) {
	list := &dynakvpb.AttributeList{}
	for _, value := range values {
		attribute, err := toWire(value)
		if err != nil {
			return nil, err
		}
		list.Values = append(list.Values, attribute)
	}
	return list, nil
}

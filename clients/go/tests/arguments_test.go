package tests

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// args are the arguments of a step. What is malformed panics, and fails the vector.
type args struct {
	values map[string]any
	fault  string
}

func (a args) has(name string) bool {
	_, found := a.values[name]
	return found
}

func (a args) is(name string) bool { return a.values[name] == true }

func (a args) text(name string) string {
	text, _ := a.values[name].(string)
	return text
}

func (a args) bytes(name string) []byte { return bytesOf(a.values[name]) }

func (a args) duration(name string) time.Duration {
	duration, err := time.ParseDuration(a.text(name))
	if err != nil {
		panic(err)
	}
	return duration
}

// ttl is 0 if there is none.
func (a args) ttl() time.Duration {
	if !a.has("ttl") {
		return 0
	}
	return a.duration("ttl")
}

func (a args) number(name string) int {
	number, _ := a.values[name].(int)
	return number
}

func (a args) long(name string) int64 {
	number, err := strconv.ParseInt(a.text(name), 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

func (a args) list(name string) []any {
	list, _ := a.values[name].([]any)
	return list
}

// part are arguments within the arguments.
func (a args) part(name string) args {
	values, _ := a.values[name].(map[string]any)
	return args{values: values}
}

// keys are a list of texts, or so many with one prefix.
func (a args) keys() []string {
	counted := a.part("keys")
	if counted.has("count") {
		return numbered(counted)
	}
	keys := []string{}
	for _, key := range a.list("keys") {
		keys = append(keys, key.(string))
	}
	return keys
}

func numbered(a args) []string {
	keys := make([]string, a.number("count"))
	for i := range keys {
		keys[i] = a.text("prefix") + strconv.Itoa(i)
	}
	return keys
}

func (a args) expected() dynakv.Expected {
	expected := a.part("expected")
	switch {
	case expected.is("absent"):
		return dynakv.ExpectAbsent()
	case expected.is("present"):
		return dynakv.ExpectPresent()
	case expected.has("version"):
		return dynakv.ExpectVersion(expected.text("version"))
	case expected.has("value"):
		return dynakv.ExpectValue(expected.bytes("value"))
	default:
		return dynakv.Expected{}
	}
}

func bytesOf(value any) []byte {
	switch value := value.(type) {
	case string:
		return []byte(value)
	case map[string]any:
		return fromBase64(value["base64"])
	default:
		panic(fmt.Sprintf("%v are no bytes", value))
	}
}

func fromBase64(text any) []byte {
	content, err := base64.StdEncoding.DecodeString(text.(string))
	if err != nil {
		panic(err)
	}
	return content
}

func (a args) item(name string) dynakv.Item { return attributes(a.values[name]) }

func attributes(value any) dynakv.Item {
	item := dynakv.Item{}
	for name, attribute := range value.(map[string]any) {
		item[name] = native(attribute)
	}
	return item
}

// native is the Go value of an attribute in DynamoDB's JSON.
func native(value any) any {
	for kind, content := range value.(map[string]any) {
		switch kind {
		case "S":
			return content.(string)
		case "N":
			return dynakv.Number(content.(string))
		case "B":
			return fromBase64(content)
		case "BOOL":
			return content.(bool)
		case "NULL":
			return nil
		case "M":
			return map[string]any(attributes(content))
		case "L":
			list := []any{}
			for _, element := range content.([]any) {
				list = append(list, native(element))
			}
			return list
		default:
			return nativeSet(kind, content.([]any))
		}
	}
	panic("an attribute without a type")
}

func nativeSet(kind string, members []any) any {
	strings, numbers, binaries := dynakv.StringSet{}, dynakv.NumberSet{}, dynakv.BinarySet{}
	for _, member := range members {
		switch kind {
		case "SS":
			strings = append(strings, member.(string))
		case "NS":
			numbers = append(numbers, dynakv.Number(member.(string)))
		case "BS":
			binaries = append(binaries, fromBase64(member))
		}
	}
	switch kind {
	case "SS":
		return strings
	case "NS":
		return numbers
	case "BS":
		return binaries
	default:
		panic(fmt.Sprintf("there is no type %s", kind))
	}
}

func (a args) itemKey(name string) dynakv.ItemKey {
	key := a.part(name)
	if key.has("sort") {
		return dynakv.Key(native(key.values["partition"]), native(key.values["sort"]))
	}
	return dynakv.Key(native(key.values["partition"]))
}

// substitutes are what all expressions of a call share.
func (a args) substitutes() []dynakv.Substitutes {
	names, values := dynakv.Names{}, dynakv.Values{}
	for alias, name := range a.part("names").values {
		names[alias] = name.(string)
	}
	for placeholder, value := range a.part("values").values {
		values[placeholder] = native(value)
	}
	return []dynakv.Substitutes{names, values}
}

func (a args) update() dynakv.Update {
	given := a.part("update")
	if given.has("expression") {
		return dynakv.UpdateExpr(dynakv.Expr(given.text("expression"), a.substitutes()...))
	}
	update := dynakv.NewUpdate()
	for _, action := range given.list("actions") {
		update = change(update, args{values: action.(map[string]any)})
	}
	return update
}

func change(update dynakv.Update, action args) dynakv.Update {
	path := action.text("path")
	natives := func(name string) []any {
		var values []any
		for _, value := range action.list(name) {
			values = append(values, native(value))
		}
		return values
	}
	switch {
	case action.has("set"):
		return update.Set(path, native(action.values["set"]))
	case action.has("set_if_absent"):
		return update.SetIfAbsent(path, native(action.values["set_if_absent"]))
	case action.has("add"):
		return update.Add(path, dynakv.Number(action.text("add")))
	case action.has("append"):
		return update.Append(path, natives("append")...)
	case action.has("prepend"):
		return update.Prepend(path, natives("prepend")...)
	case action.is("remove"):
		return update.Remove(path)
	case action.has("add_to_set"):
		return update.AddToSet(path, native(action.values["add_to_set"]))
	case action.has("remove_from_set"):
		return update.RemoveFromSet(path, native(action.values["remove_from_set"]))
	default:
		panic(fmt.Sprintf("there is no such change: %v", action.values))
	}
}

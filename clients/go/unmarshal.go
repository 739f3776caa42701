package dynakv

import (
	"encoding"
	"reflect"
	"strings"
)

// Decode puts the attributes into a struct, or into a map with strings as keys. Fields are named by the tag `dynakv:"name"`, or
// by their own name; see [Client.PutItem]. Attributes without a field are left out, fields without an attribute are left as they
// are.
//
// It fails with a [*ConvertError] if an attribute does not fit its field, also if a number would lose digits in one of Go's
// integers. A float takes the nearest number that it can hold.
func (i Item) Decode(into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return convertErrorf("Decode needs a pointer, not %T", into)
	}
	return unmarshal(map[string]any(i), target.Elem())
}

var textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()

// unmarshal puts a value as [Item] has them into a variable.
func unmarshal(value any, into reflect.Value) error {
	if value == nil {
		into.SetZero()
		return nil
	}
	if into.Kind() == reflect.Pointer {
		if into.IsNil() {
			into.Set(reflect.New(into.Type().Elem()))
		}
		return unmarshal(value, into.Elem())
	}
	if into.Kind() == reflect.Interface && into.NumMethod() == 0 {
		into.Set(reflect.ValueOf(value))
		return nil
	}
	switch value := value.(type) {
	case bool:
		if into.Kind() == reflect.Bool {
			into.SetBool(value)
			return nil
		}
	case string:
		return unmarshalString(value, into)
	case Number:
		return unmarshalNumber(value, into)
	case []byte:
		return unmarshalBytes(value, into)
	case map[string]any:
		return unmarshalMap(value, into)
	case []any:
		return unmarshalElements(value, into)
	case StringSet:
		return unmarshalSet(value, into)
	case NumberSet:
		return unmarshalSet(value, into)
	case BinarySet:
		return unmarshalSet(value, into)
	}
	return misfit(value, into)
}

func misfit(value any, into reflect.Value) error {
	kinds := map[reflect.Type]string{
		reflect.TypeFor[string](): "a string", numberType: "a number", reflect.TypeFor[[]byte](): "bytes",
		reflect.TypeFor[bool](): "a truth value", reflect.TypeFor[map[string]any](): "a map", reflect.TypeFor[[]any](): "a list",
		stringSetType: "a set of strings", numberSetType: "a set of numbers", binarySetType: "a set of bytes",
	}
	return convertErrorf("%s does not fit a variable of type %s", kinds[reflect.TypeOf(value)], into.Type())
}

func unmarshalString(value string, into reflect.Value) error {
	// A big.Int reads text as well, but an attribute that is a string is no number.
	if into.CanAddr() && into.Addr().Type().Implements(textUnmarshalerType) && into.Type() != bigIntType {
		if err := into.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(value)); err != nil {
			return convertErrorf("a string does not fit a variable of type %s: %v", into.Type(), err)
		}
		return nil
	}
	if into.Kind() != reflect.String || into.Type() == numberType {
		return misfit(value, into)
	}
	into.SetString(value)
	return nil
}

func unmarshalNumber(value Number, into reflect.Value) error {
	switch kind := into.Kind(); {
	case into.Type() == numberType:
		into.SetString(string(value))
		return nil
	case into.Type() == bigIntType:
		whole, err := value.BigInt()
		if err == nil {
			into.Set(reflect.ValueOf(*whole))
		}
		return err
	case into.CanInt():
		whole, err := value.Int64()
		if err != nil || into.OverflowInt(whole) {
			return convertErrorf("the number %s does not fit a variable of type %s", string(value), into.Type())
		}
		into.SetInt(whole)
		return nil
	case into.CanUint():
		whole, err := value.BigInt()
		if err != nil || !whole.IsUint64() || into.OverflowUint(whole.Uint64()) {
			return convertErrorf("the number %s does not fit a variable of type %s", string(value), into.Type())
		}
		into.SetUint(whole.Uint64())
		return nil
	case kind == reflect.Float32 || kind == reflect.Float64:
		float, err := value.Float64()
		if err != nil || into.OverflowFloat(float) {
			return convertErrorf("the number %s does not fit a variable of type %s", string(value), into.Type())
		}
		into.SetFloat(float)
		return nil
	}
	return misfit(value, into)
}

func unmarshalBytes(value []byte, into reflect.Value) error {
	if !isBinary(into.Type()) {
		return misfit(value, into)
	}
	if into.Kind() == reflect.Slice {
		into.Set(reflect.MakeSlice(into.Type(), len(value), len(value)))
	} else if into.Len() != len(value) {
		return convertErrorf("%d bytes do not fit a variable of type %s", len(value), into.Type())
	}
	reflect.Copy(into, reflect.ValueOf(value))
	return nil
}

func unmarshalMap(value map[string]any, into reflect.Value) error {
	switch {
	case into.Kind() == reflect.Struct:
		return unmarshalStruct(value, into)
	case into.Kind() == reflect.Map && into.Type().Key().Kind() == reflect.String:
		if into.IsNil() {
			into.Set(reflect.MakeMapWithSize(into.Type(), len(value)))
		}
		for name, attribute := range value {
			element := reflect.New(into.Type().Elem()).Elem()
			if err := unmarshal(attribute, element); err != nil {
				return err
			}
			into.SetMapIndex(reflect.ValueOf(name).Convert(into.Type().Key()), element)
		}
		return nil
	}
	return misfit(value, into)
}

func unmarshalStruct(value map[string]any, into reflect.Value) error {
	for _, of := range fieldsOf(into.Type()) {
		attribute, found := value[of.name]
		if !found {
			continue
		}
		variable, err := fieldIn(into, of.index)
		if err == nil {
			err = unmarshal(attribute, variable)
		}
		if err != nil {
			return convertErrorf("attribute %q: %s", of.name, withoutPackage(err))
		}
	}
	return nil
}

// withoutPackage keeps the name of the package from standing twice in a message.
func withoutPackage(err error) string {
	return strings.TrimPrefix(err.Error(), "dynakv: ")
}

// fieldIn makes the embedded structs on the way that are not there.
func fieldIn(into reflect.Value, index []int) (reflect.Value, error) {
	for depth, position := range index {
		if depth > 0 && into.Kind() == reflect.Pointer {
			if into.IsNil() && !into.CanSet() {
				return into, convertErrorf("the embedded %s is nil and not exported", into.Type())
			}
			if into.IsNil() {
				into.Set(reflect.New(into.Type().Elem()))
			}
			into = into.Elem()
		}
		into = into.Field(position)
	}
	return into, nil
}

// unmarshalElements puts a list, or a set in some order, into a slice or an array of its length.
func unmarshalElements[S ~[]E, E any](values S, into reflect.Value) error {
	switch into.Kind() {
	case reflect.Slice:
		into.Set(reflect.MakeSlice(into.Type(), len(values), len(values)))
	case reflect.Array:
		if into.Len() != len(values) {
			return convertErrorf("%d values do not fit a variable of type %s", len(values), into.Type())
		}
	default:
		return misfit(values, into)
	}
	for i, value := range values {
		if err := unmarshal(value, into.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// unmarshalSet puts a set into a slice, or into the keys of a map[T]struct{}.
func unmarshalSet[S ~[]E, E any](set S, into reflect.Value) error {
	if into.Kind() != reflect.Map || into.Type().Elem() != unitType {
		return unmarshalElements(set, into)
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(set)))
	for _, member := range set {
		key := reflect.New(into.Type().Key()).Elem()
		if err := unmarshal(member, key); err != nil {
			return err
		}
		into.SetMapIndex(key, reflect.Zero(unitType))
	}
	return nil
}

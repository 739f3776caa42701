package dynakv

import (
	"encoding"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// maxDepth is more than the server takes; it ends what contains itself.
const maxDepth = 100

// A ConvertError is a Go value that is no attribute, an attribute that does not fit a Go value, or a placeholder that stands for
// two things. Nothing was sent.
type ConvertError struct{ message string }

func (e *ConvertError) Error() string { return "dynakv: " + e.message }

func convertErrorf(format string, values ...any) error {
	return &ConvertError{fmt.Sprintf(format, values...)}
}

// itemToWire are the attributes of a map or struct.
func itemToWire(item any) (map[string]*dynakvpb.Value, error) {
	value, err := toWire(item)
	if err != nil {
		return nil, err
	}
	attributes, isMap := value.GetKind().(*dynakvpb.Value_M)
	if !isMap {
		return nil, convertErrorf("an item is a map or a struct, not %T", item)
	}
	return attributes.M.GetFields(), nil
}

// toWire is the attribute of a Go value.
func toWire(value any) (*dynakvpb.Value, error) {
	return marshal(reflect.ValueOf(value), 0)
}

var (
	numberType        = reflect.TypeFor[Number]()
	bigIntType        = reflect.TypeFor[big.Int]()
	stringSetType     = reflect.TypeFor[StringSet]()
	numberSetType     = reflect.TypeFor[NumberSet]()
	binarySetType     = reflect.TypeFor[BinarySet]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	unitType          = reflect.TypeFor[struct{}]()
	byteType          = reflect.TypeFor[byte]()
)

func null() *dynakvpb.Value { return &dynakvpb.Value{Kind: &dynakvpb.Value_Null{Null: true}} }

func number(text string) *dynakvpb.Value {
	return &dynakvpb.Value{Kind: &dynakvpb.Value_N{N: text}}
}

func marshal(value reflect.Value, depth int) (*dynakvpb.Value, error) {
	if depth > maxDepth {
		return nil, convertErrorf("a value is nested more than %d levels deep", maxDepth)
	}
	if !value.IsValid() {
		return null(), nil
	}
	switch kind := value.Kind(); {
	case (kind == reflect.Pointer || kind == reflect.Interface || kind == reflect.Map || kind == reflect.Slice) && value.IsNil():
		return null(), nil
	case value.Type() == bigIntType:
		exact := value.Interface().(big.Int)
		return number(exact.String()), nil
	case value.Type() == reflect.PointerTo(bigIntType):
		return number(value.Interface().(*big.Int).String()), nil
	case value.Type().Implements(textMarshalerType):
		text, err := value.Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return nil, err
		}
		return &dynakvpb.Value{Kind: &dynakvpb.Value_S{S: string(text)}}, nil
	case kind == reflect.Struct && reflect.PointerTo(value.Type()).Implements(textMarshalerType):
		held := reflect.New(value.Type()) // A value in an interface or a map has no address.
		held.Elem().Set(value)
		return marshal(held, depth+1)
	case kind == reflect.Pointer || kind == reflect.Interface:
		return marshal(value.Elem(), depth+1)
	case isSetType(value.Type()):
		return marshalSet(value)
	case value.Type() == numberType:
		return number(value.String()), nil
	}
	return marshalKind(value, depth)
}

func marshalKind(value reflect.Value, depth int) (*dynakvpb.Value, error) {
	switch value.Kind() {
	case reflect.Bool:
		return &dynakvpb.Value{Kind: &dynakvpb.Value_Bool{Bool: value.Bool()}}, nil
	case reflect.String:
		return &dynakvpb.Value{Kind: &dynakvpb.Value_S{S: value.String()}}, nil
	case reflect.Slice, reflect.Array:
		if isBinary(value.Type()) {
			return &dynakvpb.Value{Kind: &dynakvpb.Value_B{B: bytesOf(value)}}, nil
		}
		return marshalList(value, depth)
	case reflect.Map:
		return marshalMap(value, depth)
	case reflect.Struct:
		return marshalStruct(value, depth)
	default:
		text, err := numberText(value)
		if err != nil {
			return nil, err
		}
		return number(text), nil
	}
}

// numberText is the decimal text of a number of one of Go's types. Of a float it is the shortest that stands for exactly it.
func numberText(value reflect.Value) (string, error) {
	switch value.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(value.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(value.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		float := value.Float()
		if math.IsNaN(float) || math.IsInf(float, 0) {
			return "", convertErrorf("%v is no number that can be stored", float)
		}
		return strconv.FormatFloat(float, 'g', -1, value.Type().Bits()), nil
	case reflect.String:
		if value.Type() == numberType {
			return value.String(), nil
		}
	}
	return "", convertErrorf("a value of type %s cannot be stored", value.Type())
}

// isBinary: a slice or array of bytes. One of another type that is made of uint8 holds numbers.
func isBinary(of reflect.Type) bool {
	return (of.Kind() == reflect.Slice || of.Kind() == reflect.Array) && of.Elem() == byteType
}

// bytesOf copies, so that a caller's later changes do not reach a request.
func bytesOf(value reflect.Value) []byte {
	content := make([]byte, value.Len())
	reflect.Copy(reflect.ValueOf(content), value)
	return content
}

func marshalList(value reflect.Value, depth int) (*dynakvpb.Value, error) {
	list := &dynakvpb.AttributeList{Values: make([]*dynakvpb.Value, 0, value.Len())}
	for i := range value.Len() {
		element, err := marshal(value.Index(i), depth+1)
		if err != nil {
			return nil, err
		}
		list.Values = append(list.Values, element)
	}
	return &dynakvpb.Value{Kind: &dynakvpb.Value_L{L: list}}, nil
}

func marshalMap(value reflect.Value, depth int) (*dynakvpb.Value, error) {
	if value.Type().Key().Kind() != reflect.String {
		return nil, convertErrorf("a map of type %s has no strings as keys", value.Type())
	}
	fields := make(map[string]*dynakvpb.Value, value.Len())
	for entries := value.MapRange(); entries.Next(); {
		attribute, err := marshal(entries.Value(), depth+1)
		if err != nil {
			return nil, err
		}
		fields[entries.Key().String()] = attribute
	}
	return attributes(fields), nil
}

func marshalStruct(value reflect.Value, depth int) (*dynakvpb.Value, error) {
	fields := map[string]*dynakvpb.Value{}
	all := fieldsOf(value.Type())
	if len(all) == 0 && isOpaque(value.Type()) {
		return nil, convertErrorf("a value of type %s cannot be stored: it has no exported fields", value.Type())
	}
	for _, of := range all {
		content, err := value.FieldByIndexErr(of.index)
		if err != nil || of.omitEmpty && isEmpty(content) {
			continue // err: within an embedded struct that is nil.
		}
		if _, twice := fields[of.name]; twice {
			return nil, convertErrorf("%s has two fields for the attribute %q", value.Type(), of.name)
		}
		var attribute *dynakvpb.Value
		if of.set {
			if isEmpty(content) {
				continue // There are no empty sets.
			}
			attribute, err = marshalSet(reflect.Indirect(content))
		} else {
			attribute, err = marshal(content, depth+1)
		}
		if err != nil {
			return nil, err
		}
		fields[of.name] = attribute
	}
	return attributes(fields), nil
}

func attributes(fields map[string]*dynakvpb.Value) *dynakvpb.Value {
	return &dynakvpb.Value{Kind: &dynakvpb.Value_M{M: &dynakvpb.AttributeMap{Fields: fields}}}
}

func isEmpty(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Map, reflect.Slice, reflect.String, reflect.Array:
		return value.Len() == 0
	default:
		return value.IsZero()
	}
}

// isSetType: the type itself says that its values are sets.
func isSetType(of reflect.Type) bool {
	return of == stringSetType || of == numberSetType || of == binarySetType
}

// marshalSet makes a set of a slice, or of the keys of a map[T]struct{}.
func marshalSet(value reflect.Value) (*dynakvpb.Value, error) {
	var members []reflect.Value
	switch {
	case value.Kind() == reflect.Slice || value.Kind() == reflect.Array:
		for i := range value.Len() {
			members = append(members, value.Index(i))
		}
	case value.Kind() == reflect.Map && value.Type().Elem() == unitType:
		members = value.MapKeys()
		// In one order, so that the same set is the same message each time.
		slices.SortFunc(members, func(a, b reflect.Value) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	default:
		return nil, convertErrorf("a value of type %s is no set", value.Type())
	}
	elements := value.Type()
	if value.Kind() == reflect.Map {
		elements = elements.Key()
	} else {
		elements = elements.Elem()
	}
	return setOf(elements, members)
}

func setOf(elements reflect.Type, members []reflect.Value) (*dynakvpb.Value, error) {
	switch {
	case elements.Kind() == reflect.String && elements != numberType:
		set := &dynakvpb.StringSet{}
		for _, member := range members {
			set.Values = append(set.Values, member.String())
		}
		return &dynakvpb.Value{Kind: &dynakvpb.Value_Ss{Ss: set}}, nil
	case isBinary(elements):
		set := &dynakvpb.BinarySet{}
		for _, member := range members {
			set.Values = append(set.Values, bytesOf(member))
		}
		return &dynakvpb.Value{Kind: &dynakvpb.Value_Bs{Bs: set}}, nil
	default:
		set := &dynakvpb.NumberSet{}
		for _, member := range members {
			text, err := numberText(member)
			if err != nil {
				return nil, err
			}
			set.Values = append(set.Values, text)
		}
		return &dynakvpb.Value{Kind: &dynakvpb.Value_Ns{Ns: set}}, nil
	}
}

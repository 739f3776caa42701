package dynakv

import (
	"errors"
	"math"
	"math/big"
	"reflect"
	"sync/atomic"
	"testing"
	"time"
)

type embedded struct {
	Shared string
}

type everything struct {
	embedded
	Text     string `dynakv:"text"`
	Exact    Number
	Low      int64
	High     uint64
	Float    float64
	Small    int8
	Big      *big.Int
	Bytes    []byte
	Array    [3]byte
	Empty    []byte
	Nothing  []byte
	Yes      bool
	Pointer  *string
	Null     *string
	List     []int
	Any      []any
	Map      map[string]int
	Nested   map[string]embedded
	Strings  []string        `dynakv:",set"`
	Numbers  []uint64        `dynakv:"numbers,set"`
	Keys     map[string]unit `dynakv:"keys,set"`
	Binaries [][]byte        `dynakv:"binaries,set"`
	Typed    StringSet
	When     time.Time
	Left     string `dynakv:",omitempty"`
	None     []int  `dynakv:",set"`
	Skipped  string `dynakv:"-"`
	hidden   string
}

type unit = struct{}

func TestNothingIsLostOnTheWayThroughAttributes(t *testing.T) {
	text := "there"
	given := everything{
		embedded: embedded{"shared"}, Text: "", Exact: "12345678901234567890123456789012345678",
		Low: math.MinInt64, High: math.MaxUint64, Float: math.SmallestNonzeroFloat64, Small: -128,
		Big:   new(big.Int).Exp(big.NewInt(2), big.NewInt(100), nil),
		Bytes: []byte{0, 255}, Array: [3]byte{1, 2, 3}, Empty: []byte{}, Yes: true, Pointer: &text,
		List: []int{1, 2}, Any: []any{"a", Number("1"), nil, true, []byte("b"), []any{}, map[string]any{}},
		Map: map[string]int{"a": 1}, Nested: map[string]embedded{"b": {"deep"}},
		Strings: []string{"x", ""}, Numbers: []uint64{math.MaxUint64}, Keys: map[string]unit{"k": {}},
		Binaries: [][]byte{{}, {0}}, Typed: StringSet{"y"}, When: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC),
		hidden: "",
	}
	fields, err := itemToWire(&given)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Left", "None", "Skipped", "hidden", "embedded"} {
		if _, there := fields[name]; there {
			t.Errorf("%s is an attribute", name)
		}
	}
	value, err := fromWire(attributes(fields))
	if err != nil {
		t.Fatal(err)
	}
	var read everything
	if err := Item(value.(map[string]any)).Decode(&read); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read, given) {
		t.Errorf("%+v became %+v", given, read)
	}
}

type day uint8

func TestOnlyBytesThemselvesAreBinary(t *testing.T) {
	type days struct {
		List   []day
		Array  [2]day
		Set    []day        `dynakv:",set"`
		Keys   map[day]unit `dynakv:",set"`
		Nested [][]day
	}
	given := days{[]day{1, 255}, [2]day{3, 4}, []day{5}, map[day]unit{6: {}}, [][]day{{7}, {}}}
	fields, err := itemToWire(given)
	if err != nil {
		t.Fatal(err)
	}
	value, err := fromWire(attributes(fields))
	if err != nil {
		t.Fatal(err)
	}
	item := Item(value.(map[string]any))
	expected := Item{
		"List": []any{Number("1"), Number("255")}, "Array": []any{Number("3"), Number("4")}, "Set": NumberSet{"5"},
		"Keys": NumberSet{"6"}, "Nested": []any{[]any{Number("7")}, []any{}},
	}
	if !reflect.DeepEqual(item, expected) {
		t.Errorf("the attributes are %v", item)
	}
	var read days
	if err := item.Decode(&read); err != nil || !reflect.DeepEqual(read, given) {
		t.Errorf("%+v became %+v, %v", given, read, err)
	}
	var misfit *ConvertError
	if err := (Item{"List": []byte{1}}).Decode(&read); !errors.As(err, &misfit) {
		t.Errorf("bytes as a list of another type: %v", err)
	}
	noSet := struct {
		Sets [][]day `dynakv:",set"`
	}{[][]day{{1}}}
	if _, err := itemToWire(noSet); !errors.As(err, &misfit) {
		t.Errorf("a set of lists: %v", err)
	}
}

func TestTextIsTextHoweverItsValueIsHeld(t *testing.T) {
	type texts struct {
		Value   big.Rat
		Pointer *big.Rat
		Any     any
		Map     map[string]big.Float
		List    []big.Rat
	}
	third := big.NewRat(1, 3)
	given := texts{*third, third, *third, map[string]big.Float{"half": *big.NewFloat(0.5)}, []big.Rat{*third}}
	for _, item := range []any{given, &given} {
		fields, err := itemToWire(item)
		if err != nil {
			t.Fatal(err)
		}
		value, err := fromWire(attributes(fields))
		if err != nil {
			t.Fatal(err)
		}
		expected := map[string]any{
			"Value": "1/3", "Pointer": "1/3", "Any": "1/3", "Map": map[string]any{"half": "0.5"}, "List": []any{"1/3"},
		}
		if !reflect.DeepEqual(value, expected) {
			t.Errorf("the attributes are %v", value)
		}
		var read texts
		if err := Item(value.(map[string]any)).Decode(&read); err != nil || read.Value.Cmp(third) != 0 || read.List[0].Cmp(third) != 0 {
			t.Errorf("%v became %v, %v", given, read, err)
		}
	}
}

func TestAStructThatHidesAllItHoldsIsRefused(t *testing.T) {
	type hiding struct{ hidden int }
	var misfit *ConvertError
	for name, value := range map[string]any{
		"a struct": hiding{1}, "a pointer": &hiding{1}, "embedded": struct{ hiding }{hiding{1}}, "atomic": &atomic.Int64{},
		"a condition": Attr("a").Exists(),
	} {
		if _, err := itemToWire(Item{"a": value}); !errors.As(err, &misfit) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := itemToWire(value); !errors.As(err, &misfit) {
			t.Errorf("%s as an item: %v", name, err)
		}
	}
	for name, value := range map[string]any{
		"empty": unit{}, "embedded": struct{ unit }{}, "left out": struct {
			A string `dynakv:"-"`
		}{}, "some": struct {
			hiding
			A string
		}{}, "time": time.Time{}, "number": *big.NewInt(1),
	} {
		if _, err := itemToWire(Item{"a": value}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	item := Item{"n": Number("256"), "f": Number("1.5"), "s": "text", "b": []byte("1234")}
	var misfit *ConvertError
	for name, into := range map[string]any{
		"too large": &struct {
			N int8 `dynakv:"n"`
		}{},
		"negative": &struct {
			F uint `dynakv:"f"`
		}{},
		"a fraction": &struct {
			F int `dynakv:"f"`
		}{},
		"text as number": &struct {
			S Number `dynakv:"s"`
		}{},
		"number as text": &struct {
			N string `dynakv:"n"`
		}{},
		"too many bytes": &struct {
			B [3]byte `dynakv:"b"`
		}{},
		"text as bytes": &struct {
			S []byte `dynakv:"s"`
		}{},
		"no pointer":      struct{}{},
		"a map of others": &map[string]bool{},
	} {
		if err := item.Decode(into); !errors.As(err, &misfit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	for name, value := range map[string]any{
		"a channel": Item{"c": make(chan int)}, "no number": Item{"f": math.NaN()}, "itself": cyclic,
		"no item": 5, "keys that are no text": map[int]string{}, "nil": nil,
	} {
		if _, err := itemToWire(value); !errors.As(err, &misfit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANumberKeepsItsValueHoweverItIsWritten(t *testing.T) {
	for text, expected := range map[Number]int64{
		"0": 0, "-0": 0, "1E+3": 1000, "100.0": 100, "00042": 42, "100e-2": 1,
		"9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
	} {
		if whole, err := text.Int64(); err != nil || whole != expected {
			t.Errorf("%s is %d, %v", text, whole, err)
		}
	}
	for _, text := range []Number{"9223372036854775808", "1.5", "", "x", "1e999999999", "0x10", "1/2", "Inf"} {
		if whole, err := text.Int64(); err == nil {
			t.Errorf("%s is %d", text, whole)
		}
	}
	if order, err := Number("0.1").Cmp("1E-1"); err != nil || order != 0 {
		t.Errorf("0.1 and 1E-1: %d, %v", order, err)
	}
}

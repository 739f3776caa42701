package tests

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// resolve replaces what stands for something else: captured parts, long texts, deep values, values
// with long names.
func resolve(node any, captured map[string]any) any {
	switch node := node.(type) {
	case map[string]any:
		if name, isRef := node["$ref"].(string); isRef {
			found, known := captured[name]
			if !known {
				panic(fmt.Sprintf("nothing was captured as %q", name))
			}
			return found
		}
		if text, isRepeat := node["repeat"].(string); isRepeat {
			return strings.Repeat(text, node["times"].(int))
		}
		if innermost, isDeep := node["deep"]; isDeep {
			value := resolve(innermost, captured)
			for range node["levels"].(int) {
				value = map[string]any{"L": []any{value}}
			}
			return value
		}
		if named, isNamed := node["named"]; isNamed {
			name, _ := resolve(node["name"], captured).(string)
			return map[string]any{"M": map[string]any{name: resolve(named, captured)}}
		}
		resolved := make(map[string]any, len(node))
		for key, value := range node {
			resolved[key] = resolve(value, captured)
		}
		return resolved
	case []any:
		resolved := make([]any, len(node))
		for i, value := range node {
			resolved[i] = resolve(value, captured)
		}
		return resolved
	default:
		return node
	}
}

// absent is what a key has that is not there.
type absent struct{}

// match says how what is there differs from what is expected.
func match(actual, expected any) error {
	pattern, isMap := expected.(map[string]any)
	if !isMap {
		return matchPlain(actual, expected)
	}
	if one, isEach := pattern["$each"]; isEach {
		return matchEach(actual, one, pattern["count"].(int))
	}
	if len(pattern) == 1 {
		for key, argument := range pattern {
			if key == "base64" {
				return matchPlain(actual, bytesDocument(fromBase64(argument)))
			}
			if matcher, known := matchers[key]; known {
				return matcher(actual, argument)
			}
			if err, isValue := matchValue(actual, key, argument); isValue {
				return err
			}
		}
	}
	found, isMap := actual.(map[string]any)
	if !isMap {
		return fmt.Errorf("%v is not %v", show(actual), expected)
	}
	for key, value := range pattern {
		part, there := found[key]
		if !there {
			part = absent{}
		}
		if err := match(part, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func matchPlain(actual, expected any) error {
	wanted, isList := expected.([]any)
	if !isList {
		// A number of the file is one of 64 bits in a document.
		if number, isNumber := expected.(int); isNumber {
			expected = int64(number)
		}
		if reflect.DeepEqual(actual, expected) { // Bytes that are no text are maps.
			return nil
		}
		return fmt.Errorf("%v is not %v", show(actual), show(expected))
	}
	found, isList := actual.([]any)
	if !isList || len(found) != len(wanted) {
		return fmt.Errorf("%v is no list of %d", show(actual), len(wanted))
	}
	for i := range wanted {
		if err := match(found[i], wanted[i]); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

var matchers map[string]func(actual, argument any) error

func init() { // Not at the declaration, since they use each other.
	matchers = map[string]func(actual, argument any) error{
		"$any":     matchAny,
		"$absent":  matchAbsent,
		"$exactly": matchExactly,
		"$not":     matchNot,
		"$unordered": func(actual, argument any) error {
			return matchSome(actual, argument, true)
		},
		"$contains": func(actual, argument any) error {
			return matchSome(actual, argument, false)
		},
		"$between":  func(actual, argument any) error { return matchRange(actual, argument, 0) },
		"$from_now": func(actual, argument any) error { return matchRange(actual, argument, time.Now().UnixMilli()) },
	}
}

func matchAny(actual, _ any) error {
	if actual == (absent{}) {
		return fmt.Errorf("there is nothing")
	}
	return nil
}

func matchAbsent(actual, _ any) error {
	if actual != (absent{}) {
		return fmt.Errorf("there is %v", show(actual))
	}
	return nil
}

func matchExactly(actual, argument any) error {
	found, isMap := actual.(map[string]any)
	wanted := argument.(map[string]any)
	if !isMap || len(found) != len(wanted) {
		return fmt.Errorf("%v is not exactly %v", show(actual), wanted)
	}
	for key, value := range wanted {
		part, there := found[key]
		if !there {
			return fmt.Errorf("%s is missing", key)
		}
		if err := match(part, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func matchNot(actual, argument any) error {
	if actual == (absent{}) || match(actual, argument) == nil {
		return fmt.Errorf("%v should not be there", show(actual))
	}
	return nil
}

// matchSome: each that is expected has one of its own that matches. With all, nothing is left over.
func matchSome(actual, argument any, all bool) error {
	found, isList := actual.([]any)
	wanted := argument.([]any)
	if !isList || all && len(found) != len(wanted) {
		return fmt.Errorf("%v is no list of %d", show(actual), len(wanted))
	}
	taken := make([]bool, len(found))
	for _, one := range wanted {
		var matched bool
		for i := range found {
			if !taken[i] && match(found[i], one) == nil {
				taken[i], matched = true, true
				break
			}
		}
		if !matched {
			return fmt.Errorf("nothing matches %v", one)
		}
	}
	return nil
}

func matchEach(actual, one any, count int) error {
	found, isList := actual.([]any)
	if !isList || len(found) != count {
		return fmt.Errorf("%v is no list of %d", show(actual), count)
	}
	for i, element := range found {
		if err := match(element, one); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

func matchRange(actual, argument any, from int64) error {
	number, isNumber := actual.(int64)
	ends := argument.([]any)
	low, high := from+int64(ends[0].(int)), from+int64(ends[1].(int))
	if !isNumber || number < low || number > high {
		return fmt.Errorf("%v is not between %d and %d", show(actual), low, high)
	}
	return nil
}

// matchValue matches an attribute's value where its type has an equality of its own: numbers and sets.
func matchValue(actual any, kind string, expected any) (err error, isValue bool) {
	found, isMap := actual.(map[string]any)
	number, isText := expected.(string)
	members, isList := expected.([]any)
	switch {
	case kind == "N" && isText:
	case (kind == "SS" || kind == "NS" || kind == "BS") && isList:
	default:
		return nil, false
	}
	if !isMap || len(found) != 1 || found[kind] == nil {
		return fmt.Errorf("%v is no %s", show(actual), kind), true
	}
	if kind == "N" {
		return sameNumber(found["N"], number), true
	}
	if kind != "NS" {
		return matchSome(found[kind], members, true), true
	}
	return matchNumbers(found[kind].([]any), members), true
}

func matchNumbers(found, expected []any) error {
	wrap := func(numbers []any) []any {
		wrapped := make([]any, len(numbers))
		for i, number := range numbers {
			wrapped[i] = map[string]any{"N": number}
		}
		return wrapped
	}
	return matchSome(wrap(found), wrap(expected), true)
}

func sameNumber(actual any, expected string) error {
	text, isText := actual.(string)
	order, err := dynakv.Number(text).Cmp(dynakv.Number(expected))
	if !isText || err != nil || order != 0 {
		return fmt.Errorf("%v is not the number %s", actual, expected)
	}
	return nil
}

// at is what is there under a path such as results.0.written.version.
func at(document any, path string) (any, error) {
	for key := range strings.SplitSeq(path, ".") {
		switch node := document.(type) {
		case map[string]any:
			document = node[key]
		case []any:
			position, err := strconv.Atoi(key)
			if err != nil || position >= len(node) {
				return nil, fmt.Errorf("there is no %s", path)
			}
			document = node[position]
		}
	}
	if document == nil {
		return nil, fmt.Errorf("there is no %s", path)
	}
	return document, nil
}

// show keeps long texts short.
func show(value any) string {
	text := fmt.Sprintf("%v", value)
	if len(text) > 1000 {
		return text[:1000] + "…"
	}
	return text
}

package dynakv

import (
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/dynakv/dynakv/clients/go/dynakvpb"
)

// An Expression is a DynamoDB expression: a condition, a filter, a key condition or a projection. [Attr] begins one that makes its
// own names and placeholders; [Expr] takes one as text.
//
//	dynakv.Attr("age").GreaterOrEqual(18).And(dynakv.Attr("address.city").Equal("Paris"))
//	dynakv.Expr("age >= :adult AND #c = :city", dynakv.Names{"#c": "city"}, dynakv.Values{":adult": 18, ":city": "Paris"})
//
// The zero value is no expression.
type Expression struct {
	render func(*placeholders) (string, error)
	// loose: needs parentheses within another expression.
	loose bool
}

// Names are aliases (`#name`) of attributes in an expression.
type Names map[string]string

// Values are placeholders (`:value`) of Go values in an expression.
type Values map[string]any

// Substitutes are [Names] or [Values].
type Substitutes interface{ addTo(*placeholders) error }

// Expr is an expression as DynamoDB has it. All expressions of a call share their names and values, so it is enough to give them
// with one of them. Two that give one placeholder different meanings do not go together: the call fails with a [*ConvertError].
func Expr(text string, substitutes ...Substitutes) Expression {
	return Expression{loose: true, render: func(all *placeholders) (string, error) {
		for _, each := range substitutes {
			if err := each.addTo(all); err != nil {
				return "", err
			}
		}
		return text, nil
	}}
}

// Paths is a projection of these attributes or parts of them; see [Attr] for how they are written.
func Paths(paths ...string) Expression {
	return Expression{render: func(all *placeholders) (string, error) {
		aliased := make([]string, 0, len(paths))
		for _, path := range paths {
			alias, err := all.path(path)
			if err != nil {
				return "", err
			}
			aliased = append(aliased, alias)
		}
		return strings.Join(aliased, ", "), nil
	}}
}

// And holds if this and the others hold.
func (e Expression) And(others ...Expression) Expression { return join(" AND ", e, others) }

// Or holds if this or one of the others holds.
func (e Expression) Or(others ...Expression) Expression { return join(" OR ", e, others) }

// Not holds if the expression does not.
func Not(e Expression) Expression {
	return Expression{loose: true, render: func(all *placeholders) (string, error) {
		text, err := e.text(all)
		return "NOT (" + text + ")", err
	}}
}

func join(operator string, first Expression, others []Expression) Expression {
	if len(others) == 0 {
		return first
	}
	return Expression{loose: true, render: func(all *placeholders) (string, error) {
		var text strings.Builder
		for i, operand := range append([]Expression{first}, others...) {
			rendered, err := operand.text(all)
			if err != nil {
				return "", err
			}
			if operand.loose {
				rendered = "(" + rendered + ")"
			}
			if i > 0 {
				text.WriteString(operator)
			}
			text.WriteString(rendered)
		}
		return text.String(), nil
	}}
}

func (e Expression) text(all *placeholders) (string, error) {
	if e.render == nil {
		return "", nil
	}
	return e.render(all)
}

// placeholders are the names and values of all expressions of a request.
type placeholders struct {
	names  map[string]string
	values map[string]*dynakvpb.Value
	// byName finds the alias of a name that has one.
	byName map[string]string
}

// rendered are the texts of some expressions with what they share.
func rendered(expressions ...Expression) ([]string, *placeholders, error) {
	all := &placeholders{
		names: map[string]string{}, values: map[string]*dynakvpb.Value{}, byName: map[string]string{},
	}
	texts := make([]string, 0, len(expressions))
	for _, expression := range expressions {
		text, err := expression.text(all)
		if err != nil {
			return nil, nil, err
		}
		texts = append(texts, text)
	}
	return texts, all, nil
}

func (n Names) addTo(all *placeholders) error {
	for alias, name := range n {
		if known, found := all.names[alias]; found && known != name {
			return twoMeanings(alias)
		}
		all.names[alias] = name
	}
	return nil
}

func (v Values) addTo(all *placeholders) error {
	for name, value := range v {
		attribute, err := toWire(value)
		if err != nil {
			return err
		}
		if known, found := all.values[name]; found && !proto.Equal(known, attribute) {
			return twoMeanings(name)
		}
		all.values[name] = attribute
	}
	return nil
}

// twoMeanings names the placeholder only: what it stands for may be secret.
func twoMeanings(placeholder string) error {
	return convertErrorf("%q stands for two different things in the expressions of one call", placeholder)
}

// alias stands for a name; the same for each time that it occurs.
func (p *placeholders) alias(name string) string {
	known, found := p.byName[name]
	if !found {
		known = free("#dynakv_n", p.names, len(p.byName))
		p.byName[name], p.names[known] = known, name
	}
	return known
}

// value stands for a Go value.
func (p *placeholders) value(value any) (string, error) {
	attribute, err := toWire(value)
	if err != nil {
		return "", err
	}
	placeholder := free(":dynakv_v", p.values, len(p.values))
	p.values[placeholder] = attribute
	return placeholder, nil
}

// free is the first placeholder from this number on that is not taken.
func free[T any](prefix string, taken map[string]T, number int) string {
	for {
		placeholder := fmt.Sprintf("%s%d", prefix, number)
		if _, isTaken := taken[placeholder]; !isTaken {
			return placeholder
		}
		number++
	}
}

var listIndexes = regexp.MustCompile(`^(\[[0-9]+\])*`)

// path is a path with its names replaced.
func (p *placeholders) path(text string) (string, error) {
	var aliased strings.Builder
	for rest := text; ; {
		name, after, err := firstName(rest)
		if err != nil {
			return "", convertErrorf("%q is no path: %v", text, err)
		}
		aliased.WriteString(p.alias(name))
		indexes := listIndexes.FindString(after)
		aliased.WriteString(indexes)
		rest = after[len(indexes):]
		if rest == "" {
			return aliased.String(), nil
		}
		if rest[0] != '.' {
			return "", convertErrorf("%q is no path: %q follows a name", text, rest)
		}
		aliased.WriteByte('.')
		rest = rest[1:]
	}
}

// firstName takes the first name off a path. One that begins with a quote ends with one.
func firstName(path string) (name, after string, err error) {
	if !strings.HasPrefix(path, `"`) {
		end := strings.IndexAny(path, `.[]"`)
		if end < 0 {
			end = len(path)
		}
		if end == 0 {
			return "", "", fmt.Errorf("a name is empty")
		}
		return path[:end], path[end:], nil
	}
	var unquoted strings.Builder
	for i := 1; i < len(path); i++ {
		switch {
		case path[i] == '"':
			return unquoted.String(), path[i+1:], nil
		case path[i] == '\\' && i+1 < len(path):
			i++
		}
		unquoted.WriteByte(path[i])
	}
	return "", "", fmt.Errorf("a quote is not closed")
}

package dynakv

import (
	"fmt"
	"strings"
)

// An Operand is what an expression compares: an attribute, or its size. What it is compared with is a Go value, as
// [Client.PutItem] takes them, or another operand.
type Operand struct {
	render func(*placeholders) (string, error)
}

// An Attribute is a place in an item, for expressions.
type Attribute struct {
	Operand
}

// Attr is the attribute at a path such as `address.lines[0]`. A name that holds a dot, a bracket or a quote is quoted, as in
// `"a.b".c`; within quotes a backslash escapes a quote or a backslash. Reserved words are names like any other.
func Attr(path string) Attribute {
	render := func(all *placeholders) (string, error) { return all.path(path) }
	return Attribute{Operand{render}}
}

// Size is the length of a string or of bytes, or the number of members of a set, list or map.
func (a Attribute) Size() Operand {
	return Operand{func(all *placeholders) (string, error) {
		path, err := a.render(all)
		return "size(" + path + ")", err
	}}
}

// Equal holds if both are of the same type and equal.
func (o Operand) Equal(value any) Expression { return o.compare("=", value) }

// NotEqual holds if they are not equal, also if there is no such attribute.
func (o Operand) NotEqual(value any) Expression { return o.compare("<>", value) }

// Less holds if this is less.
func (o Operand) Less(value any) Expression { return o.compare("<", value) }

// LessOrEqual holds if this is less or equal.
func (o Operand) LessOrEqual(value any) Expression { return o.compare("<=", value) }

// Greater holds if this is greater.
func (o Operand) Greater(value any) Expression { return o.compare(">", value) }

// GreaterOrEqual holds if this is greater or equal.
func (o Operand) GreaterOrEqual(value any) Expression { return o.compare(">=", value) }

// Between holds if this is no less than low and no greater than high.
func (o Operand) Between(low, high any) Expression {
	return o.format("%s BETWEEN %s AND %s", low, high)
}

// In holds if this equals one of up to 100 values.
func (o Operand) In(values ...any) Expression {
	return o.format("%s IN ("+strings.TrimSuffix(strings.Repeat("%s, ", len(values)), ", ")+")", values...)
}

// Exists holds if there is such an attribute.
func (a Attribute) Exists() Expression { return a.format("attribute_exists(%s)") }

// NotExists holds if there is no such attribute.
func (a Attribute) NotExists() Expression { return a.format("attribute_not_exists(%s)") }

// IsType holds if the attribute is of this type: S, N, B, BOOL, NULL, M, L, SS, NS or BS.
func (a Attribute) IsType(name string) Expression { return a.format("attribute_type(%s, %s)", name) }

// BeginsWith holds if the string or bytes begin with this.
func (a Attribute) BeginsWith(prefix any) Expression { return a.format("begins_with(%s, %s)", prefix) }

// Contains holds if the string has this part, or the set or list this member.
func (a Attribute) Contains(part any) Expression { return a.format("contains(%s, %s)", part) }

func (o Operand) compare(operator string, value any) Expression {
	return o.format("%s "+operator+" %s", value)
}

// format is an expression of this operand and of others or values.
func (o Operand) format(format string, values ...any) Expression {
	return Expression{render: func(all *placeholders) (string, error) {
		first, err := o.render(all)
		if err != nil {
			return "", err
		}
		texts := []any{first}
		for _, value := range values {
			text, err := operandText(all, value)
			if err != nil {
				return "", err
			}
			texts = append(texts, text)
		}
		return fmt.Sprintf(format, texts...), nil
	}}
}

func operandText(all *placeholders, value any) (string, error) {
	switch value := value.(type) {
	case Attribute:
		return value.render(all)
	case Operand:
		return value.render(all)
	default:
		return all.value(value)
	}
}

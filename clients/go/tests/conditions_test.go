package tests

import (
	"fmt"

	dynakv "github.com/dynakv/dynakv/clients/go"
)

// expression is one as text, with what all expressions of the call share, or one for the builder.
func (a args) expression(name string) dynakv.Expression {
	if text, isText := a.values[name].(string); isText {
		return dynakv.Expr(text, a.substitutes()...)
	}
	if !a.has(name) {
		return dynakv.Expression{}
	}
	return built(a.values[name])
}

func built(condition any) dynakv.Expression {
	for operator, argument := range condition.(map[string]any) {
		switch operator {
		case "and", "or":
			all := builtAll(argument.([]any))
			if operator == "and" {
				return all[0].And(all[1:]...)
			}
			return all[0].Or(all[1:]...)
		case "not":
			return dynakv.Not(built(argument))
		case "exists":
			return dynakv.Attr(argument.(string)).Exists()
		case "not_exists":
			return dynakv.Attr(argument.(string)).NotExists()
		default:
			return builtFunction(operator, argument.([]any))
		}
	}
	panic("a condition without an operator")
}

func builtAll(conditions []any) []dynakv.Expression {
	all := make([]dynakv.Expression, len(conditions))
	for i, condition := range conditions {
		all[i] = built(condition)
	}
	return all
}

func builtFunction(operator string, arguments []any) dynakv.Expression {
	attribute := dynakv.Attr(arguments[0].(string))
	switch operator {
	case "between":
		return attribute.Between(native(arguments[1]), native(arguments[2]))
	case "in":
		var values []any
		for _, value := range arguments[1].([]any) {
			values = append(values, native(value))
		}
		return attribute.In(values...)
	case "begins_with":
		return attribute.BeginsWith(native(arguments[1]))
	case "contains":
		return attribute.Contains(native(arguments[1]))
	case "is_type":
		return attribute.IsType(arguments[1].(string))
	case "size":
		return compared(attribute.Size(), arguments[1].(string), arguments[2])
	default:
		return compared(attribute.Operand, operator, native(arguments[1]))
	}
}

func compared(operand dynakv.Operand, operator string, value any) dynakv.Expression {
	switch operator {
	case "eq":
		return operand.Equal(value)
	case "ne":
		return operand.NotEqual(value)
	case "lt":
		return operand.Less(value)
	case "le":
		return operand.LessOrEqual(value)
	case "gt":
		return operand.Greater(value)
	case "ge":
		return operand.GreaterOrEqual(value)
	default:
		panic(fmt.Sprintf("there is no comparison %q", operator))
	}
}

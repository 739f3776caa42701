package dynakv

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestExpressionsShareNamesAndKeepToTheirParentheses(t *testing.T) {
	condition := Attr("a.b[0].c").Equal(1).And(Attr("a").Exists().Or(Not(Attr(`"x.y"`).In("p", "q"))), Attr("b").Equal(Attr("a")))
	texts, shared, err := rendered(condition, Expr("#s = :s", Names{"#s": "size"}, Values{":s": 2}), Paths("b", `"x.y".z`))
	if err != nil {
		t.Fatal(err)
	}
	expected := []string{
		"#dynakv_n0.#dynakv_n1[0].#dynakv_n2 = :dynakv_v0 AND (attribute_exists(#dynakv_n0) OR " +
			"(NOT (#dynakv_n3 IN (:dynakv_v1, :dynakv_v2)))) AND #dynakv_n1 = #dynakv_n0",
		"#s = :s",
		"#dynakv_n1, #dynakv_n3.#dynakv_n4",
	}
	if !reflect.DeepEqual(texts, expected) {
		t.Errorf("the texts are %q", texts)
	}
	names := map[string]string{
		"#dynakv_n0": "a", "#dynakv_n1": "b", "#dynakv_n2": "c", "#dynakv_n3": "x.y", "#dynakv_n4": "z", "#s": "size",
	}
	if !reflect.DeepEqual(shared.names, names) || len(shared.values) != 4 {
		t.Errorf("the names are %v, the values %v", shared.names, shared.values)
	}
}

func TestOnePlaceholderCannotStandForTwoThings(t *testing.T) {
	for placeholder, together := range map[string][]Expression{
		":a": {Expr("a = :a", Values{":a": "s3cret"}).And(Expr("b = :a", Values{":a": "other"}))},
		"#n": {Expr("#n = 1", Names{"#n": "s3cret"}), Expr("#n = 2", Names{"#n": "other"})},
		// The library's own are no exception.
		"#dynakv_n0": {Attr("s3cret").Exists(), Expr("#dynakv_n0 = 1", Names{"#dynakv_n0": "other"})},
		":dynakv_v0": {Attr("a").Equal("s3cret"), Expr("b = :dynakv_v0", Values{":dynakv_v0": "other"})},
	} {
		_, _, err := rendered(together...)
		var refused *ConvertError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), placeholder) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", placeholder, err)
		}
	}
}

func TestOnePlaceholderMayBeGivenTwice(t *testing.T) {
	type value struct {
		Map  map[string]int
		Keys map[string]struct{} `dynakv:",set"`
	}
	of := func() Values {
		return Values{":v": value{map[string]int{"a": 1, "b": 2}, map[string]struct{}{"a": {}, "b": {}, "c": {}, "d": {}}}}
	}
	condition := Expr("#n = :v", Names{"#n": "a"}, of()).Or(Expr("#n <> :v", Names{"#n": "a"}, of()))
	texts, shared, err := rendered(condition, condition)
	if err != nil || len(texts) != 2 || len(shared.names) != 1 || len(shared.values) != 1 {
		t.Errorf("%q, %v", texts, err)
	}
}

func TestTheCallersPlaceholdersStayTheirs(t *testing.T) {
	own := Expr("#dynakv_n0 = :dynakv_v1", Names{"#dynakv_n0": "mine"}, Values{":dynakv_v1": 1})
	texts, shared, err := rendered(own.And(Attr("a").Equal(2)))
	if err != nil || texts[0] != "(#dynakv_n0 = :dynakv_v1) AND #dynakv_n1 = :dynakv_v2" {
		t.Errorf("%q, %v", texts, err)
	}
	if shared.names["#dynakv_n0"] != "mine" || shared.names["#dynakv_n1"] != "a" || shared.values[":dynakv_v1"].GetN() != "1" {
		t.Errorf("%v, %v", shared.names, shared.values)
	}
}

func TestPathsThatAreNoneAreRefused(t *testing.T) {
	for _, path := range []string{"", ".a", "a.", "a..b", `"a`, "a[x]", "a]", "a[0]b", `"a"b`} {
		if _, _, err := rendered(Attr(path).Exists()); err == nil {
			t.Errorf("%q is a path", path)
		}
	}
}

func TestAnUpdateLeavesTheOneThatItWasMadeOf(t *testing.T) {
	common := NewUpdate().Set("a", 1)
	first, second := common.Set("b", 2), common.Remove("c")
	if len(common.actions) != 1 || first.actions[1].GetPath() != "b" || second.actions[1].GetPath() != "c" {
		t.Errorf("%v, %v and %v", common.actions, first.actions, second.actions)
	}
	for name, update := range map[string]Update{
		"no number":     NewUpdate().Add("a", "x"),
		"no value":      NewUpdate().Append("a", make(chan int)),
		"an expression": UpdateExpr(Expr("REMOVE a")).Remove("b"),
	} {
		if _, err := update.wire(); err == nil {
			t.Errorf("%s is an update", name)
		}
	}
}

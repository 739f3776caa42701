package dynakv

import (
	"reflect"
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

use proptest::prelude::*;

use super::*;

/// Defines a, b and c as names and as values.
fn placeholders() -> Placeholders {
    let mut placeholders = Placeholders::default();
    for name in ["a", "b", "c"] {
        placeholders.define_name(format!("#{name}"), format!("attribute {name}")).unwrap();
        placeholders.define_value(format!(":{name}"), AttributeValue::S(name.to_owned())).unwrap();
    }
    placeholders
}

fn condition(text: &str) -> Result<CallerExpression, Invalid> {
    placeholders().condition(text)
}

fn update(text: &str) -> Result<CallerUpdate, Invalid> {
    let mut placeholders = placeholders();
    for (name, value) in [
        (":n", AttributeValue::N("1".to_owned())),
        (":l", AttributeValue::L(Vec::new())),
        (":set", AttributeValue::Ss(vec!["a".to_owned()])),
    ] {
        placeholders.define_value(name.to_owned(), value).unwrap();
    }
    placeholders.update(text)
}

#[test]
fn conditions_of_the_language_pass() {
    for text in [
        "attribute_exists(pk)",
        "#a = :a and NOT (b.c[0] <> :b OR size(#c) >= :c)",
        "quantity BETWEEN :a AND :b AND status IN (:a, :b, :c)",
        "((a = :a) AND (b = :b)) OR (c < :c)",
        "attribute_exists((a)) AND a IN ((:a)) AND NOT NOT b[ 0 ] = :b",
        "begins_with(#a.#b[12], :a)\n\tAND\r\n b<=:b",
    ] {
        assert_eq!(condition(text).unwrap().text(), text);
    }
}

#[test]
fn one_pair_around_the_whole_is_dropped() {
    assert_eq!(condition(" ( a = :a ) ").unwrap().text(), "a = :a");
    assert_eq!(condition("((a = :a) AND (b = :b))").unwrap().text(), "(a = :a) AND (b = :b)");
    assert_eq!(condition("(a = :a) AND (b = :b)").unwrap().text(), "(a = :a) AND (b = :b)");
}

#[test]
fn nothing_slips_out_of_its_parentheses() {
    for text in [
        "a = :a) OR (a = :a",
        ") OR (",
        "(a = :a",
        "a = :a)",
        "a = :a)) OR ((a = :a",
        "((a = :a))",
        "b = :b AND ((a = :a))",
        "(((a = :a) OR b = :b)) AND c = :c",
        "()",
        "",
        " \t\n",
    ] {
        assert!(condition(text).is_err(), "{text:?}");
    }
}

#[test]
fn foreign_characters_are_refused_at_their_place() {
    for (text, at) in [
        ("a = 'x'", 5),
        ("a = \"x\"", 5),
        ("a = 1", 5),
        ("a /* b */ = :a", 3),
        ("ä = :a", 1),
        ("a\u{a0}= :a", 2),
        ("a = :a; b = :b", 7),
        ("a[b] = :a", 2),
        ("a[] = :a", 2),
        ("# = :a", 1),
        ("a = :", 5),
        ("a = :a\0", 7),
    ] {
        let problem = condition(text).unwrap_err().problem;
        assert!(problem.starts_with(&format!("has at character {at} ")), "{text:?}: {problem}");
    }
}

#[test]
fn placeholders_are_defined_and_used() {
    assert!(condition("#x = :a").unwrap_err().problem.contains("#x"));
    assert!(condition("a = :x").unwrap_err().problem.contains(":x"));
    assert!(condition("#dkv_ttl = :a").unwrap_err().problem.contains("#dkv_ttl"));
    assert!(condition("a = :dkv_now").unwrap_err().problem.contains(":dkv_now"));

    let mut all = placeholders();
    assert_eq!(all.unused(), Some("#a"));
    let first = all.condition("#a = :a AND #b = :a").unwrap();
    assert_eq!((first.definitions().names.len(), first.definitions().values.len()), (2, 1));
    assert_eq!(all.unused(), Some("#c"));
    all.update("SET #c = :b, b = :c REMOVE #a[1], #b").unwrap();
    assert_eq!(all.unused(), None);
}

#[test]
fn placeholders_have_a_form_and_keep_off_ours() {
    let mut all = Placeholders::default();
    for alias in ["", "#", "a", ":a", "#a-b", "#a b", "#ä", "#dkv_", "#dkv_ttl", "##a"] {
        assert!(all.define_name(alias.to_owned(), "a".to_owned()).is_err(), "{alias:?}");
    }
    for placeholder in ["", ":", "a", "#a", ":a.b", ":dkv_0", "::a"] {
        assert!(all.define_value(placeholder.to_owned(), AttributeValue::Null(true)).is_err(), "{placeholder:?}");
    }
    assert!(all.define_name("#a".to_owned(), String::new()).is_err());
    assert!(all.define_name(format!("#{}", "a".repeat(254)), "a".to_owned()).is_ok());
    assert!(all.define_name(format!("#{}", "a".repeat(255)), "a".to_owned()).is_err());
    assert!(all.define_name("#DKV_1".to_owned(), "a".to_owned()).is_ok());
}

#[test]
fn limits_hold_on_both_sides() {
    let long = |bytes: usize| format!("{} = :a", "a".repeat(bytes - 5));
    assert!(condition(&long(4096 - OUR_CONDITION_BYTES)).is_ok());
    assert!(condition(&long(4097 - OUR_CONDITION_BYTES)).is_err_and(|invalid| invalid.limit.is_some()));
    assert!(placeholders().key_condition(&long(4096)).is_ok());
    assert!(placeholders().key_condition(&long(4097)).is_err());

    let list = |operands: usize| format!("a IN ({})", vec![":a"; operands].join(","));
    assert!(condition(&list(100)).is_ok());
    assert!(condition(&list(101)).is_err_and(|invalid| invalid.limit.is_some()));

    // Each term has two operators, except for the first one.
    let many = |terms: usize| vec!["a=:a"; terms].join(" AND ");
    assert!(condition(&many(140)).is_ok());
    assert!(condition(&many(141)).is_err_and(|invalid| invalid.limit == Some("280 operators".to_owned())));
    // A BETWEEN is one operator, its AND included.
    assert!(condition(&vec!["a BETWEEN :a AND :b"; 130].join(" OR ")).is_ok());
}

#[test]
fn updates_are_taken_apart() {
    let update =
        update("set a = if_not_exists(#b, :a) + :n, m.x[0]=list_append(:l,b)\nREMOVE #c delete d :set Add n :n")
            .unwrap();
    let clauses: Vec<_> = update.clauses().collect();
    assert_eq!(
        clauses,
        [
            (Clause::Set, "a = if_not_exists(#b, :a) + :n, m.x[0]=list_append(:l,b)"),
            (Clause::Remove, "#c"),
            (Clause::Delete, "d :set"),
            (Clause::Add, "n :n"),
        ]
    );
    assert_eq!(update.targets().collect::<Vec<_>>(), ["a", "m", "attribute c", "d", "n"]);
    let replaced = ["a", "m", "attribute c", "n"].map(|attribute| update.replaces(attribute));
    assert_eq!(replaced, [true, false, true, true]);
}

#[test]
fn malformed_updates_are_refused() {
    for text in [
        "",
        "a = :a",
        "SET",
        "SET a = :a,",
        "SET , a = :a",
        "SET a = :a SET b = :b",
        "SET a = :a set b = :b",
        "REMOVE SET a = :a",
        "SET (a) = :a",
        "SET a = (:a",
        "SET a = :a), (b = :b",
        "SET :a = :a",
    ] {
        assert!(update(text).is_err(), "{text:?}");
    }
}

/// Text that is almost an expression.
fn nearly() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("("),
        Just(")"),
        Just("(("),
        Just("))"),
        Just(" AND "),
        Just(" OR "),
        Just("NOT "),
        Just("a"),
        Just(" = "),
        Just("#a"),
        Just(":b"),
        Just(","),
        Just(" IN "),
        Just("SET "),
        Just(" REMOVE "),
        Just("[0]"),
        Just("."),
        Just("#dkv_ttl"),
        Just("["),
        Just("ä"),
        Just(" BETWEEN "),
        Just("+"),
        Just("size"),
    ];
    proptest::collection::vec(word, 0..14).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn what_is_accepted_closes_nothing_but_what_it_opened(text in prop_oneof![nearly(), any::<String>()]) {
        let condition = condition(&text).ok().map(|accepted| accepted.text().to_owned());
        let update = update(&text).ok().map(|_| text.clone());
        for accepted in condition.into_iter().chain(update) {
            let mut depth = 0_i32;
            for character in accepted.chars() {
                depth += i32::from(character == '(') - i32::from(character == ')');
                prop_assert!(depth >= 0);
            }
            prop_assert_eq!(depth, 0);
            prop_assert!(accepted.is_ascii() && !accepted.contains("dkv_"));
        }
    }
}

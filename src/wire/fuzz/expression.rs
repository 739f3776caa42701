use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::Placeholders;

/// Checks that an accepted expression means the same within ours as it does alone.
pub fn expression(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(condition) = placeholders().condition(&text) {
        let text = condition.text();
        assert!(stays_within_parentheses(text), "{text:?}");
        assert!(!text.contains("#dkv_") && !text.contains(":dkv_"), "{text:?}");
        let again = placeholders().condition(text).map(|again| again.text().to_owned());
        assert_eq!(again.as_deref(), Ok(text), "what is sent is read as it was");
        let within = format!("({text})");
        let within = placeholders().condition(&within).map(|within| within.text().to_owned());
        // Another pair of parentheses may exceed a limit; it never changes the meaning.
        assert!(within.is_err() || within.as_deref() == Ok(text), "{text:?} {within:?}");
    }
    if let Ok(update) = placeholders().update(&text) {
        assert!(update.clauses().count() <= 4, "{text:?}");
        for (_, actions) in update.clauses() {
            assert!(stays_within_parentheses(actions), "{actions:?}");
        }
        assert!(update.targets().all(|target| !target.is_empty()), "{text:?}");
    }
    let _no_panic = (placeholders().key_condition(&text), placeholders().projection(&text));
}

/// The language has no literals and no comments, so every parenthesis counts.
fn stays_within_parentheses(text: &str) -> bool {
    let mut depth = 0_usize;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}

fn placeholders() -> Placeholders {
    let mut placeholders = Placeholders::default();
    for (alias, attribute) in HashMap::from([("#a", "a"), ("#b", "size"), ("#dkv_ttl", "ttl")]) {
        let is_ours = placeholders.define_name(alias.to_owned(), attribute.to_owned()).is_err();
        assert_eq!(is_ours, alias.starts_with("#dkv_"));
    }
    for placeholder in [":v", ":w", ":dkv_now"] {
        let value = AttributeValue::S("text".to_owned());
        let is_ours = placeholders.define_value(placeholder.to_owned(), value).is_err();
        assert_eq!(is_ours, placeholder.starts_with(":dkv_"));
    }
    placeholders
}

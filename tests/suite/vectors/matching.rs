//! Compares documents with expectations.

use std::time::{SystemTime, UNIX_EPOCH};

use bigdecimal::BigDecimal;
use serde_json::{Map, Value as Json};

/// Returns the first difference.
pub(super) fn matches(expected: &Json, actual: &Json) -> Result<(), String> {
    at("", expected, Some(actual))
}

fn at(path: &str, expected: &Json, actual: Option<&Json>) -> Result<(), String> {
    if expected.get("$absent").is_some() {
        return actual.map_or(Ok(()), |actual| Err(format!("{path} should not be there: {actual}")));
    }
    let Some(actual) = actual else { return Err(format!("{path} is missing")) };
    match expected {
        Json::Object(map) => match special(path, map, actual) {
            Some(result) => result,
            None => map.iter().try_for_each(|(key, value)| at(&format!("{path}.{key}"), value, actual.get(key))),
        },
        Json::Array(values) => {
            let others = list(path, actual)?;
            has_length(path, others, values.len())?;
            let pairs = values.iter().zip(others).enumerate();
            pairs.into_iter().try_for_each(|(i, (value, other))| at(&format!("{path}.{i}"), value, Some(other)))
        }
        _ if expected == actual => Ok(()),
        _ => Err(format!("{path} is {actual}, not {expected}")),
    }
}

/// If the map is a matcher and not a map to compare by key.
fn special(path: &str, map: &Map<String, Json>, actual: &Json) -> Option<Result<(), String>> {
    let (key, value) = map.iter().next()?;
    let result = match (key.as_str(), value) {
        ("$any", _) => Ok(()),
        ("$exactly", value) => exactly(path, value, actual),
        ("$unordered", Json::Array(values)) => unordered(path, values, actual, true),
        ("$contains", Json::Array(values)) => unordered(path, values, actual, false),
        ("$each" | "count", value) if map.len() == 2 && map.contains_key("$each") => {
            let value = map.get("$each").unwrap_or(value);
            each(path, value, map.get("count").and_then(Json::as_u64), actual)
        }
        ("$not", value) => match at(path, value, Some(actual)) {
            Ok(()) => Err(format!("{path} should not be {actual}")),
            Err(_) => Ok(()),
        },
        ("$between", Json::Array(range)) => between(path, range, 0.0, actual),
        ("$from_now", Json::Array(range)) => between(path, range, now_ms(), actual),
        ("SS" | "BS", Json::Array(values)) if map.len() == 1 => set(path, key, values, actual, false),
        ("NS", Json::Array(values)) if map.len() == 1 => set(path, key, values, actual, true),
        ("N", Json::String(text)) if map.len() == 1 => match actual.get("N") {
            Some(Json::String(other)) if same_number(text, other) => Ok(()),
            _ => Err(format!("{path} is {actual}, not the number {text}")),
        },
        _ => return None,
    };
    Some(result)
}

fn exactly(path: &str, expected: &Json, actual: &Json) -> Result<(), String> {
    let (Some(map), Some(others)) = (expected.as_object(), actual.as_object()) else {
        return Err(format!("{path} is {actual}, not a map"));
    };
    match others.keys().find(|key| !map.contains_key(*key)) {
        Some(key) => Err(format!("{path}.{key} should not be there")),
        None => at(path, expected, Some(actual)),
    }
}

fn each(path: &str, expected: &Json, count: Option<u64>, actual: &Json) -> Result<(), String> {
    let values = list(path, actual)?;
    let count = count.and_then(|count| usize::try_from(count).ok()).ok_or("$each without a count")?;
    has_length(path, values, count)?;
    values.iter().enumerate().try_for_each(|(i, value)| at(&format!("{path}.{i}"), expected, Some(value)))
}

/// Finds a match for each expected element; with `all`, no others may be left. Takes the first match, which is
/// sufficient for the vectors.
fn unordered(path: &str, expected: &[Json], actual: &Json, all: bool) -> Result<(), String> {
    let mut others: Vec<&Json> = list(path, actual)?.iter().collect();
    if all {
        has_length(path, list(path, actual)?, expected.len())?;
    }
    for value in expected {
        let found = others.iter().position(|other| at(path, value, Some(other)).is_ok());
        others.remove(found.ok_or_else(|| format!("{path} has no {value}"))?);
    }
    Ok(())
}

fn set(path: &str, kind: &str, expected: &[Json], actual: &Json, numbers: bool) -> Result<(), String> {
    let Some(members) = actual.get(kind) else { return Err(format!("{path} is {actual}, not a set {kind}")) };
    let as_number = |member: &Json| serde_json::json!({ "N": member });
    if numbers {
        let expected: Vec<_> = expected.iter().map(as_number).collect();
        unordered(path, &expected, &list(path, members)?.iter().map(as_number).collect(), true)
    } else {
        unordered(path, expected, members, true)
    }
}

fn between(path: &str, range: &[Json], zero: f64, actual: &Json) -> Result<(), String> {
    let [low, high] = range else { return Err("a range has two ends".to_owned()) };
    match (low.as_f64(), actual.as_f64(), high.as_f64()) {
        (Some(low), Some(value), Some(high)) if (low..=high).contains(&(value - zero)) => Ok(()),
        _ => Err(format!("{path} is {actual}, not {low} to {high} from {zero}")),
    }
}

#[allow(clippy::disallowed_methods, reason = "the server under test has the time of day")]
fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1000.0
}

fn same_number(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<BigDecimal>().ok();
    number(one).is_some_and(|one| number(other) == Some(one))
}

fn list<'a>(path: &str, document: &'a Json) -> Result<&'a Vec<Json>, String> {
    document.as_array().ok_or_else(|| format!("{path} is {document}, not a list"))
}

fn has_length(path: &str, values: &[Json], length: usize) -> Result<(), String> {
    if values.len() == length { Ok(()) } else { Err(format!("{path} has {} elements, not {length}", values.len())) }
}

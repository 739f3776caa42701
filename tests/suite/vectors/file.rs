//! Reads the vector files and replaces their placeholders.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::Captured;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    pub(super) name: String,
    #[serde(rename = "about")]
    _about: String,
    pub(super) steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) call: String,
    #[serde(default = "nothing")]
    pub(super) args: Json,
    pub(super) timeout: Option<String>,
    #[serde(default)]
    pub(super) fault: Vec<BTreeMap<String, Json>>,
    pub(super) expect: Option<Json>,
    pub(super) error: Option<Json>,
    #[serde(default)]
    pub(super) capture: BTreeMap<String, String>,
}

fn nothing() -> Json {
    json!({})
}

/// All vectors of all files.
pub(super) fn all() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/vectors");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let file: File = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.vectors
    };
    files.iter().flat_map(read).collect()
}

/// Replaces the placeholders.
pub(super) fn expand(document: &Json, captured: &Captured) -> Result<Json, String> {
    match document {
        Json::Object(map) => match abbreviation(map, captured)? {
            Some(value) => Ok(value),
            None => map.iter().map(|(key, value)| Ok((key.clone(), expand(value, captured)?))).collect(),
        },
        Json::Array(values) => values.iter().map(|value| expand(value, captured)).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(document.clone()),
    }
}

fn abbreviation(map: &Map<String, Json>, captured: &Captured) -> Result<Option<Json>, String> {
    let number = |key: &str| map.get(key).and_then(Json::as_u64).and_then(|number| usize::try_from(number).ok());
    if let Some(Json::String(name)) = map.get("$ref") {
        return captured.get(name).cloned().map(Some).ok_or_else(|| format!("{name} is not captured"));
    }
    if let (Some(Json::String(text)), Some(times)) = (map.get("repeat"), number("times")) {
        return Ok(Some(text.repeat(times).into()));
    }
    if let (Some(inmost), Some(levels)) = (map.get("deep"), number("levels")) {
        return Ok(Some((0..levels).fold(inmost.clone(), |value, _| json!({"L": [value]}))));
    }
    if let (Some(value), Some(name)) = (map.get("named"), map.get("name")) {
        let (value, name) = (expand(value, captured)?, expand(name, captured)?);
        let name = name.as_str().ok_or("a name is text")?;
        return Ok(Some(json!({"M": {name: value}})));
    }
    Ok(None)
}

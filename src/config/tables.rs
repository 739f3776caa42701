use std::collections::BTreeSet;

use super::section::Section;
use crate::model::{AttributeNames, MAX_KEY_NAME_BYTES, TableSpec, check_name};

/// The table if none is configured.
const DEFAULT_TABLE: &str = "dynakv";

/// Reads `tables` and `default_table`. Returns at least one table, with the default one first.
///
/// Each table has a `name` for requests. Optional are `physical_name` (its name or ARN in DynamoDB) and `attributes`
/// (`key`, `value`, `ttl`, `ttl_ms`, `version`).
pub(super) fn read(root: &mut Section) -> Vec<TableSpec> {
    let origin = root.origin("tables");
    let mut tables: Vec<TableSpec> = if let Some(tables) = root.list("tables", "name", read_table) {
        tables.into_iter().flatten().collect()
    } else {
        root.show("tables", vec![toml::Table::from_iter([("name".to_owned(), DEFAULT_TABLE.into())])].into());
        vec![TableSpec::named(DEFAULT_TABLE)]
    };
    let mut names = BTreeSet::new();
    for table in tables.iter().filter(|table| !names.insert(&table.name)) {
        root.fault("tables", origin.clone(), format!("has {:?} more than once", table.name));
    }
    for (index, table) in tables.iter().enumerate() {
        let differs =
            |other: &&TableSpec| other.physical_name == table.physical_name && other.attributes != table.attributes;
        if let Some(other) = tables.iter().take(index).find(differs) {
            let problem = format!(
                "give the table {:?} of DynamoDB other attributes as {:?} than as {:?}; neither name would see the versions and \
                 expiry times that the other writes",
                table.physical_name, table.name, other.name
            );
            root.fault("tables", origin.clone(), problem);
        }
    }
    let Some(first) = tables.first().map(|table| table.name.clone()) else {
        root.fault("tables", origin, "must name at least one table");
        return tables;
    };
    let default_origin = root.origin("default_table");
    let default = root.get("default_table", first);
    match tables.iter().position(|table| table.name == default) {
        Some(index) => {
            let table = tables.remove(index);
            tables.insert(0, table);
        }
        None => root.fault("default_table", default_origin, format!("is {default:?}, which is not among the tables")),
    }
    tables
}

fn read_table(section: &mut Section) -> Option<TableSpec> {
    let name_origin = section.origin("name");
    let Some(name) = section.optional::<String>("name") else {
        if name_origin.is_none() {
            section.fault("name", None, "is missing");
        }
        // Read them, so that they are not reported as unknown.
        section.optional::<String>("physical_name");
        section.section("attributes", read_attributes);
        return None;
    };
    let physical_origin = section.origin("physical_name").or(name_origin);
    let physical_name: String = section.get("physical_name", name.clone());
    if !is_physical_name(&physical_name) {
        let problem =
            "must be an ARN or have 3 to 255 letters, digits, hyphens, underscores or dots, as DynamoDB demands";
        section.fault("physical_name", physical_origin, problem);
    }
    let attributes = section.section("attributes", read_attributes);
    Some(TableSpec { name, physical_name, attributes })
}

fn read_attributes(section: &mut Section) -> AttributeNames {
    let default = AttributeNames::default();
    let mut names = BTreeSet::new();
    let mut attribute = |key, default| {
        let origin = section.origin(key);
        let name: String = section.get(key, default);
        if name.len() > MAX_KEY_NAME_BYTES {
            section.fault(key, origin, format!("must have at most {MAX_KEY_NAME_BYTES} bytes"));
        } else if !names.insert(name.clone()) {
            section.fault(key, origin, format!("is {name:?}, which has another role already"));
        }
        name
    };
    AttributeNames {
        key: attribute("key", default.key),
        value: attribute("value", default.value),
        ttl: attribute("ttl", default.ttl),
        ttl_ms: attribute("ttl_ms", default.ttl_ms),
        version: attribute("version", default.version),
    }
}

fn is_physical_name(name: &str) -> bool {
    name.starts_with("arn:") || check_name(name).is_ok()
}

use super::*;

fn key(name: &str, attribute_type: ScalarType) -> KeyAttribute {
    KeyAttribute { name: name.to_owned(), attribute_type }
}

fn index(name: &str, kind: IndexKind) -> IndexDraft {
    IndexDraft {
        name: name.to_owned(),
        kind,
        partition_key: Some(key(if kind == IndexKind::Local { "pk" } else { "status" }, ScalarType::S)),
        sort_key: Some(key("created_at", ScalarType::N)),
        projection: IndexProjection::All,
        throughput: None,
    }
}

/// A table with a sort key and one index of each kind.
fn draft() -> TableDraft {
    TableDraft {
        sort_key: Some(key("sk", ScalarType::S)),
        indexes: vec![index("by-status", IndexKind::Global), index("by-time", IndexKind::Local)],
        ..TableDraft::default()
    }
}

fn define(draft: TableDraft) -> Result<TableDefinition, Violation> {
    TableDefinition::new(draft, &AttributeNames::default())
}

/// The field for which a changed draft is refused.
fn refused(change: impl FnOnce(&mut TableDraft)) -> String {
    let mut draft = draft();
    change(&mut draft);
    define(draft).unwrap_err().field
}

fn include(names: &[&str]) -> IndexProjection {
    IndexProjection::Include(names.iter().map(|&name| name.to_owned()).collect())
}

#[test]
fn what_is_not_said_is_a_table_for_key_values() {
    let definition = define(TableDraft::default()).unwrap();
    assert_eq!(definition.partition_key, key("pk", ScalarType::S));
    assert_eq!((definition.sort_key, definition.throughput), (None, None));
    let numbered = TableDraft { partition_key: Some(key("", ScalarType::N)), ..TableDraft::default() };
    assert_eq!(define(numbered).unwrap().partition_key, key("pk", ScalarType::N));
}

#[test]
fn each_key_attribute_is_defined_once() {
    let definition = define(draft()).unwrap();
    let names: Vec<&str> = definition.key_attributes().into_iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["pk", "sk", "status", "created_at"]);
}

#[test]
fn an_index_that_includes_attributes_includes_the_expiry() {
    let included = |names: &[&str], change: fn(&mut IndexDraft)| {
        let mut draft = draft();
        draft.indexes[0].projection = include(names);
        change(&mut draft.indexes[0]);
        define(draft).unwrap().indexes.remove(0).projection
    };
    assert_eq!(included(&["name"], |_| {}), include(&["name", "ttl", "dkv_ttl_ms"]));
    assert_eq!(included(&["ttl", "sk", "name"], |_| {}), include(&["ttl", "name", "dkv_ttl_ms"]));
    assert_eq!(included(&["pk"], |index| index.sort_key = Some(key("ttl", ScalarType::N))), include(&["dkv_ttl_ms"]));
    let both = |index: &mut IndexDraft| {
        index.partition_key = Some(key("dkv_ttl_ms", ScalarType::N));
        index.sort_key = Some(key("ttl", ScalarType::N));
    };
    assert_eq!(included(&["pk"], both), IndexProjection::KeysOnly);
}

#[test]
fn throughput_of_an_index_is_that_of_the_table_unless_given() {
    let (table, other) = (Throughput::new(1, 2).unwrap(), Throughput::new(3, 4).unwrap());
    let mut draft = TableDraft { throughput: Some(table), ..draft() };
    draft.indexes.push(IndexDraft { throughput: Some(other), ..index("another", IndexKind::Global) });
    let indexes = define(draft).unwrap().indexes;
    let throughput: Vec<_> = indexes.into_iter().map(|index| index.throughput).collect();
    assert_eq!(throughput, [Some(table), None, Some(other)]);
}

#[test]
fn what_dynamodb_would_refuse_names_its_field() {
    use IndexKind::{Global, Local};
    use ScalarType::{B, N, S};
    assert_eq!(refused(|draft| draft.partition_key = Some(key(&"k".repeat(256), S))), "partition_key.name");
    assert_eq!(refused(|draft| draft.partition_key = Some(key("dkv_ver", N))), "partition_key.name");
    assert_eq!(refused(|draft| draft.sort_key = Some(key("", S))), "sort_key.name");
    assert_eq!(refused(|draft| draft.sort_key = Some(key("pk", S))), "sort_key.name");
    assert_eq!(refused(|draft| draft.indexes[1].name = "by-status".to_owned()), "indexes[1].name");
    for name in ["ab", "", "a/b", &"i".repeat(256)] {
        assert_eq!(refused(|draft| name.clone_into(&mut draft.indexes[0].name)), "indexes[0].name");
    }
    assert_eq!(refused(|draft| draft.indexes[0].partition_key = None), "indexes[0].partition_key");
    assert_eq!(refused(|draft| draft.indexes[0].partition_key = Some(key("", S))), "indexes[0].partition_key.name");
    assert_eq!(refused(|draft| draft.indexes[0].sort_key = Some(key("status", S))), "indexes[0].sort_key.name");
    assert_eq!(refused(|draft| draft.indexes[0].sort_key = Some(key("ttl", S))), "indexes[0].sort_key.name");
    assert_eq!(refused(|draft| draft.indexes[0].partition_key = Some(key("sk", B))), "indexes[0].partition_key.type");
    assert_eq!(refused(|draft| draft.indexes[1].sort_key = Some(key("created_at", S))), "indexes[1].sort_key.type");
    assert_eq!(refused(|draft| draft.sort_key = None), "indexes[1].kind");
    assert_eq!(refused(|draft| draft.indexes[1].sort_key = None), "indexes[1].sort_key");
    assert_eq!(refused(|draft| draft.indexes[1].sort_key = Some(key("sk", S))), "indexes[1].sort_key.name");
    assert_eq!(
        refused(|draft| draft.indexes[1].partition_key = Some(key("status", S))),
        "indexes[1].partition_key.name"
    );
    let throughput = Throughput::new(1, 1).ok();
    assert_eq!(refused(|draft| draft.indexes[0].throughput = throughput), "indexes[0].throughput");
    let local = |draft: &mut TableDraft| (draft.throughput, draft.indexes[1].throughput) = (throughput, throughput);
    assert_eq!(refused(local), "indexes[1].throughput");
    let more = |kind, count: usize| {
        move |draft: &mut TableDraft| draft.indexes = (0..count).map(|at| index(&format!("index-{at}"), kind)).collect()
    };
    assert_eq!(refused(more(Global, 21)), "indexes");
    assert_eq!(refused(more(Local, 6)), "indexes");
}

#[test]
fn projections_have_their_limits() {
    let project =
        |names: Vec<String>| refused(move |draft| draft.indexes[0].projection = IndexProjection::Include(names));
    let names = |count: usize| (0..count).map(|at| format!("a{at}")).collect::<Vec<_>>();
    assert_eq!(project(Vec::new()), "indexes[0].projected");
    assert_eq!(project(vec![String::new()]), "indexes[0].projected");
    assert_eq!(project(vec!["a".repeat(256)]), "indexes[0].projected");
    assert_eq!(project(vec!["a".to_owned(), "a".to_owned()]), "indexes[0].projected");
    assert_eq!(project(names(19)), "indexes[0].projected");
    let six = |count: usize| {
        let mut draft = draft();
        let projected = |at: usize| {
            let projection = IndexProjection::Include(names(count));
            IndexDraft { projection, ..index(&format!("index-{at}"), IndexKind::Global) }
        };
        draft.indexes = (0..6).map(projected).collect();
        define(draft).map(drop).map_err(|violation| violation.field)
    };
    assert_eq!(six(14), Ok(()));
    assert_eq!(six(15), Err("indexes".to_owned()));
}

#[test]
fn throughput_is_at_least_one() {
    assert_eq!(Throughput::new(0, 1).unwrap_err().field, "read_capacity_units");
    assert_eq!(Throughput::new(1, -1).unwrap_err().field, "write_capacity_units");
    assert_eq!(Throughput::new(1, i64::MAX).unwrap_err().field, "write_capacity_units");
}

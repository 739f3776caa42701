//! A refusal reads like the error of the wire layer, which would have come later.

use prost::Message;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::super::{Refusal, Scan, compiled};
use super::verdicts::{PUT_ITEM, nested, put, scan};
use crate::model::{ItemCall, PutItem, ReturnOld};
use crate::pb;
use crate::wire::OnTable;
use crate::wire::kv::Exists;
use crate::wire::status::{Access, of_refusal};

fn metadata(status: &Status, key: &str) -> Option<String> {
    status.get_error_details().error_info()?.metadata.get(key).cloned()
}

fn reason(status: &Status) -> (Code, String) {
    (status.code(), status.get_error_details().error_info().unwrap().reason.clone())
}

#[test]
fn a_value_that_is_too_deep() {
    let request = put(nested(33));
    let Err(Refusal::Invalid(refused)) = scan(PUT_ITEM, &request.encode_to_vec()) else { panic!("it is accepted") };
    let by_the_wire_layer = OnTable::<ItemCall<PutItem, ReturnOld>>::try_from(request).err().unwrap();
    assert_eq!(refused, by_the_wire_layer);
}

#[test]
fn too_many_elements() {
    let request = pb::ExistsRequest { keys: vec!["k".to_owned(); 101], ..Default::default() };
    let refused = scan("KeyValueService/Exists", &request.encode_to_vec()).unwrap_err();
    let by_the_wire_layer = OnTable::<Exists>::try_from(request).err().unwrap();
    let Refusal::Invalid(violation) = &refused else { panic!("{refused:?}") };
    assert_eq!(
        (&violation.field, &violation.invalid.limit),
        (&by_the_wire_layer.field, &by_the_wire_layer.invalid.limit)
    );
    let status = of_refusal(&refused, Access::Read);
    assert_eq!(reason(&status), (Code::InvalidArgument, "INVALID_FIELD".to_owned()));
    assert_eq!(metadata(&status, "limit").as_deref(), Some("1..100 keys"));
}

#[test]
fn a_request_that_is_too_large() {
    let schema = compiled().unwrap();
    for (path, outcome) in [("Get", None), ("Set", Some("NOT_APPLIED"))] {
        let method = schema.method(&format!("/dynakv.v1.KeyValueService/{path}")).unwrap();
        let refused = Scan::new(schema, method, method.max_bytes + 1).unwrap_err();
        let status = of_refusal(&refused, method.access);
        assert_eq!(reason(&status), (Code::InvalidArgument, "MESSAGE_TOO_LARGE".to_owned()));
        assert_eq!(metadata(&status, "limit"), Some(format!("{} bytes", method.max_bytes)));
        assert_eq!(metadata(&status, "outcome").as_deref(), outcome);
    }
}

#[test]
fn a_message_that_is_malformed() {
    let refused = scan("KeyValueService/Set", &[0x12, 9, b'a']).unwrap_err();
    let status = of_refusal(&refused, Access::Write);
    assert_eq!(reason(&status), (Code::InvalidArgument, "MALFORMED_MESSAGE".to_owned()));
    assert_eq!(metadata(&status, "outcome").as_deref(), Some("NOT_APPLIED"));
    assert_eq!(status.get_error_details().bad_request().unwrap().field_violations[0].field, "key");
}

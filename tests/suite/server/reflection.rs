//! Reflection, which tools such as grpcurl use instead of a proto file.

use std::collections::BTreeSet;

use prost::Message as _;
use prost_types::FileDescriptorProto;
use tonic_reflection::pb::{v1, v1alpha};

use crate::binary::Serve;

const SERVICES: [&str; 6] = [
    "dynakv.v1.KeyValueService",
    "dynakv.v1.ItemService",
    "dynakv.v1.TableService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// Requests the list of services and the files of our three; the versions differ only in the package.
macro_rules! reflected {
    ($version:ident, $transport:expr) => {{
        use $version::server_reflection_client::ServerReflectionClient;
        use $version::server_reflection_request::MessageRequest;
        use $version::server_reflection_response::MessageResponse;

        let symbols = SERVICES.iter().take(3).map(|name| MessageRequest::FileContainingSymbol((*name).to_owned()));
        let questions: Vec<_> = std::iter::once(MessageRequest::ListServices(String::new())).chain(symbols).collect();
        let requests = questions
            .into_iter()
            .map(|question| $version::ServerReflectionRequest { host: String::new(), message_request: Some(question) });
        let mut client = ServerReflectionClient::new($transport);
        let mut answers = client.server_reflection_info(tokio_stream::iter(requests)).await.unwrap().into_inner();
        let mut answer = async || answers.message().await.unwrap().unwrap().message_response.unwrap();
        let MessageResponse::ListServicesResponse(list) = answer().await else { panic!("no list") };
        let mut files = Vec::new();
        for _ in 0..3 {
            let MessageResponse::FileDescriptorResponse(found) = answer().await else { panic!("no files") };
            files.extend(found.file_descriptor_proto);
        }
        let names: BTreeSet<String> = list.service.into_iter().map(|service| service.name).collect();
        (names, files)
    }};
}

fn assert_complete(names: &BTreeSet<String>, files: &[Vec<u8>]) {
    for service in SERVICES {
        assert!(names.contains(service), "{service} is not in {names:?}");
    }
    let services = files.iter().flat_map(|file| FileDescriptorProto::decode(file.as_slice()).unwrap().service);
    let methods: Vec<String> =
        services.flat_map(|service| service.method).map(|method| method.name().to_owned()).collect();
    for method in ["Get", "CompareAndSet", "Increment", "ListKeys", "GetItem", "Query", "Scan", "CreateTable"] {
        assert!(methods.iter().any(|name| name == method), "{method} is not in {methods:?}");
    }
}

#[tokio::test]
async fn both_versions_list_every_service_and_describe_it() {
    let server = Serve::in_memory().start().await;
    let client = server.client().await;
    let (names, files) = reflected!(v1, client.transport());
    assert_complete(&names, &files);
    let (names, files) = reflected!(v1alpha, client.transport());
    assert_complete(&names, &files);
}

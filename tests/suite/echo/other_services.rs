//! Errors outside of DynaKV's services: headers, unknown methods, and the services of libraries.

use prost::Message;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;

use super::wire::call;
use crate::support::World;

const GET: &str = "dynakv.v1.KeyValueService/Get";

#[tokio::test]
async fn headers_and_methods_are_not_echoed_at_length() {
    let world = World::embedded_in_memory().await;
    let long = "x".repeat(6000);
    let encoded = call(&world.channel, GET, &[], &[("grpc-encoding", &long)]).await;
    assert_eq!(encoded.refusal("grpc-encoding").reason, "UNIMPLEMENTED");
    let late = call(&world.channel, GET, &[], &[("grpc-timeout", &long)]).await;
    assert_eq!(late.refusal("grpc-timeout").reason, "MALFORMED_MESSAGE");
    let unknown = call(&world.channel, &format!("dynakv.v1.KeyValueService/{long}"), &[], &[]).await;
    assert_eq!(unknown.refusal("method").reason, "UNIMPLEMENTED");
    let named = call(&world.channel, GET, &[], &[("x-request-id", &long)]).await;
    assert_eq!(named.refusal("x-request-id").reason, "INVALID_FIELD");
}

#[tokio::test]
async fn the_services_of_libraries_answer_as_briefly() {
    let world = World::embedded_in_memory().await;
    for text in ["a".repeat(60_000), "é".repeat(2000), "a".repeat(1_000_000)] {
        let check = HealthCheckRequest { service: text.clone() }.encode_to_vec();
        for method in ["Check", "Watch"] {
            let health = call(&world.channel, &format!("grpc.health.v1.Health/{method}"), &check, &[]).await;
            health.check_size("health");
        }
        for question in
            [MessageRequest::FileContainingSymbol(text.clone()), MessageRequest::FileByFilename(text.clone())]
        {
            let request = ServerReflectionRequest { host: String::new(), message_request: Some(question) };
            for version in ["v1", "v1alpha"] {
                let method = format!("grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
                let unknown = call(&world.channel, &method, &request.encode_to_vec(), &[]).await;
                unknown.check_size("reflection");
                assert_ne!(unknown.status.code(), Code::Ok);
            }
        }
    }
}

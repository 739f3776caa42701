//! The whole server: services, health, reflection, authentication, errors, shutdown.

use dynakv_client::pb::{GetRequest, SetRequest};
use tokio_stream::StreamExt;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::*;

const SERVICE: &str = "dynakv.v1.KeyValueService";

fn check(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

/// Waits until the service is SERVING.
async fn ready(channel: Channel) {
    let mut watch = HealthClient::new(channel).watch(check(SERVICE)).await.unwrap().into_inner();
    while watch.next().await.unwrap().unwrap().status() != ServingStatus::Serving {}
}

#[tokio::test]
async fn it_serves_and_says_so() {
    let server = Running::start(&config(&[]), runtime()).await;
    let channel = connect(&server.listen).await;
    ready(channel.clone()).await;
    let status = HealthClient::new(channel.clone()).check(check("")).await.unwrap().into_inner().status();
    assert_eq!(status, ServingStatus::Serving);
    let unknown = HealthClient::new(channel.clone()).check(check("nobody")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);

    let mut client = Client::new(channel);
    let set = SetRequest { key: "key".into(), value: "value".into(), ..SetRequest::default() };
    client.set(set).await.unwrap();
    let get = GetRequest { key: "key".into(), ..GetRequest::default() };
    let entry = client.get(get).await.unwrap().into_inner().entry.unwrap();
    assert_eq!(entry.value.as_deref(), Some(&b"value"[..]));
}

#[tokio::test]
async fn reflection_lists_every_service() {
    let server = Running::start(&config(&[]), runtime()).await;
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(connect(&server.listen).await);
    let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let Some(MessageResponse::ListServicesResponse(list)) = answers.next().await.unwrap().unwrap().message_response
    else {
        panic!("no list");
    };
    let names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    for name in [SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"] {
        assert!(names.iter().any(|found| found == name), "{name} is not in {names:?}");
    }
}

#[tokio::test]
async fn with_tokens_configured_only_health_is_open() {
    let tokens = [("DYNAKV__AUTH__TOKENS", "[{name = 'orders', token = 'secret'}]")];
    let server = Running::start(&config(&tokens), runtime()).await;
    let channel = connect(&server.listen).await;
    ready(channel.clone()).await;
    let get = |authorization: Option<&'static str>| {
        let mut request = tonic::Request::new(GetRequest { key: "key".into(), ..GetRequest::default() });
        if let Some(value) = authorization {
            request.metadata_mut().insert("authorization", value.parse().unwrap());
        }
        let mut client = Client::new(channel.clone());
        async move { client.get(request).await }
    };
    get(Some("Bearer secret")).await.unwrap();
    for refused in [None, Some("Bearer wrong")] {
        let status = get(refused).await.unwrap_err();
        assert_eq!(reason(&status), is_read(Code::Unauthenticated, "UNAUTHENTICATED"));
    }
    let mut reflection = ServerReflectionClient::new(channel.clone());
    let status = reflection.server_reflection_info(tokio_stream::empty()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

/// Calls any method with any message.
async fn raw(channel: Channel, method: &'static str, message: Vec<u8>, timeout: Option<&str>) -> Status {
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let mut request =
        tonic::Request::new(GetRequest { key: String::new(), table: String::new(), consistent_read: false });
    if let Some(timeout) = timeout {
        request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
    }
    if !message.is_empty() {
        request.get_mut().key = String::from_utf8(message).unwrap();
    }
    let codec = tonic_prost::ProstCodec::<GetRequest, dynakv_client::pb::GetResponse>::default();
    grpc.unary(request, http::uri::PathAndQuery::from_static(method), codec).await.unwrap_err()
}

#[tokio::test]
async fn what_tonic_refuses_by_itself_is_explained() {
    let server = Running::start(&config(&[]), runtime()).await;
    let channel = connect(&server.listen).await;
    for method in ["/dynakv.v1.KeyValueService/Frobnicate", "/dynakv.v1.NoSuchService/Get"] {
        let status = raw(channel.clone(), method, Vec::new(), None).await;
        assert_eq!(reason(&status), is(Code::Unimplemented, "UNIMPLEMENTED", "NOT_APPLIED"));
    }
    let get = "/dynakv.v1.KeyValueService/Get";
    let status = raw(channel.clone(), get, vec![b'k'; MAX_MESSAGE_BYTES], None).await;
    assert_eq!(reason(&status), is_read(Code::InvalidArgument, "MESSAGE_TOO_LARGE"));
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().metadata.get("limit").unwrap(), "65536 bytes");

    let status = raw(channel.clone(), get, Vec::new(), Some("soon")).await;
    assert_eq!(reason(&status), is_read(Code::InvalidArgument, "MALFORMED_MESSAGE"));
}

#[tokio::test]
async fn a_message_compressed_in_an_unknown_way_is_refused_with_the_ways_that_are_known() {
    let server = Running::start(&config(&[]), runtime()).await;
    let mut request = tonic::Request::new(GetRequest { key: "key".into(), ..GetRequest::default() });
    request.metadata_mut().insert("grpc-encoding", "br".parse().unwrap());
    let status = Client::new(connect(&server.listen).await).get(request).await.unwrap_err();
    assert_eq!(reason(&status), is_read(Code::Unimplemented, "UNIMPLEMENTED"));
}

#[tokio::test]
async fn a_draining_server_says_so_dismisses_watchers_and_ends() {
    let server = Running::start(&config(&[]), Runtime::system()).await;
    let channel = connect(&server.listen).await;
    ready(channel.clone()).await;
    let mut watch = HealthClient::new(channel).watch(check("")).await.unwrap().into_inner();
    assert_eq!(watch.next().await.unwrap().unwrap().status(), ServingStatus::Serving);
    server.stop().await;
    // A watch channel keeps only the newest state: either NOT_SERVING is seen, or the stream ends at once.
    while let Some(Ok(last)) = watch.next().await {
        assert_eq!(last.status(), ServingStatus::NotServing);
    }
}

#[tokio::test]
async fn calls_are_named_as_the_proxy_named_them_or_by_a_name_of_our_own() {
    let server = Running::start(&config(&[]), runtime()).await;
    let channel = connect(&server.listen).await;
    let named = |id: Option<&'static str>| {
        let mut request = tonic::Request::new(GetRequest { key: "key".into(), ..GetRequest::default() });
        if let Some(id) = id {
            request.metadata_mut().insert("x-request-id", id.parse().unwrap());
        }
        let mut client = Client::new(channel.clone());
        async move {
            client.get(request).await.unwrap().metadata().get("x-request-id").unwrap().to_str().unwrap().to_owned()
        }
    };
    assert_eq!(named(Some("from-the-mesh")).await, "from-the-mesh");
    assert_ne!(named(None).await, named(None).await);
}

#[tokio::test]
async fn a_unix_socket_serves_too_and_its_file_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dynakv.sock");
    let left_behind = std::os::unix::net::UnixListener::bind(&path).unwrap();
    drop(left_behind);
    let mut config = config(&[]);
    config.listen = config::Listen::Unix(path.clone());
    let server = Running::start(&config, Runtime::system()).await;
    let channel = Endpoint::from_shared(format!("unix:{}", path.display())).unwrap().connect().await.unwrap();
    ready(channel).await;
    server.stop().await;
    assert!(!path.exists());
}

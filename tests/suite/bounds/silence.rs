//! Silent connections.

use dynakv_abuse::attack::{Silence, Silent};
use dynakv_abuse::tls::Tls;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use super::{assert_ends, assert_serves, in_time};
use crate::binary::Serve;

const COUNT: usize = 10;

#[tokio::test]
async fn connections_that_do_not_speak_http2_in_time_are_closed() {
    let server = Serve::in_memory().env("DYNAKV__CONNECTIONS__PREFACE_TIMEOUT", "100ms").start().await;
    for silence in [Silence::AtOnce, Silence::InThePreface] {
        let mut silent = Silent::open(server.address(), COUNT, &silence).await.unwrap();
        in_time("the end of the connections", silent.closed()).await;
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn connections_that_are_silent_after_the_handshake_are_closed() {
    let (serve, _folder, tls) = encrypted();
    let server = serve.env("DYNAKV__CONNECTIONS__PREFACE_TIMEOUT", "100ms").start().await;
    let mut silent = Silent::open(server.address(), COUNT, &Silence::AfterTheHandshake(tls)).await.unwrap();
    in_time("the end of the connections", silent.closed()).await;
}

#[tokio::test]
async fn connections_that_never_begin_a_handshake_are_closed() {
    let (serve, _folder, _tls) = encrypted();
    let server = serve.env("DYNAKV__TLS__HANDSHAKE_TIMEOUT", "100ms").start().await;
    let mut silent = Silent::open(server.address(), COUNT, &Silence::AtOnce).await.unwrap();
    in_time("the end of the connections", silent.closed()).await;
}

#[tokio::test]
async fn silent_connections_do_not_hold_up_the_end() {
    for silence in [Silence::AtOnce, Silence::InThePreface, Silence::AfterThePreface] {
        let server = Serve::in_memory().start().await;
        let _silent = Silent::open(server.address(), COUNT, &silence).await.unwrap();
        assert_serves(&server).await;
        assert_ends(server).await;
    }
}

#[tokio::test]
async fn silent_connections_give_way_to_clients_when_files_run_out() {
    let server = Serve::with_open_files(96).start().await;
    let mut silent = Silent::default();
    silent.begin_to_open(server.address(), 150);
    // If connections arrive faster than a client can send its preface, the client's own may be the oldest silent one
    // and be closed. It reconnects.
    let served = async { while server.client().await.get("key").await.is_err() {} };
    in_time("a client that tries again", served).await;
    assert_serves(&server).await;
}

/// A TLS server, the folder with its certificate, and a client that trusts it.
fn encrypted() -> (Serve, TempDir, Tls) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let folder = TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, cert.pem()).unwrap();
    std::fs::write(&key, signing_key.serialize_pem()).unwrap();
    let serve = Serve::in_memory()
        .env("DYNAKV__TLS__CERT", certificate.to_str().unwrap())
        .env("DYNAKV__TLS__KEY", key.to_str().unwrap());
    (serve, folder, Tls::trusting(&cert.pem()).unwrap())
}

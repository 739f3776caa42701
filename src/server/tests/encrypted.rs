//! TLS and mutual TLS.

use std::path::Path;

use dynakv_client::pb::GetRequest;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use super::*;

/// A certificate authority that the test trusts.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for localhost and its key, as PEM.
    fn issue(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }

    fn tls(&self) -> ClientTlsConfig {
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(self.0.pem())).domain_name("localhost")
    }
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn call(listen: &config::Listen, tls: ClientTlsConfig) -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = Endpoint::from_shared(format!("https://{listen}"))?.tls_config(tls)?;
    Client::new(endpoint.connect().await?).get(GetRequest { key: "key".into(), ..GetRequest::default() }).await?;
    Ok(())
}

#[tokio::test]
async fn an_encrypted_server_serves_those_who_trust_its_certificate() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    let (cert, key) = authority.issue();
    let (cert, key) = (write(folder.path(), "cert.pem", &cert), write(folder.path(), "key.pem", &key));
    let variables = [("DYNAKV__TLS__CERT", cert.as_str()), ("DYNAKV__TLS__KEY", key.as_str())];
    let server = Running::start(&config(&variables), runtime()).await;
    call(&server.listen, authority.tls()).await.unwrap();
    call(&server.listen, Authority::new().tls()).await.unwrap_err();
    // Plain text is refused.
    let plain = Endpoint::from_shared(format!("http://{}", server.listen)).unwrap().connect_lazy();
    Client::new(plain).get(GetRequest { key: "key".into(), ..GetRequest::default() }).await.unwrap_err();
}

#[tokio::test]
async fn with_a_client_authority_only_its_clients_are_served() {
    let (folder, authority, clients) = (tempfile::tempdir().unwrap(), Authority::new(), Authority::new());
    let (cert, key) = authority.issue();
    let (cert, key) = (write(folder.path(), "cert.pem", &cert), write(folder.path(), "key.pem", &key));
    let client_ca = write(folder.path(), "ca.pem", &clients.0.pem());
    let variables = [
        ("DYNAKV__TLS__CERT", cert.as_str()),
        ("DYNAKV__TLS__KEY", key.as_str()),
        ("DYNAKV__TLS__CLIENT_CA", client_ca.as_str()),
    ];
    let server = Running::start(&config(&variables), runtime()).await;
    let identity = |authority: &Authority| {
        let (cert, key) = authority.issue();
        Identity::from_pem(cert, key)
    };
    call(&server.listen, authority.tls().identity(identity(&clients))).await.unwrap();
    call(&server.listen, authority.tls().identity(identity(&authority))).await.unwrap_err();
    call(&server.listen, authority.tls()).await.unwrap_err();
}

#[tokio::test]
async fn certificates_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = Authority::new().issue();
    let (cert, key) = (write(folder.path(), "cert.pem", &cert), write(folder.path(), "key.pem", &key));
    let empty = write(folder.path(), "empty.pem", "");
    for (cert, key, problem) in [
        ("/nonexistent", key.as_str(), "tls.cert = /nonexistent cannot be read as PEM"),
        (empty.as_str(), key.as_str(), "tls.cert"),
        (cert.as_str(), empty.as_str(), "tls.key"),
        (cert.as_str(), key.as_str(), ""),
    ] {
        let config = config(&[("DYNAKV__TLS__CERT", cert), ("DYNAKV__TLS__KEY", key)]);
        let made = tls::Acceptor::new(config.tls.as_ref().unwrap());
        let said = made.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.starts_with(problem) && said.is_empty() == problem.is_empty(), "{said}");
    }
}

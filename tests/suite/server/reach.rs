//! Access to the server: from this machine, by a socket file, or with a token over TLS.

use std::path::{Path, PathBuf};

use dynakv_client::{Client, Reason, Tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use crate::binary::{Cli, Serve, Serving};

#[tokio::test]
async fn a_socket_file_serves_this_machine_and_goes_with_the_server() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dynakv.sock");
    let address = format!("unix:{}", path.display());
    let serve = || Serve::bare().args(["--memory", "--listen", &address]);
    let server = serve().start().await;
    assert_eq!(server.address(), address);
    server.cli().run("set key value").await;
    assert_eq!(server.client().await.get("key").await.unwrap().unwrap().text(), Some("value"));

    let second = serve().refused().await;
    assert_eq!(second.code, 3);
    assert!(second.stderr.starts_with(&format!("error: cannot listen on {address}: ")), "{}", second.stderr);
    server.cli().run("health").await.is(0, "SERVING\n", "");

    server.kill().await;
    assert!(path.exists(), "nobody was there to remove it");
    let mut server = serve().start().await;
    server.cli().run("health").await.is(0, "SERVING\n", "");
    server.signal("TERM").await;
    assert!(server.ended().await.success());
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_file_does_not_replace_a_file_of_somebody_else() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("precious");
    std::fs::write(&path, "data").unwrap();
    let refused = Serve::bare().args(["--memory", "--listen", &format!("unix:{}", path.display())]).refused().await;
    assert_eq!(refused.code, 3);
    assert_eq!(std::fs::read(&path).unwrap(), b"data");
}

#[tokio::test]
async fn other_machines_are_refused_unless_the_server_is_guarded_or_told_otherwise() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = Serve::bare().args(["--memory", "--listen", address]).refused().await;
        assert_eq!(refused.code, 2);
        let sentence = "listen (from --listen) can be reached from other machines, so it needs TLS (tls.cert, tls.key) and \
                        authentication (auth.tokens or tls.client_ca), or an explicit --insecure";
        assert!(refused.stderr.contains(sentence), "{}", refused.stderr);
    }
    let server = Serve::bare().args(["--memory", "--listen", "0.0.0.0:0", "--insecure"]).start().await;
    assert!(server.announced.iter().any(|line| line.starts_with("insecure: ")), "{:?}", server.announced);
    let port = server.address().strip_prefix("0.0.0.0:").unwrap();
    Cli::new().run(&format!("health --address 127.0.0.1:{port}")).await.is(0, "SERVING\n", "");
}

#[tokio::test]
async fn a_token_without_tls_or_tls_without_a_token_is_no_guard() {
    let certificate = SelfSigned::new();
    let exposed = || Serve::bare().args(["--memory", "--listen", "0.0.0.0:0"]);
    for serve in [exposed().env("DYNAKV__AUTH__TOKENS", TOKENS), certificate.configure(exposed())] {
        assert_eq!(serve.refused().await.code, 2);
    }
}

const TOKENS: &str = "[{name = 'orders', token = 's3cret'}]";

/// A self-signed certificate for localhost.
struct SelfSigned {
    folder: TempDir,
}

impl SelfSigned {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("cert.pem"), cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), signing_key.serialize_pem()).unwrap();
        Self { folder }
    }

    fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn configure(&self, serve: Serve) -> Serve {
        serve.env("DYNAKV__TLS__CERT", self.cert()).env("DYNAKV__TLS__KEY", self.folder.path().join("key.pem"))
    }

    /// A server on all interfaces, and its address with the name in the certificate.
    async fn guard(&self) -> (Serving, String) {
        let serve = Serve::bare().args(["--memory", "--listen", "0.0.0.0:0"]).env("DYNAKV__AUTH__TOKENS", TOKENS);
        let server = self.configure(serve).start().await;
        let address = server.address().replace("0.0.0.0", "localhost");
        (server, address)
    }
}

#[tokio::test]
async fn tls_and_a_token_let_the_client_library_in() {
    let certificate = SelfSigned::new();
    let (server, address) = certificate.guard().await;
    let trusting = |certificate: &Path| Client::builder().address(&address).tls(Tls::new().ca_file(certificate));
    let client = trusting(&certificate.cert()).token("s3cret").connect().await.unwrap();
    client.set("key", "value").await.unwrap();

    for builder in [trusting(&certificate.cert()), trusting(&certificate.cert()).token("wrong")] {
        let error = builder.connect().await.unwrap().get("key").await.unwrap_err();
        assert_eq!(error.reason(), Some(&Reason::Unauthenticated), "{error}");
    }
    trusting(&SelfSigned::new().cert()).connect().await.unwrap_err();
    for words in ["s3cret", "wrong"] {
        assert!(!server.log().contains(words), "{}", server.log());
    }
}

#[tokio::test]
async fn tls_and_a_token_let_the_commands_in() {
    let certificate = SelfSigned::new();
    let (_server, address) = certificate.guard().await;
    let (ca, token) = (certificate.cert().display().to_string(), certificate.folder.path().join("token"));
    std::fs::write(&token, "s3cret\n").unwrap();
    let cli = || Cli::new().env("DYNAKV_ADDRESS", &address).env("DYNAKV_CA_FILE", &ca);
    let admitted = cli().env("DYNAKV_TOKEN", "s3cret");
    assert_eq!(admitted.run("set key value").await.code, 0);
    admitted.run("get key").await.is(0, "value", "");
    cli().run(&format!("get key --token-file {}", token.display())).await.is(0, "value", "");
    cli().run("health").await.is(0, "SERVING\n", "");

    let refused = cli().run("get key").await;
    assert_eq!(refused.code, 3);
    assert!(refused.stderr.contains("UNAUTHENTICATED"), "{refused:?}");
    let wrong = cli().run("set key value --token wrong --json").await;
    assert_eq!((wrong.code, &wrong.json_error()["error"]["reason"]), (3, &"UNAUTHENTICATED".into()));

    let plain = Cli::new().run(&format!("get key --address {address}")).await;
    assert_eq!(plain.code, 3, "{plain:?}");
    let stranger = Cli::new().run(&format!("get key --address https://{address}")).await;
    assert_eq!(stranger.code, 3, "{stranger:?}");
    let named = format!("get key --address {} --tls-server-name localhost", address.replace("localhost", "127.0.0.1"));
    admitted.run(&named).await.is(0, "value", "");
}

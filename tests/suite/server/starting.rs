//! Errors that prevent the start, each in one sentence.

use std::ffi::OsStr;

use tempfile::TempDir;

use crate::binary::{Cli, Serve};

#[tokio::test]
async fn whatever_speaks_of_dynamodb_demands_a_backend() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("dynakv.toml");
    std::fs::write(&file, "").unwrap();
    for (args, setting) in [
        (["--region", "eu-central-1"], "region"),
        (["--endpoint-url", "http://127.0.0.1:8000"], "endpoint_url"),
        (["--table", "users"], "tables"),
        (["--config", file.to_str().unwrap()], "config"),
    ] {
        let refused = Serve::bare().args(args).refused().await;
        let flag = args[0];
        let sentence = format!(
            "error: the configuration cannot be used:\n  backend is missing: {setting} is given (from {flag}), so say \
             --backend dynamodb or embedded\n"
        );
        assert_eq!((refused.code, refused.stderr), (2, sentence));
    }
    let refused = Serve::bare().env("DYNAKV__REGION", "eu-central-1").refused().await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("(from DYNAKV__REGION), so say --backend"), "{}", refused.stderr);
}

#[tokio::test]
async fn every_fault_is_reported_at_once() {
    let serve =
        Serve::bare().args(["--listen", "here", "--memory", "--data-dir", "d"]).env("DYNAKV__LOG__FORMAT", "xml");
    let refused = serve.env("DYNAKV__LIMTS__DEFAULT_DEADLINE", "1s").refused().await;
    assert_eq!(refused.code, 2);
    for key in
        ["listen (from --listen)", "data_dir (from --data-dir)", "log.format (from DYNAKV__LOG__FORMAT)", "limts"]
    {
        assert!(refused.stderr.contains(&format!("\n  {key}")), "{key}: {}", refused.stderr);
    }
}

#[tokio::test]
async fn dynamodb_needs_a_region() {
    let refused = Serve::bare().args(["--backend", "dynamodb"]).refused().await;
    assert_eq!(refused.code, 2);
    assert_eq!(refused.stderr, "error: no AWS region is configured: say --region REGION or set AWS_REGION\n");
}

#[tokio::test]
async fn a_region_that_is_none_is_refused_with_its_setting() {
    let sentence = |origin: &str| {
        format!(
            "error: the configuration cannot be used:\n  region (from {origin}) must be the name of an AWS region, such as \
             eu-central-1\n"
        )
    };
    let dynamodb = || Serve::bare().args(["--backend", "dynamodb"]);
    let flag = dynamodb().args(["--region", "us east"]).refused().await;
    assert_eq!((flag.code, flag.stderr), (2, sentence("--region")));
    let variable = dynamodb().env("AWS_REGION", "us east").refused().await;
    assert_eq!((variable.code, variable.stderr), (2, sentence("AWS_REGION")));
    let folder = TempDir::new().unwrap();
    let profile = folder.path().join("config");
    std::fs::write(&profile, "[default]\nregion = us east\n").unwrap();
    let profile = dynamodb().env("AWS_CONFIG_FILE", &profile).refused().await;
    assert_eq!(profile.code, 2);
    assert!(
        profile.stderr.starts_with("error: the region \"us east\" of the AWS profile is not"),
        "{}",
        profile.stderr
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let first = Serve::in_memory().start().await;
    let second = Serve::bare().args(["--memory", "--listen", first.address()]).refused().await;
    assert_eq!(second.code, 3);
    let sentence = format!("error: cannot listen on {}: Address already in use", first.address());
    assert!(second.stderr.starts_with(&sentence), "{}", second.stderr);
}

#[tokio::test]
async fn certificates_that_cannot_be_read_are_named() {
    let serve = Serve::in_memory().env("DYNAKV__TLS__CERT", "/nonexistent/c").env("DYNAKV__TLS__KEY", "/nonexistent/k");
    let refused = serve.refused().await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.starts_with("error: tls."), "{}", refused.stderr);
    assert!(refused.stderr.contains(" = /nonexistent/"), "{}", refused.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_whose_name_is_no_text_is_not_mistaken_for_another() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = TempDir::new().unwrap();
    let data = folder.path().join(OsStr::from_bytes(b"\xff"));
    let refused = Serve::in_folder(&data).refused().await;
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("invalid UTF-8"), "{}", refused.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_configuration_can_be_seen_and_checked_without_a_start() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("dynakv.toml");
    let tokens = "[[auth.tokens]]\nname = 'orders'\ntoken = 's3cret'\n";
    std::fs::write(&file, format!("backend = 'embedded'\n[limits]\ndefault_deadline = '5s'\n{tokens}")).unwrap();
    // By default everybody may read the file, which would cause a warning.
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let cli = Cli::new().env("DYNAKV__LOG__LEVEL", "debug");
    let print = cli.run(&format!("config print --memory --config {}", file.display())).await;
    assert_eq!(print.code, 0);
    for line in
        ["backend = \"embedded\"", "default_deadline = \"5s\"", "level = \"debug\"", "listen = \"127.0.0.1:50051\""]
    {
        assert!(print.text().lines().any(|printed| printed == line), "{line}: {print:?}");
    }
    assert!(!print.text().contains("s3cret"), "{print:?}");

    cli.run(&format!("config check --memory --config {}", file.display())).await.is(
        0,
        "the configuration is in order\n",
        "",
    );
    let faulty = cli.run("config check --table users").await;
    assert_eq!((faulty.code, faulty.text()), (2, ""));
    assert!(faulty.stderr.contains("backend is missing"), "{faulty:?}");
}

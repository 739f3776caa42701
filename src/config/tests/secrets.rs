//! Secrets are not shown; probable mistakes cause warnings.

use proptest::prelude::*;

use super::*;

const TOKEN: &str = "7c1fe0b2d94a5f38e6017d2b4c9a8e53f1b60d72";
const SECRET: &str = "e2c95d7fa0863b14c7d2f9e05a61b38840d9a7c6";
const PASSWORD: &str = "pw5f0e7d1c3b9a";

fn document() -> String {
    format!(
        "backend = \"dynamodb\"\nendpoint_url = \"http://user:{PASSWORD}@db.test\"\n[auth]\n[[auth.tokens]]\nname = \
         \"orders\"\ntoken = \"{TOKEN}\"\n[[page_tokens.secrets]]\nsecret = \"{SECRET}\"\n[limits]\nbatch_concurrency = 4\n"
    )
}

fn list() -> String {
    format!("[{{name = \"orders\", token = \"{TOKEN}\"}}, {{name = \"billing\", token = \"{SECRET}\"}}]")
}

/// All output about a configuration, valid or not.
fn said(result: &Result<Config, Error>) -> String {
    match result {
        Ok(config) => format!("{:?}\n{config:?}", config.warnings),
        Err(error) => format!("{error}\n{error:?}"),
    }
}

/// Fails if the output contains a part of a secret that is too long for a coincidence.
fn assert_secret(said: &str, context: &str) {
    for secret in [TOKEN, SECRET, PASSWORD] {
        for start in 0..=secret.len() - 8 {
            assert!(!said.contains(&secret[start..start + 8]), "{context}\n{said}");
        }
    }
}

/// Changes a text at a position, given in thousandths of its length.
fn change(text: &str, place: usize, cut: usize, insert: &str) -> String {
    let start = place * text.len() / 1000;
    let end = (start + cut).min(text.len());
    format!("{}{insert}{}", &text[..start], &text[end..])
}

fn changes() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    prop::collection::vec((0..1000_usize, 0..4_usize, "[\"'=\\[\\]{}#,.\n a1]{0,2}"), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_fault_of_a_file_shows_a_secret_that_is_in_it(changes in changes()) {
        let text = changes.iter().fold(document(), |text, (place, cut, insert)| change(&text, *place, *cut, insert));
        let result = load("", &[], Some(&text));
        if result.is_err() {
            assert_secret(&said(&result), &text);
        }
    }

    #[test]
    fn no_fault_of_a_list_in_the_environment_shows_a_secret_that_is_in_it(changes in changes()) {
        let text = changes.iter().fold(list(), |text, (place, cut, insert)| change(&text, *place, *cut, insert));
        let result = load("--memory", &[("DYNAKV__AUTH__TOKENS", &text)], None);
        if result.is_err() {
            assert_secret(&said(&result), &text);
        }
    }
}

#[test]
fn the_documents_are_in_order_as_they_are() {
    let file = load("", &[], Some(&document()));
    let environment = load("--memory", &[("DYNAKV__AUTH__TOKENS", &list())], None);
    for result in [file, environment] {
        assert_secret(&said(&result), "");
        assert_secret(&result.unwrap().to_toml(), "");
    }
}

#[test]
fn a_syntax_error_is_told_by_its_place() {
    let file = format!("backend = 'embedded'\n[[auth.tokens]]\nname = 'orders'\ntoken = '{TOKEN}\n");
    let found = faults(load("", &[], Some(&file)));
    assert!(found[0].starts_with("config is not valid TOML: ") && found[0].contains("(line 4, column "), "{found:?}");
    let list = format!("[{{name = 'orders', token = {TOKEN}}}]");
    let found = faults(load("--memory", &[("DYNAKV__AUTH__TOKENS", &list)], None));
    assert!(found[0].starts_with("auth.tokens is not valid TOML: "), "{found:?}");
    assert!(found[0].contains("(line 1, column 2"), "{found:?}");
}

#[test]
fn a_key_that_may_be_a_secret_is_not_shown() {
    for (file, fault) in [
        ("[auth]\ntokns = 1", "auth has an unknown setting; did you mean auth.tokens?"),
        ("[[auth.tokens]]\nname='a'\ntoken='b'\n7c1fe0b2=1", "auth.tokens[0] has an unknown setting"),
        ("[page_tokens]\n7c1fe0b2=1", "page_tokens has an unknown setting"),
        ("7c1fe0b2d94a5f38e6017d2b4c9a8e53=1", "the top level has an unknown setting"),
        ("'My Token'=1", "the top level has an unknown setting"),
        ("[limits]\n7c1fe0B2=1", "limits has an unknown setting"),
        ("[limits]\nbogus=1", "limits.bogus is an unknown setting"),
    ] {
        let found = faults(load("--backend embedded", &[], Some(file)));
        assert_eq!(found, [fault], "{file}");
    }
}

#[test]
fn an_endpoint_is_shown_without_user_and_password() {
    for (url, shown) in [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://user@host/path", "https://(redacted)@host/path"),
        ("http://user:pa55w0rd@host:1", "http://(redacted)@host:1"),
        ("http://us%40er:p%2Fpa55w0rd%3A@host", "http://(redacted)@host"),
        ("http://:pa55w0rd@host", "http://(redacted)@host"),
        ("http://user:1/pa55w0rd@host/p", "http://(redacted)@host/p"),
        ("http://user:a@pa55w0rd@host", "http://(redacted)@host"),
    ] {
        let config = load("--backend dynamodb", &[("DYNAKV__ENDPOINT_URL", url)], None).unwrap();
        let Backend::DynamoDb { endpoint_url: Some(endpoint), .. } = &config.backend else { panic!("{config:?}") };
        assert_eq!((endpoint.to_string().as_str(), endpoint.expose()), (shown, url));
        assert!(config.to_toml().contains(&format!("endpoint_url = \"{shown}\"")), "{}", config.to_toml());
        assert!(!format!("{config:?}").contains("pa55w0rd"), "{config:?}");
    }
    for url in ["http://u:pa55w0rd@", "http://host/?pa55w0rd", "ftp://u:pa55w0rd@h", "pa55w0rd"] {
        let error = load("--backend dynamodb", &[("DYNAKV__ENDPOINT_URL", url)], None).unwrap_err();
        assert!(error.to_string().ends_with("must begin with http:// or https:// and have no query"), "{error}");
        assert!(!format!("{error:?}").contains("pa55w0rd"), "{error:?}");
    }
}

/// The warnings as "key problem".
fn warnings(line: &str, variables: &[(&str, &str)], file: Option<&str>) -> Vec<String> {
    let warnings = load(line, variables, file).unwrap().warnings;
    warnings.into_iter().map(|warning| format!("{} {}", warning.key, warning.problem)).collect()
}

#[test]
fn a_token_of_two_principals_is_a_fault_and_one_that_is_given_twice_a_warning() {
    let tokens = |names: [&str; 2]| {
        format!("[{{name='{}', token='t'}}, {{name='x', token='u'}}, {{name='{}', token='t'}}]", names[0], names[1])
    };
    let found = faults(load("--memory", &[("DYNAKV__AUTH__TOKENS", &tokens(["a", "b"]))], None));
    assert_eq!(found, ["auth.tokens has the same token at 0 and at 2, for different names"]);
    let found = warnings("--memory", &[("DYNAKV__AUTH__TOKENS", &tokens(["a", "a"]))], None);
    assert_eq!(found, ["auth.tokens has the same token at 0 and at 2"]);
}

#[test]
fn white_space_around_a_secret_is_a_warning() {
    let found = warnings("--memory", &[("DYNAKV__AUTH__TOKENS", "[{name='a', token='t '}]")], None);
    assert_eq!(found, ["auth.tokens[0].token has white space around it, so no client can send it"]);
    let secret = format!("[{{secret=' {SECRET}'}}]");
    let found = warnings("--memory", &[("DYNAKV__PAGE_TOKENS__SECRETS", &secret)], None);
    assert!(found.len() == 1 && found[0].starts_with("page_tokens.secrets[0].secret has white space"), "{found:?}");
}

#[test]
fn a_filter_that_asks_for_payload_is_a_warning() {
    let found = warnings("--memory", &[("DYNAKV__LOG__LEVEL", "info,h2=trace")], None);
    assert_eq!(
        found,
        [
            "log.level asks libraries for lines that show keys, values or tokens (\"h2=trace\"); all but dynakv's own stay \
          at info"
        ]
    );
    assert_eq!(warnings("--memory", &[("DYNAKV__LOG__LEVEL", "trace")], None), [""; 0]);
}

#[test]
fn a_file_without_an_end_is_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    std::fs::write(&path, "x".repeat((64 << 10) + 1)).unwrap();
    let tokens = format!("[{{name='a', token_file={path:?}}}]");
    let found = faults(load("--memory", &[("DYNAKV__AUTH__TOKENS", &tokens)], None));
    assert_eq!(found, ["auth.tokens[0].token_file cannot be read: it has more than 65536 bytes"]);
}

#[cfg(unix)]
#[test]
fn a_secret_in_a_file_that_everybody_can_read_is_a_warning() {
    use std::fs::{Permissions, set_permissions, write};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, mode, text: &str| {
        let path = folder.path().join(name);
        write(&path, text).unwrap();
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    };
    // Like a secret mounted by Kubernetes: a link to a file with mode 0644.
    let mounted = folder.path().join("token");
    symlink(file("..data", 0o644, "t"), &mounted).unwrap();
    let key = file("key.pem", 0o604, "k");
    let tokens = format!("[{{name='a', token_file={mounted:?}}}]");
    let variables = [
        ("DYNAKV__AUTH__TOKENS", tokens.as_str()),
        ("DYNAKV__TLS__CERT", "c"),
        ("DYNAKV__TLS__KEY", key.to_str().unwrap()),
    ];
    let open = |key: &str, mode| format!("{key} is a file that every user of the machine can open (mode {mode})");
    assert_eq!(
        warnings("--memory", &variables, None),
        [open("tls.key", "0604"), open("auth.tokens[0].token_file", "0644")]
    );

    let group = file("group", 0o640, "t");
    let tokens = format!("[{{name='a', token_file={group:?}}}]");
    assert_eq!(warnings("--memory", &[("DYNAKV__AUTH__TOKENS", &tokens)], None), [""; 0]);

    let text = "backend = 'embedded'\n[[auth.tokens]]\nname='a'\ntoken='t'";
    for (mode, count) in [(0o644, 1), (0o600, 0)] {
        let path = file("dynakv.toml", mode, text);
        let found = warnings("", &[("DYNAKV__CONFIG", path.to_str().unwrap())], None);
        assert_eq!(found.len(), count, "{found:?}");
    }
}

mod secrets;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Parser;

use super::*;
use crate::model::{AttributeNames, Secret};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    flags: Flags,
}

/// Loads the configuration from a command line (without the program's name), variables and a file.
fn load(line: &str, variables: &[(&str, &str)], file: Option<&str>) -> Result<Config, Error> {
    let mut flags = Command::parse_from(std::iter::once("dynakv").chain(line.split_whitespace())).flags;
    let folder = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        let path = folder.path().join("dynakv.toml");
        std::fs::write(&path, text).unwrap();
        flags.config = Some(path);
    }
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::load(&flags, &variables)
}

/// A command line, variables and a file.
type Sources<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

/// The faults as "key problem", without their origin.
fn faults(result: Result<Config, Error>) -> Vec<String> {
    result.unwrap_err().faults.into_iter().map(|fault| format!("{} {}", fault.key, fault.problem)).collect()
}

#[test]
fn without_any_source_it_is_the_embedded_engine_with_one_table() {
    let config = load("", &[("HOME", "/home/u")], None).unwrap();
    assert_eq!(config.backend, Backend::Embedded { data_dir: Some("/home/u/.local/share/dynakv".into()) });
    assert_eq!(config.tables, [TableSpec::named("dynakv")]);
    assert_eq!(config.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(config.limits.default_deadline, Duration::from_secs(30));
    assert!(config.tls.is_none() && config.auth.tokens.is_empty());
}

#[test]
fn the_data_folder_is_where_the_platform_keeps_data() {
    let folder = |variables: &[(&str, &str)]| load("", variables, None).unwrap().backend;
    let embedded = |path: &str| Backend::Embedded { data_dir: Some(path.into()) };
    assert_eq!(folder(&[("HOME", "/home/u"), ("XDG_DATA_HOME", "/data")]), embedded("/data/dynakv"));
    assert_eq!(folder(&[("HOME", "/home/u"), ("XDG_DATA_HOME", "relative")]), embedded("/home/u/.local/share/dynakv"));
    assert_eq!(folder(&[]), embedded("dynakv-data"));
    assert_eq!(load("--memory", &[], None).unwrap().backend, Backend::Embedded { data_dir: None });
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file =
        "backend = 'embedded'\nlisten = '127.0.0.1:1'\n[limits]\nmax_in_flight_calls = 1\nmax_concurrent_streams = 5";
    let variables = [("DYNAKV__LISTEN", "127.0.0.1:2"), ("DYNAKV__LIMITS__MAX_IN_FLIGHT_CALLS", "2")];
    let config = load("--listen 127.0.0.1:3", &variables, Some(file)).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3");
    assert_eq!(config.limits.max_in_flight_calls, 2);
    assert_eq!(config.limits.max_concurrent_streams, 5);
}

#[test]
fn an_empty_variable_counts_as_absent() {
    let config = load("--memory", &[("DYNAKV__REGION", ""), ("DYNAKV_ADDRESS", "elsewhere:1")], None).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:50051");
}

#[test]
fn whatever_speaks_of_dynamodb_demands_a_backend() {
    let cases: [Sources<'_>; 6] = [
        ("--region eu-central-1", &[], None),
        ("--endpoint-url http://127.0.0.1:8000", &[], None),
        ("--table users", &[], None),
        ("", &[("DYNAKV__REGION", "eu-central-1")], None),
        ("", &[("DYNAKV__TABLES", "users")], None),
        ("", &[], Some("")),
    ];
    for (line, variables, file) in cases {
        let faults = faults(load(line, variables, file));
        assert_eq!(faults.len(), 1, "{line} {variables:?} {file:?}: {faults:?}");
        assert!(faults[0].starts_with("backend is missing"), "{faults:?}");
        let dynamodb = load(&format!("{line} --backend dynamodb"), variables, file).unwrap();
        assert!(matches!(dynamodb.backend, Backend::DynamoDb { .. }));
    }
    load("", &[("AWS_REGION", "eu-central-1")], None).unwrap();
    load("--table users --backend embedded", &[], None).unwrap();
    load("", &[("DYNAKV__BACKEND", "embedded")], Some("")).unwrap();
}

#[test]
fn settings_of_the_other_backend_are_refused() {
    assert_eq!(
        faults(load("--backend embedded --region r --endpoint-url http://h", &[], None)),
        ["region needs backend dynamodb", "endpoint_url needs backend dynamodb"]
    );
    assert_eq!(
        faults(load("--backend dynamodb --memory --data-dir d", &[], None)),
        ["data_dir needs backend embedded", "memory needs backend embedded"]
    );
    assert_eq!(faults(load("--memory --data-dir d", &[], None)), ["data_dir and memory exclude each other"]);
    let url = "--backend dynamodb --endpoint-url localhost:8000";
    assert_eq!(faults(load(url, &[], None)), ["endpoint_url must begin with http:// or https:// and have no query"]);
}

#[test]
fn a_region_must_be_able_to_be_a_part_of_the_name_of_a_host() {
    let dynamodb = |region: &str, variables: &[(&str, &str)]| {
        let flags = Flags {
            backend: Some("dynamodb".to_owned()),
            region: Some(region.to_owned()).filter(|region| !region.is_empty()),
            ..Flags::default()
        };
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::load(&flags, &variables).map_err(|Error { faults }| faults[0].to_string())
    };
    let must_be = "must be the name of an AWS region, such as eu-central-1";
    let long = "r".repeat(64);
    for wrong in ["us east", "eu-central-1 ", "eu_central_1", "http://h", "-a", "a-", "é", long.as_str()] {
        let refused = |result: Result<Config, String>, origin: &str| {
            assert_eq!(result.unwrap_err(), format!("region (from {origin}) {must_be}"), "{wrong}");
        };
        refused(dynamodb(wrong, &[]), "--region");
        for variable in ["DYNAKV__REGION", "AWS_REGION", "AWS_DEFAULT_REGION"] {
            refused(dynamodb("", &[(variable, wrong)]), variable);
        }
        // The AWS SDK reads the other variable first, and a region of our own before both.
        dynamodb("", &[("AWS_REGION", "us-east-1"), ("AWS_DEFAULT_REGION", wrong)]).unwrap();
        dynamodb("us-gov-west-1", &[("AWS_REGION", wrong)]).unwrap();
    }
    load("--memory", &[("AWS_REGION", "us east")], None).unwrap();
}

#[test]
fn every_fault_is_reported_at_once_with_its_key_and_origin() {
    let file = "
        backend = 'embeded'
        listn = '127.0.0.1:1'
        [limits]
        max_in_flight_calls = 0
        default_deadline = 30
        [log]
        format = 'xml'
        [[tables]]
        physical_name = 'a/b'
        [[tables]]
        name = 'ok!'
        attributes = { ttl = 'x', version = 'x', vlaue = 'v' }
    ";
    let error =
        load("", &[("DYNAKV__HEALTH__PROBE_PERIOD", "soon"), ("DYNAKV__SHUTDOWN", "1")], Some(file)).unwrap_err();
    let keys: Vec<&str> = error.faults.iter().map(|fault| fault.key.as_str()).collect();
    for key in [
        "backend",
        "listn",
        "limits.max_in_flight_calls",
        "limits.default_deadline",
        "log.format",
        "tables[0].name",
        "tables[1].physical_name",
        "tables[1].attributes.version",
        "tables[1].attributes.vlaue",
        "health.probe_period",
        "shutdown",
    ] {
        assert_eq!(keys.iter().filter(|found| **found == key).count(), 1, "{key}: {error}");
    }
    let text = error.to_string();
    assert!(text.contains("did you mean listen?"), "{text}");
    assert!(text.contains("health.probe_period (from DYNAKV__HEALTH__PROBE_PERIOD) must be a duration"), "{text}");
}

#[test]
fn a_file_that_cannot_be_used_is_a_fault() {
    let missing = faults(load("--backend embedded --config /nonexistent/dynakv.toml", &[], None));
    assert!(missing[0].starts_with("config cannot be read"), "{missing:?}");
    let broken = faults(load("--backend embedded", &[], Some("listen = ")));
    assert!(broken[0].starts_with("config is not valid TOML"), "{broken:?}");
}

#[test]
fn tables_have_names_on_both_sides_and_attributes_of_their_own() {
    let file = "
        backend = 'dynamodb'
        default_table = 'sessions'
        tables = ['plain', { name = 'sessions', physical_name = 'prod-sessions', attributes = { key = 'id' } }]
    ";
    let config = load("", &[], Some(file)).unwrap();
    let attributes = AttributeNames { key: "id".into(), ..AttributeNames::default() };
    let sessions = TableSpec { name: "sessions".into(), physical_name: "prod-sessions".into(), attributes };
    assert_eq!(config.tables, [sessions, TableSpec::named("plain")]);

    let repeated = load("--backend dynamodb --table first --table second", &[], None).unwrap();
    assert_eq!(repeated.tables[0], TableSpec::named("first"));
    let inline = [("DYNAKV__BACKEND", "dynamodb"), ("DYNAKV__TABLES", "[{name='one', physical_name='uno'}]")];
    assert_eq!(load("", &inline, None).unwrap().tables[0].physical_name, "uno");
    let listed = [("DYNAKV__BACKEND", "dynamodb"), ("DYNAKV__TABLES", "one, two")];
    assert_eq!(load("", &listed, None).unwrap().tables.len(), 2);

    assert_eq!(faults(load("--backend dynamodb --table one --table one", &[], None)).len(), 1);
    let absent = [("DYNAKV__DEFAULT_TABLE", "three")];
    assert_eq!(
        faults(load("--backend dynamodb --table one", &absent, None)),
        ["default_table is \"three\", which is not among the tables"]
    );
}

#[test]
fn an_address_that_others_can_reach_needs_tls_and_authentication() {
    let open = |variables: &[(&str, &str)], line: &str| load(&format!("{line} --memory"), variables, None);
    let fault = faults(open(&[], "--listen 0.0.0.0:1"));
    assert_eq!(fault.len(), 1);
    assert!(fault[0].starts_with("listen can be reached from other machines"), "{fault:?}");
    let tls = [("DYNAKV__TLS__CERT", "c.pem"), ("DYNAKV__TLS__KEY", "k.pem")];
    assert_eq!(faults(open(&tls, "--listen 0.0.0.0:1")).len(), 1);
    let token = ("DYNAKV__AUTH__TOKENS", "[{name='a', token='secret'}]");
    assert_eq!(faults(open(&[token], "--listen 0.0.0.0:1")).len(), 1);
    open(&[tls[0], tls[1], token], "--listen 0.0.0.0:1").unwrap();
    open(&[tls[0], tls[1], ("DYNAKV__TLS__CLIENT_CA", "ca.pem")], "--listen [::]:1").unwrap();
    open(&[], "--listen 0.0.0.0:1 --insecure").unwrap();
    for local in ["127.0.0.2:1", "[::1]:1", "unix:/run/dynakv.sock"] {
        open(&[], &format!("--listen {local}")).unwrap();
    }
}

#[test]
fn tls_needs_certificate_and_key() {
    assert_eq!(
        faults(load("--memory", &[("DYNAKV__TLS__CERT", "c")], None)),
        ["tls.key is missing: tls.cert needs it"]
    );
    assert_eq!(faults(load("--memory", &[("DYNAKV__TLS__KEY", "k")], None)), ["tls.cert is missing: tls.key needs it"]);
    assert_eq!(faults(load("--memory", &[("DYNAKV__TLS__CLIENT_CA", "a")], None)).len(), 1);
}

#[test]
fn a_token_is_given_in_exactly_one_way_and_only_its_digest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "s3cret\n").unwrap();
    let digest = "1ec1c26b50d5d3c58d9583181af8076655fe00756bf7285940ba3670f99fcba0";
    let tokens = |text: &str| load("--memory", &[("DYNAKV__AUTH__TOKENS", text)], None);
    let file = format!(
        "[{{name='a', token='s3cret'}}, {{name='a', token_file='{}'}}, {{name='a', sha256='{digest}'}}]",
        path.display()
    );
    let config = tokens(&file).unwrap();
    assert_eq!(config.auth.tokens.iter().map(|token| token.principal.as_str()).collect::<Vec<_>>(), ["a"; 3]);
    assert!(config.auth.tokens.iter().all(|token| hex::encode(token.digest) == digest));

    for shown in [config.to_toml(), format!("{config:?}")] {
        assert!(!shown.contains("s3cret") && !shown.contains(digest), "{shown}");
    }
    assert_eq!(faults(tokens("[{name='a'}]")).len(), 1);
    assert_eq!(faults(tokens("[{name='a', token='x', sha256='00'}]")).len(), 2);
    assert_eq!(faults(tokens("[{token='x'}]")), ["auth.tokens[0].name is missing"]);
    assert_eq!(faults(tokens("[{name='a', token_file='/nonexistent'}]")).len(), 1);
}

#[test]
fn a_page_token_secret_is_given_in_exactly_one_way_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let (first, second) = ("first".repeat(7), "second".repeat(6));
    std::fs::write(&path, format!("{second}\n")).unwrap();
    let secrets = |text: &str| load("--memory", &[("DYNAKV__PAGE_TOKENS__SECRETS", text)], None);
    let config = secrets(&format!("[{{secret='{first}'}}, {{secret_file={path:?}}}]")).unwrap();
    assert_eq!(config.page_tokens.secrets.iter().map(Secret::expose).collect::<Vec<_>>(), [&first, &second]);
    for shown in [config.to_toml(), format!("{config:?}")] {
        assert!(!shown.contains(&first) && !shown.contains(&second), "{shown}");
    }
    assert_eq!(secrets(&format!("{first}, {second}")).unwrap().page_tokens, config.page_tokens);
    assert!(load("--memory", &[], None).unwrap().page_tokens.secrets.is_empty());

    let both = format!("[{{secret='{first}', secret_file={path:?}}}]");
    let problem = "page_tokens.secrets[0].secret or secret_file is needed, exactly one of them";
    for text in ["[{}]", &both] {
        assert_eq!(faults(secrets(text)), [problem]);
    }
    let short = faults(secrets("[{secret='short'}]"));
    assert!(
        short.len() == 1 && short[0].starts_with("page_tokens.secrets[0].secret must have at least 32"),
        "{short:?}"
    );
    std::fs::write(&path, format!("{}\n", " ".repeat(50))).unwrap();
    let short = faults(secrets(&format!("[{{secret_file={path:?}}}]")));
    assert!(short[0].starts_with("page_tokens.secrets[0].secret_file must have at least 32"), "{short:?}");
    let missing = faults(secrets("[{secret_file='/nonexistent'}]"));
    assert!(missing[0].starts_with("page_tokens.secrets[0].secret_file cannot be read"), "{missing:?}");
}

#[test]
fn what_is_printed_reads_back_as_the_same_configuration() {
    let line =
        "--backend dynamodb --region eu-central-1 --endpoint-url http://127.0.0.1:8000 --table users --table orders";
    let variables = [
        ("DYNAKV__LIMITS__DEFAULT_DEADLINE", "1500ms"),
        ("DYNAKV__CONNECTIONS__MAX_AGE", "1h 30m"),
        ("DYNAKV__TLS__CERT", "c"),
        ("DYNAKV__TLS__KEY", "k"),
        ("DYNAKV__LOG__LEVEL", "info,dynakv=debug"),
    ];
    let config = load(line, &variables, None).unwrap();
    let again = load("", &[], Some(&config.to_toml())).unwrap();
    assert_eq!(Config { effective: config.effective.clone(), ..again }, config);

    let embedded = load("--data-dir /var/lib/dynakv", &[], None).unwrap();
    let again = load("", &[], Some(&embedded.to_toml())).unwrap();
    assert_eq!(Config { effective: embedded.effective.clone(), ..again }, embedded);
}

/// Every key under a section with its value, as the documentation writes it.
fn keys(section: &toml::Table, path: &str) -> Vec<(String, String)> {
    let below = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::Table(section) => keys(section, &format!("{path}{key}.")),
        toml::Value::Array(elements) => {
            let sections = elements.iter().filter_map(toml::Value::as_table);
            sections.flat_map(|section| keys(section, &format!("{path}{key}[]."))).collect()
        }
        value => vec![(format!("{path}{key}"), value.as_str().map_or_else(|| value.to_string(), str::to_owned))],
    };
    section.iter().flat_map(below).collect()
}

/// Defaults that depend on the machine: the documentation says how they are computed.
const OF_THE_MACHINE: [&str; 3] = ["limits.memory", "limits.connection_memory", "connections.max"];

#[test]
fn the_documentation_has_every_key_with_its_default_and_no_other() {
    let rows: BTreeMap<&str, &str> = include_str!("../../../docs/configuration.md")
        .lines()
        .filter_map(|line| Some((line.strip_prefix("| `")?.split_once('`')?.0, line)))
        .collect();

    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "secret").unwrap();
    let tokens =
        format!("[{{name='a', token='t'}}, {{name='b', sha256='{:064}'}}, {{name='c', token_file={token:?}}}]", 0);
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "secret".repeat(6)).unwrap();
    let secrets = format!("[{{secret='{:032}'}}, {{secret_file={secret:?}}}]", 0);
    let everything = [
        ("DYNAKV__TLS__CERT", "c"),
        ("DYNAKV__TLS__KEY", "k"),
        ("DYNAKV__TLS__CLIENT_CA", "a"),
        ("DYNAKV__AUTH__TOKENS", tokens.as_str()),
        ("DYNAKV__PAGE_TOKENS__SECRETS", secrets.as_str()),
    ];
    let dynamodb = "--backend dynamodb --region r --endpoint-url http://h --table users";
    let defaults = load("", &[], None).unwrap();
    let shown = [&defaults, &load(dynamodb, &everything, Some("")).unwrap()].map(|config| keys(&config.effective, ""));

    let known: BTreeSet<&str> = shown.iter().flatten().map(|(key, _)| key.as_str()).collect();
    assert_eq!(rows.keys().copied().collect::<BTreeSet<_>>(), known);
    for (key, value) in shown[0].iter().filter(|(key, _)| !OF_THE_MACHINE.contains(&key.as_str())) {
        assert!(rows[key.as_str()].contains(&format!("`{value}`")), "{key} is {value:?} by default");
    }
    for key in known.into_iter().filter(|key| !key.contains('[')) {
        let variable = format!("`DYNAKV__{}`", key.to_ascii_uppercase().replace('.', "__"));
        assert!(rows[key].contains(&variable), "{key} is {variable} in the environment");
    }
}

use std::collections::BTreeMap;

use toml::Value;

use super::fault::Origin;
use super::section::Section;
use super::setting::Setting;

/// The name of an AWS region. It becomes a part of the name of DynamoDB's host, and of every signature.
pub(super) struct Region(String);

impl Setting for Region {
    const MUST_BE: &'static str = "must be the name of an AWS region, such as eu-central-1";

    fn read(value: &Value) -> Option<Self> {
        value.as_str().filter(|name| is_host_label(name)).map(|name| Self(name.to_owned()))
    }

    fn show(&self) -> Value {
        self.0.clone().into()
    }
}

/// The environment variables with a region, in the order in which the AWS SDK reads them.
const VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// The key `region`. Without it, the AWS SDK takes the region from its environment variables, so these are checked too.
pub(super) fn read(root: &mut Section, environment: &BTreeMap<String, String>) -> Option<String> {
    let origin = root.origin("region");
    let region: Option<Region> = root.optional("region");
    let variable = VARIABLES.into_iter().find_map(|name| Some((name, environment.get(name)?)));
    if let (None, Some((name, value))) = (origin, variable)
        && !is_host_label(value)
    {
        root.fault("region", Some(Origin::Environment(name.to_owned())), Region::MUST_BE);
    }
    region.map(|Region(name)| name)
}

/// Whether a name can be a part of a host's name. Source: RFC 1123, section 2.1.
pub(crate) fn is_host_label(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(is_inner) && !name.starts_with('-') && !name.ends_with('-')
}

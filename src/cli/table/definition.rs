//! Keys, indexes and capacity as arguments.

use std::str::FromStr;

use dynakv_client::{Index, KeyAttribute, KeyType, Throughput};

use crate::cli::error::Error;

/// Parses `NAME:TYPE`, or `NAME` for a string.
pub(super) fn key(text: &str) -> Result<KeyAttribute, String> {
    match text.rsplit_once(':') {
        None => Ok(text.into()),
        Some((name, key_type)) => Ok(KeyAttribute::new(name, self::key_type(key_type)?)),
    }
}

/// `NAME:TYPE`.
pub(super) fn attribute(text: &str) -> Result<KeyAttribute, String> {
    if text.contains(':') { key(text) } else { Err("write the name and the type, such as created_at:N".to_owned()) }
}

fn key_type(text: &str) -> Result<KeyType, String> {
    match text {
        "S" => Ok(KeyType::S),
        "N" => Ok(KeyType::N),
        "B" => Ok(KeyType::B),
        _ => Err(format!("{text:?} is not a key type: S, N or B")),
    }
}

/// The billing mode of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Billing {
    OnDemand,
    Provisioned(Throughput),
}

impl FromStr for Billing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORMS: &str = "write on-demand, or provisioned:READ,WRITE such as provisioned:5,5";
        if text == "on-demand" {
            return Ok(Self::OnDemand);
        }
        let units = text.strip_prefix("provisioned:").and_then(|units| units.split_once(','));
        let parse = |(read, write): (&str, &str)| Some((read.parse().ok()?, write.parse().ok()?));
        let (read_capacity_units, write_capacity_units) = units.and_then(parse).ok_or(FORMS)?;
        Ok(Self::Provisioned(Throughput { read_capacity_units, write_capacity_units }))
    }
}

/// An index without the types of its keys, which come from the table's keys or from --attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexArgument {
    index: Index,
}

impl IndexArgument {
    /// `NAME:PARTITION_KEY[,SORT_KEY][:PROJECTION]`.
    pub(super) fn global(text: &str) -> Result<Self, String> {
        let (name, keys, projection) = split(text).ok_or("write NAME:PARTITION_KEY[,SORT_KEY][:PROJECTION]")?;
        let index = match keys.split_once(',') {
            Some((partition_key, sort_key)) => Index::global(name, partition_key).sort_key(sort_key),
            None => Index::global(name, keys),
        };
        Ok(Self { index: project(index, projection) })
    }

    /// `NAME:SORT_KEY[:PROJECTION]`.
    pub(super) fn local(text: &str) -> Result<Self, String> {
        let (name, sort_key, projection) = split(text).ok_or("write NAME:SORT_KEY[:PROJECTION]")?;
        Ok(Self { index: project(Index::local(name, sort_key), projection) })
    }

    /// Adds the known types of its keys.
    fn typed(self, known: &[&KeyAttribute]) -> Index {
        let of_known = |key: KeyAttribute| match known.iter().find(|known| known.name == key.name) {
            Some(known) => (*known).clone(),
            None => key,
        };
        let Index { partition_key, sort_key, .. } = &self.index;
        let (partition_key, sort_key) = (partition_key.clone().map(of_known), sort_key.clone().map(of_known));
        Index { partition_key, sort_key, ..self.index }
    }

    fn has_key(&self, name: &str) -> bool {
        [&self.index.partition_key, &self.index.sort_key].into_iter().flatten().any(|key| key.name == name)
    }
}

/// Splits into name, keys and projection.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once(':')?;
    let (keys, projection) = rest.split_once(':').unwrap_or((rest, "all"));
    (!name.is_empty() && !keys.is_empty()).then_some((name, keys, projection))
}

/// Parses `all`, `keys`, or attributes separated by `+`.
fn project(index: Index, projection: &str) -> Index {
    match projection {
        "all" => index,
        "keys" => index.keys_only(),
        attributes => index.include(attributes.split('+')),
    }
}

/// Adds the types to the keys of the indexes.
pub(super) fn typed(
    indexes: Vec<IndexArgument>,
    attributes: &[KeyAttribute],
    of_table: &[&KeyAttribute],
) -> Result<Vec<Index>, Error> {
    if !attributes.iter().all(|attribute| indexes.iter().any(|index| index.has_key(&attribute.name))) {
        return Err(Error::Usage("an --attribute is not a key of any index".into()));
    }
    let known: Vec<&KeyAttribute> = attributes.iter().chain(of_table.iter().copied()).collect();
    Ok(indexes.into_iter().map(|index| index.typed(&known)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_a_type() {
        assert_eq!(key("pk"), Ok("pk".into()));
        assert_eq!(key("sk:N"), Ok(KeyAttribute::new("sk", KeyType::N)));
        assert_eq!(key("a:b:B"), Ok(KeyAttribute::new("a:b", KeyType::B)));
        assert!(key("pk:number").is_err() && attribute("created_at").is_err());
    }

    #[test]
    fn billing_is_read() {
        let throughput = Throughput { read_capacity_units: 5, write_capacity_units: 7 };
        assert_eq!("provisioned:5,7".parse(), Ok(Billing::Provisioned(throughput)));
        assert_eq!("on-demand".parse(), Ok(Billing::OnDemand));
        for text in ["", "provisioned", "provisioned:5", "provisioned:a,b", "5,5"] {
            assert!(text.parse::<Billing>().is_err(), "{text}");
        }
    }

    #[test]
    fn indexes_are_read_and_take_the_types_of_their_keys() {
        let (pk, created_at) = (KeyAttribute::from("pk"), KeyAttribute::new("created_at", KeyType::N));
        let attributes = [created_at.clone()];
        let read = |index: Result<IndexArgument, String>| typed(vec![index.unwrap()], &attributes, &[&pk]).unwrap();
        let by_status = Index::global("by-status", "status").sort_key(created_at.clone());
        assert_eq!(read(IndexArgument::global("by-status:status,created_at")), std::slice::from_ref(&by_status));
        assert_eq!(read(IndexArgument::global("by-status:status,created_at:keys")), [by_status.clone().keys_only()]);
        let including = by_status.include(["a", "b"]);
        assert_eq!(read(IndexArgument::global("by-status:status,created_at:a+b")), [including]);
        let by_time = Index::local("by-time", created_at.clone()).keys_only();
        assert_eq!(read(IndexArgument::local("by-time:created_at:keys")), [by_time]);
        for text in ["", "name", "name:", ":key"] {
            assert!(IndexArgument::global(text).is_err() && IndexArgument::local(text).is_err(), "{text}");
        }
        let other = vec![IndexArgument::global("by-status:status").unwrap()];
        assert!(matches!(typed(other, &attributes, &[&pk]), Err(Error::Usage(_))));
    }
}

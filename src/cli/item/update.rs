use clap::{ArgGroup, Args, ValueEnum};
use dynakv_client::{Number, ReturnValues, Value};

use super::key::Key;
use super::report::{Requested, WriteReport};
use crate::cli::connection::{Connection, RequestId, Table};
use crate::cli::error::Error;
use crate::cli::expression::{Condition, conditional};
use crate::cli::notation;

/// Change parts of an item, or create it, and print its new version.
///
/// A path is a dotted name with list indexes, such as address.lines[0]. A name with a dot, a bracket, a quote or an
/// equals sign is quoted, as in '"a.b".c'. Exits with 1 if the condition does not hold; then nothing is changed.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub(in crate::cli) struct Update {
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    changes: Changes,
    /// A DynamoDB update expression instead of the above, such as 'SET #s = :state REMOVE cart'.
    #[arg(long, group = "change", value_name = "EXPRESSION", help_heading = "Expressions",
          conflicts_with_all = ["set", "set_if_absent", "add", "append", "prepend", "remove", "add_to_set", "remove_from_set"])]
    expression: Option<String>,
    /// Write these attributes to standard output instead of the version
    #[arg(long = "return", value_enum, value_name = "WHICH", default_value = "none")]
    returned: Returned,
    #[command(flatten)]
    condition: Condition,
    #[command(flatten)]
    id: RequestId,
    #[command(flatten)]
    table: Table,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

/// Changes by path. Paths must not overlap.
#[derive(Debug, Args)]
struct Changes {
    /// Set the value
    #[arg(long, group = "change", value_name = "PATH=JSON", value_parser = value, help_heading = "Changes")]
    set: Vec<(String, Value)>,
    /// Set the value if there is none
    #[arg(long, group = "change", value_name = "PATH=JSON", value_parser = value, help_heading = "Changes")]
    set_if_absent: Vec<(String, Value)>,
    /// Add to the number; an absent one counts as 0
    #[arg(long, group = "change", value_name = "PATH=NUMBER", value_parser = number, help_heading = "Changes")]
    add: Vec<(String, Number)>,
    /// Append the elements of a JSON array to the list
    #[arg(long, group = "change", value_name = "PATH=[JSON]", value_parser = list, help_heading = "Changes")]
    append: Vec<(String, Value)>,
    /// Prepend the elements of a JSON array to the list
    #[arg(long, group = "change", value_name = "PATH=[JSON]", value_parser = list, help_heading = "Changes")]
    prepend: Vec<(String, Value)>,
    /// Remove the value
    #[arg(long, group = "change", value_name = "PATH", help_heading = "Changes")]
    remove: Vec<String>,
    /// Add the elements of a JSON array, all of one type, to the set
    #[arg(long, group = "change", value_name = "PATH=[JSON]", value_parser = set, help_heading = "Changes")]
    add_to_set: Vec<(String, Value)>,
    /// Remove the elements of a JSON array from the set
    #[arg(long, group = "change", value_name = "PATH=[JSON]", value_parser = set, help_heading = "Changes")]
    remove_from_set: Vec<(String, Value)>,
}

/// What an update shows, with DynamoDB's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Returned {
    None,
    AllOld,
    UpdatedOld,
    AllNew,
    UpdatedNew,
}

impl From<Returned> for ReturnValues {
    fn from(returned: Returned) -> Self {
        match returned {
            Returned::None => Self::None,
            Returned::AllOld => Self::AllOld,
            Returned::UpdatedOld => Self::UpdatedOld,
            Returned::AllNew => Self::AllNew,
            Returned::UpdatedNew => Self::UpdatedNew,
        }
    }
}

impl Update {
    pub(super) async fn run(self) -> Result<WriteReport, Error> {
        let update = self.update();
        let key = self.key.key()?;
        let client = self.connection.to(&self.table).await?;
        let requested =
            Requested { attributes: self.returned != Returned::None, current: self.condition.return_current };
        let call = client.update_item(key, update).return_values(self.returned.into());
        let call = conditional!(call, self.condition).request_id(self.id.request_id);
        Ok(WriteReport::written(requested, call.await?))
    }

    pub(super) fn update(&self) -> dynakv_client::Update {
        match &self.expression {
            Some(expression) => dynakv_client::Update::expression(expression),
            None => self.changes.update(),
        }
    }
}

impl Changes {
    fn update(&self) -> dynakv_client::Update {
        let elements = |value: &Value| if let Value::L(elements) = value { elements.clone() } else { Vec::new() };
        let mut update = dynakv_client::Update::new();
        for (path, value) in &self.set {
            update = update.set(path, value.clone());
        }
        for (path, value) in &self.set_if_absent {
            update = update.set_if_absent(path, value.clone());
        }
        for (path, number) in &self.add {
            update = update.add(path, number.clone());
        }
        for (path, list) in &self.append {
            update = update.append(path, elements(list));
        }
        for (path, list) in &self.prepend {
            update = update.prepend(path, elements(list));
        }
        for path in &self.remove {
            update = update.remove(path);
        }
        for (path, set) in &self.add_to_set {
            update = update.add_to_set(path, set.clone());
        }
        for (path, set) in &self.remove_from_set {
            update = update.remove_from_set(path, set.clone());
        }
        update
    }
}

fn value(text: &str) -> Result<(String, Value), String> {
    let (path, json) = assignment(text)?;
    Ok((path, notation::value(json)?))
}

fn number(text: &str) -> Result<(String, Number), String> {
    let (path, number) = assignment(text)?;
    Ok((path, number.parse().map_err(|error| format!("{number:?} {error}"))?))
}

fn list(text: &str) -> Result<(String, Value), String> {
    let (path, json) = assignment(text)?;
    match notation::value(json)? {
        list @ Value::L(_) => Ok((path, list)),
        _ => Err("needs a JSON array, whose elements are added".to_owned()),
    }
}

fn set(text: &str) -> Result<(String, Value), String> {
    let (path, json) = assignment(text)?;
    Ok((path, notation::set(json)?))
}

/// Splits at the first equals sign outside of quotes.
fn assignment(text: &str) -> Result<(String, &str), String> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            '=' if !quoted => {
                let (path, rest) = text.split_at(at);
                return Ok((path.to_owned(), rest.strip_prefix('=').unwrap_or(rest)));
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && char == '\\' && !escaped;
    }
    Err("needs the form path=value".to_owned())
}

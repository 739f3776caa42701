//! DynamoDB expressions in arguments.

use clap::Args;
use dynakv_client::Value;

use super::notation;

/// Definitions of the aliases and placeholders in expressions.
#[derive(Debug, Args)]
pub(super) struct Definitions {
    /// Attribute for an alias in the expressions, such as '#s=state'
    #[arg(long = "name", value_name = "#ALIAS=ATTRIBUTE", value_parser = name, help_heading = "Expressions")]
    pub(super) names: Vec<(String, String)>,
    /// Value for a placeholder in the expressions, such as ':price=5' or ':state="paid"'
    #[arg(long = "value", value_name = ":PLACEHOLDER=JSON", value_parser = value, help_heading = "Expressions")]
    pub(super) values: Vec<(String, Value)>,
}

/// The condition of a write.
#[derive(Debug, Args)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after them")]
pub(super) struct Condition {
    /// Write only if the current item meets this condition, such as 'attribute_not_exists(pk)'
    #[arg(long, value_name = "EXPRESSION", help_heading = "Expressions")]
    pub(super) condition: Option<String>,
    /// If the condition does not hold, write the current item to standard output
    #[arg(long)]
    pub(super) return_current: bool,
    #[command(flatten)]
    pub(super) definitions: Definitions,
}

pub(super) fn name(text: &str) -> Result<(String, String), String> {
    let (alias, attribute) = text.split_once('=').ok_or("needs the form #alias=attribute")?;
    Ok((alias.to_owned(), attribute.to_owned()))
}

fn value(text: &str) -> Result<(String, Value), String> {
    let (placeholder, json) = text.split_once('=').ok_or("needs the form :placeholder=JSON")?;
    Ok((placeholder.to_owned(), notation::value(json)?))
}

/// Adds aliases and placeholders to a call.
macro_rules! define {
    ($call:expr, $definitions:expr) => {{
        let $crate::cli::expression::Definitions { names, values } = $definitions;
        let call = names.into_iter().fold($call, |call, (alias, attribute)| call.name(alias, attribute));
        values.into_iter().fold(call, |call, (placeholder, value)| call.value(placeholder, value))
    }};
}
pub(super) use define;

/// Adds the condition to a write.
macro_rules! conditional {
    ($call:expr, $condition:expr) => {{
        let $crate::cli::expression::Condition { condition, return_current, definitions } = $condition;
        let call = $crate::cli::expression::define!($call, definitions);
        let call = if let Some(condition) = condition { call.condition(condition) } else { call };
        if return_current { call.return_current() } else { call }
    }};
}
pub(super) use conditional;

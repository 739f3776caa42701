//! Renders a caller's update of an item as a DynamoDB update expression.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::renderer::Renderer;
use crate::driver::store::Nonce;
use crate::model::{Change, Invalid, ItemUpdate, Path, Step, UpdateAction, UpdateActions};

/// The longest expression, in bytes. Source: "Quotas in Amazon DynamoDB", expression parameters.
const MAX_EXPRESSION_BYTES: usize = 4096;

/// The field of the request that holds an update.
pub(crate) fn update_field(update: &ItemUpdate) -> &'static str {
    match update {
        ItemUpdate::Actions(_) => "actions",
        ItemUpdate::Expression(_) => "update_expression",
    }
}

/// Renders an update of an item, which also writes the version.
pub(super) fn render(renderer: &mut Renderer<'_>, update: &ItemUpdate, nonce: Nonce) -> Result<String, Invalid> {
    let update = match update {
        ItemUpdate::Actions(actions) => Clauses::of(actions, nonce, renderer),
        ItemUpdate::Expression(expression) => renderer.caller_update(expression, nonce),
    };
    if update.len() > MAX_EXPRESSION_BYTES {
        let problem =
            format!("takes {} bytes as an expression, at most {MAX_EXPRESSION_BYTES} are allowed", update.len());
        return Err(Invalid::limit(problem, format!("{MAX_EXPRESSION_BYTES} bytes")));
    }
    Ok(update)
}

/// Sorts the actions of an update into its clauses.
struct Clauses<'r, 'l> {
    renderer: &'r mut Renderer<'l>,
    /// The alias of each name in a path.
    aliases: HashMap<String, String>,
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    delete: Vec<String>,
}

impl<'r, 'l> Clauses<'r, 'l> {
    fn of(actions: &UpdateActions, nonce: Nonce, renderer: &'r mut Renderer<'l>) -> String {
        let set = vec![renderer.version(nonce)];
        let (aliases, remove, add, delete) = Default::default();
        let mut clauses = Self { renderer, aliases, set, remove, add, delete };
        for (index, action) in actions.iter().enumerate() {
            clauses.action(index, action);
        }
        let Self { set, remove, add, delete, .. } = clauses;
        [("SET ", set), ("REMOVE ", remove), ("ADD ", add), ("DELETE ", delete)]
            .into_iter()
            .filter(|(_, actions)| !actions.is_empty())
            .map(|(keyword, actions)| keyword.to_owned() + &actions.join(", "))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn action(&mut self, index: usize, UpdateAction { path, change }: &UpdateAction) {
        let path = self.path(path);
        let mut value = |value: AttributeValue| {
            let placeholder = format!(":dkv_a{index}");
            self.renderer.values.insert(placeholder.clone(), value);
            placeholder
        };
        match change {
            Change::Set(new) => self.set.push(format!("{path} = {}", value(new.clone()))),
            Change::SetIfAbsent(new) => {
                self.set.push(format!("{path} = if_not_exists({path}, {})", value(new.clone())));
            }
            // Not ADD: it works on top-level attributes only.
            Change::Add(addend) => {
                let addend = value(addend.clone().into());
                let zero = self.renderer.constant(":dkv_zero", || AttributeValue::N("0".to_owned()));
                self.set.push(format!("{path} = if_not_exists({path}, {zero}) + {addend}"));
            }
            Change::Append(values) => {
                let values = value(AttributeValue::L(values.clone()));
                let list = self.list_at(&path);
                self.set.push(format!("{path} = list_append({list}, {values})"));
            }
            Change::Prepend(values) => {
                let values = value(AttributeValue::L(values.clone()));
                let list = self.list_at(&path);
                self.set.push(format!("{path} = list_append({values}, {list})"));
            }
            Change::Remove => self.remove.push(path),
            Change::AddToSet(members) => self.add.push(format!("{path} {}", value(members.clone().into()))),
            Change::RemoveFromSet(members) => self.delete.push(format!("{path} {}", value(members.clone().into()))),
        }
    }

    fn list_at(&mut self, path: &str) -> String {
        let empty = self.renderer.constant(":dkv_empty", || AttributeValue::L(Vec::new()));
        format!("if_not_exists({path}, {empty})")
    }

    fn path(&mut self, path: &Path) -> String {
        let mut text = self.alias(path.attribute());
        for step in path.steps() {
            match step {
                Step::Name(name) => text = [text.as_str(), ".", &self.alias(name)].concat(),
                Step::Index(index) => text = format!("{text}[{index}]"),
            }
        }
        text
    }

    /// Every name is aliased, since it may be a reserved word or contain dots.
    fn alias(&mut self, name: &str) -> String {
        if let Some(alias) = self.aliases.get(name) {
            return alias.clone();
        }
        let alias = format!("#dkv_p{}", self.aliases.len());
        self.aliases.insert(name.to_owned(), alias.clone());
        self.renderer.names.insert(alias.clone(), name.to_owned());
        alias
    }
}

//! Renders a caller's update of an item as a DynamoDB update expression.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::condition::Condition;
use super::renderer::Renderer;
use crate::driver::store::{Nonce, Role};
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
///
/// # Errors
/// The update is longer than DynamoDB allows.
pub(super) fn render(
    renderer: &mut Renderer<'_>,
    condition: Option<&Condition>,
    update: &ItemUpdate,
    nonce: Nonce,
) -> Result<String, Invalid> {
    let drops_remainder = drops_remainder(update, renderer);
    let update = match update {
        ItemUpdate::Actions(actions) => {
            let set = vec![renderer.version(nonce)];
            let (aliases, remove, add, delete) = Default::default();
            let mut clauses = Clauses { renderer, condition, next: 0, aliases, set, remove, add, delete };
            if drops_remainder {
                let remainder = clauses.renderer.name(Role::TtlMs).to_owned();
                clauses.remove.push(remainder);
            }
            clauses.render(actions)
        }
        ItemUpdate::Expression(expression) => renderer.caller_update(expression, nonce, drops_remainder),
    };
    if update.len() > MAX_EXPRESSION_BYTES {
        let problem =
            format!("takes {} bytes as an expression, at most {MAX_EXPRESSION_BYTES} are allowed", update.len());
        return Err(Invalid::limit(problem, format!("{MAX_EXPRESSION_BYTES} bytes")));
    }
    Ok(update)
}

/// Whether the update replaces or removes the expiry time without its remainder. An old remainder would then shorten the new
/// time by up to a second.
fn drops_remainder(update: &ItemUpdate, renderer: &Renderer<'_>) -> bool {
    let (ttl, ttl_ms) = (renderer.attribute(Role::Ttl), renderer.attribute(Role::TtlMs));
    match update {
        ItemUpdate::Actions(actions) => {
            let replaces = |action: &UpdateAction| {
                let is_whole = action.path.attribute() == ttl && action.path.steps().is_empty();
                is_whole && !matches!(action.change, Change::SetIfAbsent(_))
            };
            actions.iter().any(replaces) && actions.iter().all(|action| action.path.attribute() != ttl_ms)
        }
        ItemUpdate::Expression(expression) => {
            expression.replaces(ttl) && expression.targets().all(|target| target != ttl_ms)
        }
    }
}

/// Sorts the actions of an update into its clauses.
struct Clauses<'r, 'l> {
    renderer: &'r mut Renderer<'l>,
    /// The condition of the same request, whose placeholders are taken.
    condition: Option<&'r Condition>,
    /// The number of the next placeholder.
    next: usize,
    /// The alias of each name in a path.
    aliases: HashMap<String, String>,
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    delete: Vec<String>,
}

impl Clauses<'_, '_> {
    fn render(mut self, actions: &UpdateActions) -> String {
        for action in actions.iter() {
            self.action(action);
        }
        let Self { set, remove, add, delete, .. } = self;
        [("SET ", set), ("REMOVE ", remove), ("ADD ", add), ("DELETE ", delete)]
            .into_iter()
            .filter(|(_, actions)| !actions.is_empty())
            .map(|(keyword, actions)| keyword.to_owned() + &actions.join(", "))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn action(&mut self, UpdateAction { path, change }: &UpdateAction) {
        let is_attribute = path.steps().is_empty();
        let path = self.path(path);
        // Also for a removal, which does not use it.
        let placeholder = self.placeholder(':');
        let mut value = |value: AttributeValue| {
            self.renderer.values.insert(placeholder.clone(), value);
            placeholder.as_str()
        };
        match change {
            Change::Set(new) => self.set.push(format!("{path} = {}", value(new.clone()))),
            Change::SetIfAbsent(new) => {
                self.set.push(format!("{path} = if_not_exists({path}, {})", value(new.clone())));
            }
            Change::Add(addend) if is_attribute => self.add.push(format!("{path} {}", value(addend.clone().into()))),
            // Not ADD: DynamoDB documents it for top-level attributes only.
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

    /// A placeholder that the request does not use yet. It is short, without our prefix, so that all allowed actions fit into the
    /// longest expression.
    fn placeholder(&mut self, sign: char) -> String {
        loop {
            let placeholder = format!("{sign}{:x}", self.next);
            self.next += 1;
            if self.condition.is_none_or(|condition| !condition.uses(&placeholder)) {
                return placeholder;
            }
        }
    }

    /// Every name is aliased, since it may be a reserved word or contain dots.
    fn alias(&mut self, name: &str) -> String {
        if let Some(alias) = self.aliases.get(name) {
            return alias.clone();
        }
        let alias = self.placeholder('#');
        self.aliases.insert(name.to_owned(), alias.clone());
        self.renderer.names.insert(alias.clone(), name.to_owned());
        alias
    }
}

//! Update expressions: their clauses, the grammar of each, and the types of operands.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::check::{Limits, check_parentheses, check_update};
use super::reader::{Operand, Reader, takes_arguments};
use super::token::{Token, invalid_at};
use super::{Definitions, OUR_UPDATE_BYTES, OUR_UPDATE_OPERATORS, Placeholders};
use crate::model::Invalid;

impl Placeholders {
    /// Reads an update expression, to which the server adds the version.
    ///
    /// # Errors
    /// Like [`Placeholders::condition`], and if it does not consist of SET, REMOVE, ADD and DELETE, each at most once.
    pub fn update(&mut self, text: &str) -> Result<CallerUpdate, Invalid> {
        let checked = check_update(text, Limits::DYNAMODB.less(OUR_UPDATE_BYTES, OUR_UPDATE_OPERATORS))?;
        check_parentheses(text, &checked)?;
        let definitions = self.take_used(&checked.tokens)?;
        let mut reader = Reader::new(text, &checked, self);
        let mut update = CallerUpdate { clauses: Vec::new(), targets: Vec::new(), definitions };
        while !reader.at_end() {
            let place = reader.place();
            let clause = reader.next().and_then(Clause::of);
            let clause =
                clause.ok_or_else(|| invalid_at(text, place, "something other than SET, REMOVE, ADD or DELETE"))?;
            if update.clauses.iter().any(|(other, _)| *other == clause) {
                return Err(invalid_at(text, place, "a second clause of the same kind"));
            }
            let start = reader.place();
            update.targets.push(clause.action(&mut reader)?);
            while reader.takes(Token::Comma) {
                update.targets.push(clause.action(&mut reader)?);
            }
            let end = reader.place_behind();
            if !reader.at_end() && reader.peek().and_then(Clause::of).is_none() {
                return Err(reader.unexpected("a comma, another clause or the end"));
            }
            update.clauses.push((clause, text.get(start..end).unwrap_or_default().to_owned()));
        }
        Ok(update)
    }
}

/// A clause of an update expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    Set,
    Remove,
    Add,
    Delete,
}

impl Clause {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Remove => "REMOVE",
            Self::Add => "ADD",
            Self::Delete => "DELETE",
        }
    }

    fn of(token: Token<'_>) -> Option<Self> {
        [Self::Set, Self::Remove, Self::Add, Self::Delete].into_iter().find(|clause| token.is(clause.keyword()))
    }

    /// Reads an action.
    fn action(self, reader: &mut Reader<'_>) -> Result<Target, Invalid> {
        let is_inside = reader.path()?.len() > 1;
        let attribute = reader.paths().last().map(|(attribute, _)| attribute.to_owned()).unwrap_or_default();
        let (mut is_kept, mut assigned) = (false, None);
        match self {
            Self::Remove => {}
            Self::Set => {
                reader.expect(Token::Comparator("="), "=")?;
                let first = reader.peek();
                match (sum(reader)?, first) {
                    (Some(Operand::Call(function)), _) => is_kept = function == "if_not_exists",
                    (Some(Operand::Value(_)), Some(Token::Value(placeholder))) => {
                        assigned = Some(placeholder.to_owned());
                    }
                    (Some(Operand::Value(_) | Operand::Path(_)) | None, _) => {}
                }
            }
            Self::Add | Self::Delete => {
                let place = reader.place();
                let value = match reader.peek() {
                    Some(Token::Value(_)) => reader.operand(judge)?,
                    _ => return Err(reader.unexpected("a value")),
                };
                let is_allowed = match value.value_type() {
                    Some("N") => self == Self::Add,
                    Some(of_type) => matches!(of_type, "SS" | "NS" | "BS"),
                    None => true,
                };
                if !is_allowed {
                    let (keyword, of_type) = (self.keyword(), value.value_type().unwrap_or_default());
                    return Err(reader.invalid(place, &format!("{keyword} with a value of type {of_type}")));
                }
            }
        }
        Ok(Target { attribute, is_inside, is_kept, assigned })
    }
}

/// What an action changes.
#[derive(Clone)]
struct Target {
    /// The attribute as written. It is not resolved, because a thousand aliases may stand for one long name.
    attribute: String,
    /// Whether the action changes a value inside of it.
    is_inside: bool,
    /// Whether it leaves an attribute alone that is present.
    is_kept: bool,
    /// The placeholder of the value that it becomes, whatever is stored.
    assigned: Option<String>,
}

/// A caller's update expression, split into its clauses, with the definitions that it uses.
#[derive(Clone)]
pub struct CallerUpdate {
    clauses: Vec<(Clause, String)>,
    targets: Vec<Target>,
    definitions: Definitions,
}

impl CallerUpdate {
    /// The attributes that it changes in whole or in part.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(|target| self.definitions.name(&target.attribute))
    }

    /// What it changes of this attribute.
    fn of<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a Target> {
        self.targets.iter().filter(move |target| self.definitions.name(&target.attribute) == attribute)
    }

    /// Whether it replaces or removes this attribute, even where it is present.
    pub(crate) fn replaces(&self, attribute: &str) -> bool {
        self.of(attribute).any(|target| !target.is_inside && !target.is_kept)
    }

    /// Whether it changes a value inside of this attribute.
    pub(crate) fn leads_into(&self, attribute: &str) -> bool {
        self.of(attribute).any(|target| target.is_inside)
    }

    /// The value that it gives this attribute, whatever is stored.
    pub(crate) fn assigned(&self, attribute: &str) -> Option<&AttributeValue> {
        let mut whole = self.of(attribute).filter(|target| !target.is_inside);
        let placeholder = whole.find_map(|target| target.assigned.as_ref())?;
        self.definitions.values.get(placeholder)
    }

    /// Its clauses in order: the actions of each, without the keyword.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = (Clause, &str)> {
        self.clauses.iter().map(|(clause, actions)| (*clause, actions.as_str()))
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}

/// Values never reach a log.
impl fmt::Debug for CallerUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallerUpdate").field("clauses", &self.clauses).finish_non_exhaustive()
    }
}

/// The new value of a SET: an operand, which is returned, or the sum or difference of two.
fn sum<'a>(reader: &mut Reader<'a>) -> Result<Option<Operand<'a>>, Invalid> {
    // A parenthesis around the whole, unless a sign follows.
    if reader.behind_group().is_some_and(|behind| behind != Some(Token::Sign)) {
        let _open = reader.next();
        let operand = sum(reader)?;
        reader.expect(Token::Close, "a closing parenthesis")?;
        return Ok(operand);
    }
    let place = reader.place();
    let first = reader.operand(judge)?;
    if !reader.takes(Token::Sign) {
        return Ok(Some(first));
    }
    let second = reader.operand(judge)?;
    for operand in [first, second] {
        if matches!(operand, Operand::Call("list_append")) {
            return Err(reader.invalid(place, "list_append in an addition or subtraction"));
        }
        if let Some(of_type) = operand.value_type().filter(|of_type| *of_type != "N") {
            return Err(reader.invalid(place, &format!("an addition or subtraction with a value of type {of_type}")));
        }
    }
    Ok(None)
}

fn judge(function: &str, arguments: &[Operand<'_>]) -> Result<(), String> {
    if arguments.iter().any(|argument| matches!(argument, Operand::Call("list_append"))) {
        return Err("list_append inside of another function".to_owned());
    }
    match function {
        "if_not_exists" => {
            takes_arguments(function, 2, arguments)?;
            match arguments {
                [first @ Operand::Path(_), second] if first.is_same_path(second) => {
                    Err("if_not_exists of an attribute and itself".to_owned())
                }
                [Operand::Path(_), ..] => Ok(()),
                _ => Err("if_not_exists of something other than an attribute".to_owned()),
            }
        }
        "list_append" => {
            takes_arguments(function, 2, arguments)?;
            match arguments.iter().filter_map(Operand::value_type).find(|of_type| *of_type != "L") {
                Some(of_type) => Err(format!("list_append with a value of type {of_type}")),
                None => Ok(()),
            }
        }
        "attribute_exists" | "attribute_not_exists" | "attribute_type" | "begins_with" | "contains" | "size" => {
            Err(format!("{function}, which an update does not allow"))
        }
        _ => Err("an unknown function (names of functions are in lower case)".to_owned()),
    }
}

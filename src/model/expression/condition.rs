//! The grammar of conditions, filters and key conditions, and the types of their operands.
//!
//! DynamoDB checks them before it reads an item, so that a mistake shows even if there is none. The rules are those of the page
//! "Condition and filter expressions, operators, and functions" in the Amazon DynamoDB Developer Guide; the test
//! `differential` compares them with DynamoDB Local. Reserved words are left to DynamoDB.

use std::cmp::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;

use super::reader::{Operand, Reader, takes_arguments};
use super::token::Token;
use crate::model::{Invalid, Number, type_name};

/// The names of attribute types. Source: "Condition and filter expressions, operators, and functions", `attribute_type`.
const TYPES: [&str; 10] = ["S", "SS", "N", "NS", "B", "BS", "BOOL", "NULL", "L", "M"];

/// Types with an order.
const ORDERED: [&str; 3] = ["S", "N", "B"];

/// Reads a whole condition.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<(), Invalid> {
    condition(reader)?;
    if reader.at_end() { Ok(()) } else { Err(reader.unexpected("AND, OR or the end")) }
}

/// Terms that AND and OR connect. Which of them binds stronger does not matter here.
fn condition(reader: &mut Reader<'_>) -> Result<(), Invalid> {
    loop {
        term(reader)?;
        if !reader.takes_word("AND") && !reader.takes_word("OR") {
            return Ok(());
        }
    }
}

fn term(reader: &mut Reader<'_>) -> Result<(), Invalid> {
    while reader.takes_word("NOT") {}
    match reader.behind_group() {
        // A parenthesis around an operand.
        Some(Some(behind)) if matches!(behind, Token::Comparator(_)) || behind.is("BETWEEN") || behind.is("IN") => {
            comparison(reader)
        }
        Some(_) => {
            let _open = reader.next();
            condition(reader)?;
            reader.expect(Token::Close, "AND, OR or a closing parenthesis")
        }
        None => comparison(reader),
    }
}

/// A comparison, or a function that is true or false.
fn comparison(reader: &mut Reader<'_>) -> Result<(), Invalid> {
    let place = reader.place();
    let first = reader.operand(judge)?;
    let (operator, others) = match reader.peek() {
        Some(Token::Comparator(comparator)) => {
            let _comparator = reader.next();
            (comparator, vec![reader.operand(judge)?])
        }
        Some(token) if token.is("BETWEEN") => {
            let _between = reader.next();
            let lower = reader.operand(judge)?;
            if !reader.takes_word("AND") {
                return Err(reader.unexpected("AND"));
            }
            ("BETWEEN", vec![lower, reader.operand(judge)?])
        }
        Some(token) if token.is("IN") => {
            let _in = reader.next();
            ("IN", list(reader)?)
        }
        _ => {
            return match first {
                Operand::Call("size") => Err(reader.invalid(place, "size where a condition is expected")),
                Operand::Call(_) => Ok(()),
                Operand::Path(_) | Operand::Value(_) => Err(reader.unexpected("a comparison, BETWEEN or IN")),
            };
        }
    };
    judge_comparison(operator, &first, &others).map_err(|problem| reader.invalid(place, &problem))
}

/// The operands of IN, in parentheses.
fn list<'a>(reader: &mut Reader<'a>) -> Result<Vec<Operand<'a>>, Invalid> {
    reader.expect(Token::Open, "an opening parenthesis")?;
    let mut operands = vec![reader.operand(judge)?];
    while reader.takes(Token::Comma) {
        operands.push(reader.operand(judge)?);
    }
    reader.expect(Token::Close, "a comma or a closing parenthesis")?;
    Ok(operands)
}

fn judge_comparison(operator: &str, first: &Operand<'_>, others: &[Operand<'_>]) -> Result<(), String> {
    for operand in std::iter::once(first).chain(others) {
        is_operand(operand)?;
    }
    if others.iter().any(|other| first.is_same_path(other)) {
        return Err(format!("{operator} between an attribute and itself"));
    }
    if matches!(operator, "<" | "<=" | ">" | ">=" | "BETWEEN") {
        let mut types = std::iter::once(first).chain(others).filter_map(Operand::known_type);
        if let Some(unordered) = types.find(|of_type| !ORDERED.contains(of_type)) {
            return Err(format!("{operator} with a value of type {unordered}, which has no order"));
        }
    }
    match others {
        [Operand::Value(lower), Operand::Value(upper)] if operator == "BETWEEN" => bounds(lower, upper),
        _ => Ok(()),
    }
}

/// Checks the bounds of a BETWEEN.
fn bounds(lower: &AttributeValue, upper: &AttributeValue) -> Result<(), String> {
    if type_name(lower) != type_name(upper) {
        return Err(format!("BETWEEN with bounds of types {} and {}", type_name(lower), type_name(upper)));
    }
    let order = match (lower, upper) {
        (AttributeValue::S(lower), AttributeValue::S(upper)) => lower.as_bytes().cmp(upper.as_bytes()),
        (AttributeValue::B(lower), AttributeValue::B(upper)) => lower.as_ref().cmp(upper.as_ref()),
        (AttributeValue::N(lower), AttributeValue::N(upper)) => match (Number::parse(lower), Number::parse(upper)) {
            (Ok(lower), Ok(upper)) => lower.compare(&upper),
            _ => Ordering::Equal,
        },
        _ => Ordering::Equal,
    };
    if order == Ordering::Greater { Err("BETWEEN with a lower bound above the upper one".to_owned()) } else { Ok(()) }
}

/// Refuses a function that is true or false where an operand is expected.
fn is_operand(operand: &Operand<'_>) -> Result<(), String> {
    match operand {
        Operand::Call(function) if *function != "size" => Err(format!("{function} where an operand is expected")),
        Operand::Call(_) | Operand::Path(_) | Operand::Value(_) => Ok(()),
    }
}

fn judge(function: &str, arguments: &[Operand<'_>]) -> Result<(), String> {
    for argument in arguments {
        is_operand(argument)?;
    }
    match function {
        "attribute_exists" | "attribute_not_exists" => {
            takes_arguments(function, 1, arguments)?;
            match arguments {
                [Operand::Path(_)] => Ok(()),
                _ => Err(format!("{function} of something other than an attribute")),
            }
        }
        "attribute_type" => {
            takes_arguments(function, 2, arguments)?;
            match arguments {
                [_, Operand::Value(AttributeValue::S(name))] if TYPES.contains(&name.as_str()) => Ok(()),
                [_, Operand::Value(AttributeValue::S(_))] => Err("attribute_type with an unknown type".to_owned()),
                _ => Err("attribute_type without a value that names a type".to_owned()),
            }
        }
        "begins_with" | "contains" => {
            takes_arguments(function, 2, arguments)?;
            if matches!(arguments, [first, second] if first.is_same_path(second)) {
                return Err(format!("{function} of an attribute and itself"));
            }
            let refuses = |of_type: &&str| function == "begins_with" && !matches!(*of_type, "S" | "B");
            match arguments.iter().filter_map(Operand::known_type).find(refuses) {
                Some(of_type) => Err(format!("begins_with with an operand of type {of_type}, neither S nor B")),
                None => Ok(()),
            }
        }
        "size" => {
            takes_arguments(function, 1, arguments)?;
            match arguments.iter().find_map(Operand::known_type) {
                Some(of_type @ ("N" | "BOOL" | "NULL")) => Err(format!("size of a value of type {of_type}")),
                _ => Ok(()),
            }
        }
        "if_not_exists" | "list_append" => Err(format!("{function}, which only an update allows")),
        _ => Err("an unknown function (names of functions are in lower case)".to_owned()),
    }
}

//! What must hold of every expression of a caller's, so that it stays what it is wherever it is put.

use super::token::{Placed, Token, invalid_at, tokens};
use crate::model::Invalid;

/// How long and how complex an expression may be. Source: "Quotas in Amazon DynamoDB", expression parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) operators: usize,
}

impl Limits {
    /// DynamoDB's own.
    pub(super) const DYNAMODB: Self = Self { bytes: 4096, operators: 300 };

    /// Those of an expression that is joined with something of ours.
    pub(super) const fn less(self, bytes: usize, operators: usize) -> Self {
        Self { bytes: self.bytes - bytes, operators: self.operators - operators }
    }
}

/// The most operands of an IN.
const MAX_IN_OPERANDS: usize = 100;

/// An expression that is not empty, keeps to its limits and has balanced parentheses.
pub(super) struct Checked<'a> {
    pub(super) tokens: Vec<Placed<'a>>,
    /// The pairs of parentheses, as indexes of tokens, inner ones before those around them.
    pub(super) pairs: Vec<(usize, usize)>,
}

pub(super) fn check(text: &str, limits: Limits) -> Result<Checked<'_>, Invalid> {
    if text.len() > limits.bytes {
        let problem = format!("has {} bytes, at most {} are allowed", text.len(), limits.bytes);
        return Err(Invalid::limit(problem, format!("{} bytes", limits.bytes)));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Invalid::new("must not be empty"));
    }
    let pairs = pairs(text, &tokens)?;
    let operators = operators(&tokens);
    if operators > limits.operators {
        let problem = format!("has {operators} operators and functions, at most {} are allowed", limits.operators);
        return Err(Invalid::limit(problem, format!("{} operators", limits.operators)));
    }
    Ok(Checked { tokens, pairs })
}

fn pairs(text: &str, tokens: &[Placed<'_>]) -> Result<Vec<(usize, usize)>, Invalid> {
    let mut open = Vec::new();
    let mut pairs = Vec::new();
    for (index, placed) in tokens.iter().enumerate() {
        match placed.token {
            Token::Open => open.push((index, placed.start)),
            Token::Close => match open.pop() {
                Some((opened, _)) => pairs.push((opened, index)),
                None => return Err(invalid_at(text, placed.start, "a parenthesis that closes nothing")),
            },
            _ => {}
        }
    }
    match open.pop() {
        Some((_, start)) => Err(invalid_at(text, start, "a parenthesis that is never closed")),
        None => Ok(pairs),
    }
}

/// Refuses what DynamoDB refuses about a condition's parentheses: a pair around nothing but a pair, and a long IN.
pub(super) fn check_condition(text: &str, Checked { tokens, pairs }: &Checked<'_>) -> Result<(), Invalid> {
    // Counted once, and not in each pair what those inside have counted.
    let mut commas_before = 0_usize;
    let commas_before: Vec<usize> = tokens
        .iter()
        .map(|placed| {
            let before = commas_before;
            commas_before += usize::from(placed.token == Token::Comma);
            before
        })
        .collect();
    let commas_until = |token: usize| commas_before.get(token).copied().unwrap_or_default();
    for (index, &(open, close)) in pairs.iter().enumerate() {
        let at = tokens.get(open).map_or(0, |placed| placed.start);
        // The pair directly inside comes directly before in the order of closing.
        let inside = index.checked_sub(1).and_then(|before| pairs.get(before));
        if inside.is_some_and(|&(inner_open, inner_close)| (inner_open, inner_close + 1) == (open + 1, close)) {
            return Err(invalid_at(text, at, "redundant parentheses"));
        }
        let is_in =
            open.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| before.token.is("IN"));
        let operands = 1 + commas_until(close) - commas_until(open);
        if is_in && operands > MAX_IN_OPERANDS {
            let problem = format!("has an IN with {operands} operands, at most {MAX_IN_OPERANDS} are allowed");
            return Err(Invalid::limit(problem, format!("{MAX_IN_OPERANDS} operands")));
        }
    }
    Ok(())
}

/// Comparators, keywords, signs and functions. The AND of a BETWEEN is a part of it.
fn operators(tokens: &[Placed<'_>]) -> usize {
    let mut betweens = 0_usize;
    let mut count = 0;
    for (index, placed) in tokens.iter().enumerate() {
        let token = placed.token;
        let is_call = || tokens.get(index + 1).is_some_and(|next| next.token == Token::Open);
        if token.is("AND") && betweens > 0 {
            betweens -= 1;
            continue;
        }
        if token.is("BETWEEN") {
            betweens += 1;
        }
        let is_keyword = ["AND", "OR", "NOT", "BETWEEN", "IN"].into_iter().any(|keyword| token.is(keyword));
        let is_function = matches!(token, Token::Word(_)) && is_call();
        if is_keyword || is_function || matches!(token, Token::Comparator | Token::Sign) {
            count += 1;
        }
    }
    count
}

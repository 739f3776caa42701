//! Checks that every caller's expression has to pass, so that it keeps its meaning when it is combined with ours.

use super::token::{Spanned, Token, invalid_at, tokens};
use crate::model::Invalid;

/// The limits of an expression. Source: "Quotas in Amazon DynamoDB", expression parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) bytes: usize,
    pub(super) operators: usize,
}

impl Limits {
    /// DynamoDB's limits.
    pub(super) const DYNAMODB: Self = Self { bytes: 4096, operators: 300 };

    /// The limits that remain beside our part of an expression.
    pub(super) const fn less(self, bytes: usize, operators: usize) -> Self {
        Self { bytes: self.bytes - bytes, operators: self.operators - operators }
    }
}

/// Maximum number of operands of IN.
const MAX_IN_OPERANDS: usize = 100;

/// A non-empty expression within its limits and with balanced parentheses.
pub(super) struct Checked<'a> {
    pub(super) tokens: Vec<Spanned<'a>>,
    /// The pairs of parentheses as token indexes, inner pairs before outer ones.
    pub(super) pairs: Vec<(usize, usize)>,
}

/// Checks a condition or a projection.
pub(super) fn check(text: &str, limits: Limits) -> Result<Checked<'_>, Invalid> {
    check_counting(text, limits, operators)
}

/// Checks an update. DynamoDB does not count the `=` of its actions: `SET a = :v1 + :v2 + :v3` has two operators, says
/// "Quotas in Amazon DynamoDB".
pub(super) fn check_update(text: &str, limits: Limits) -> Result<Checked<'_>, Invalid> {
    let is_assignment = |spanned: &&Spanned<'_>| matches!(spanned.token, Token::Comparator(_));
    check_counting(text, limits, |tokens| operators(tokens) - tokens.iter().filter(is_assignment).count())
}

fn check_counting(
    text: &str,
    limits: Limits,
    count: impl FnOnce(&[Spanned<'_>]) -> usize,
) -> Result<Checked<'_>, Invalid> {
    if text.len() > limits.bytes {
        let problem = format!("has {} bytes, at most {} are allowed", text.len(), limits.bytes);
        return Err(Invalid::limit(problem, format!("{} bytes", limits.bytes)));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Invalid::new("must not be empty"));
    }
    let pairs = pairs(text, &tokens)?;
    let operators = count(&tokens);
    if operators > limits.operators {
        let problem = format!("has {operators} operators and functions, at most {} are allowed", limits.operators);
        return Err(Invalid::limit(problem, format!("{} operators", limits.operators)));
    }
    Ok(Checked { tokens, pairs })
}

fn pairs(text: &str, tokens: &[Spanned<'_>]) -> Result<Vec<(usize, usize)>, Invalid> {
    let mut open = Vec::new();
    let mut pairs = Vec::new();
    for (index, spanned) in tokens.iter().enumerate() {
        match spanned.token {
            Token::Open => open.push((index, spanned.start)),
            Token::Close => match open.pop() {
                Some((opened, _)) => pairs.push((opened, index)),
                None => return Err(invalid_at(text, spanned.start, "an unmatched closing parenthesis")),
            },
            _ => {}
        }
    }
    match open.pop() {
        Some((_, start)) => Err(invalid_at(text, start, "an unclosed parenthesis")),
        None => Ok(pairs),
    }
}

/// Refuses redundant parentheses and long INs, as DynamoDB does.
pub(super) fn check_parentheses(text: &str, Checked { tokens, pairs }: &Checked<'_>) -> Result<(), Invalid> {
    // Prefix sums, so that nested pairs do not count the same commas again.
    let mut commas_before = 0_usize;
    let commas_before: Vec<usize> = tokens
        .iter()
        .map(|spanned| {
            let before = commas_before;
            commas_before += usize::from(spanned.token == Token::Comma);
            before
        })
        .collect();
    let commas_until = |token: usize| commas_before.get(token).copied().unwrap_or_default();
    for (index, &(open, close)) in pairs.iter().enumerate() {
        let at = tokens.get(open).map_or(0, |spanned| spanned.start);
        let before = open.checked_sub(1).and_then(|before| tokens.get(before)).map(|before| before.token);
        let is_in = before.is_some_and(|before| before.is("IN"));
        // The parentheses of a call and of an IN are not redundant: `attribute_exists((a))` has one pair too many for us, but
        // not for DynamoDB.
        let is_list = is_in || matches!(before, Some(Token::Word(_)) if !before.is_some_and(is_operator));
        // The pair directly inside was closed just before this one.
        let inside = index.checked_sub(1).and_then(|before| pairs.get(before)).filter(|_| !is_list);
        if inside.is_some_and(|&(inner_open, inner_close)| (inner_open, inner_close + 1) == (open + 1, close)) {
            return Err(invalid_at(text, at, "redundant parentheses"));
        }
        let operands = 1 + commas_until(close) - commas_until(open);
        if is_in && operands > MAX_IN_OPERANDS {
            let problem = format!("has an IN with {operands} operands, at most {MAX_IN_OPERANDS} are allowed");
            return Err(Invalid::limit(problem, format!("{MAX_IN_OPERANDS} operands")));
        }
    }
    Ok(())
}

fn is_operator(token: Token<'_>) -> bool {
    ["AND", "OR", "NOT", "BETWEEN", "IN"].into_iter().any(|keyword| token.is(keyword))
}

/// Counts comparators, keywords, signs and functions. The AND of a BETWEEN belongs to it.
fn operators(tokens: &[Spanned<'_>]) -> usize {
    let mut betweens = 0_usize;
    let mut count = 0;
    for (index, spanned) in tokens.iter().enumerate() {
        let token = spanned.token;
        let is_call = || tokens.get(index + 1).is_some_and(|next| next.token == Token::Open);
        if token.is("AND") && betweens > 0 {
            betweens -= 1;
            continue;
        }
        if token.is("BETWEEN") {
            betweens += 1;
        }
        let is_keyword = is_operator(token);
        let is_function = matches!(token, Token::Word(_)) && is_call();
        if is_keyword || is_function || matches!(token, Token::Comparator(_) | Token::Sign) {
            count += 1;
        }
    }
    count
}

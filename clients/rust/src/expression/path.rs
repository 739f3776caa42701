/// A step on the way to a place in an item.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A name, without its quotes.
    Name(String),
    /// The element of a list, from 0: its digits.
    Index(String),
}

/// The steps of a path, or none if the text is no path.
pub(super) fn steps(text: &str) -> Option<Vec<Step>> {
    let (first, mut rest) = name(text)?;
    let mut steps = vec![Step::Name(first)];
    while let Some(next) = rest.chars().next() {
        let behind = rest.get(1..)?;
        let step;
        (step, rest) = match next {
            '.' => name(behind).map(|(name, rest)| (Step::Name(name), rest))?,
            '[' => index(behind)?,
            _ => return None,
        };
        steps.push(step);
    }
    Some(steps)
}

fn name(text: &str) -> Option<(String, &str)> {
    let (name, rest) = if let Some(quoted) = text.strip_prefix('"') {
        unquoted(quoted)?
    } else {
        let (name, rest) = text.split_at(text.find(['.', '[', ']', '"']).unwrap_or(text.len()));
        (name.to_owned(), rest)
    };
    (!name.is_empty()).then_some((name, rest))
}

/// The name up to the closing quote, and what is behind it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((name, text.get(at + 1..)?)),
            '\\' => name.push(characters.next().map(|(_, escaped)| escaped).filter(|c| matches!(c, '"' | '\\'))?),
            _ => name.push(character),
        }
    }
    None
}

fn index(text: &str) -> Option<(Step, &str)> {
    let (digits, rest) = text.split_once(']')?;
    let is_index = digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u32>().is_ok();
    is_index.then(|| (Step::Index(digits.to_owned()), rest))
}

use super::choices::Choices;
use super::requests::{REQUESTS, Request};
use crate::wire::prescan::schema::Schema;
use crate::wire::prescan::{Method, Refusal, Scan, compiled};

/// Compares the scan of these bytes as a request with prost and the wire layer. The first byte chooses the RPC.
pub fn prescan(input: &[u8]) {
    let mut choices = Choices(input);
    let Some((schema, method, request)) = choose(&mut choices) else { return };
    check(schema, method, request, choices.0);
}

/// The same for a request that is generated from these bytes, intact or damaged.
pub fn prescan_of_structure(input: &[u8]) {
    let mut choices = Choices(input);
    let Some((schema, method, request)) = choose(&mut choices) else { return };
    let is_damaged = choices.byte() % 4 == 0;
    let mut message = choices.message(schema, method.request, 0);
    if is_damaged {
        choices.damage(&mut message);
    }
    check(schema, method, request, &message);
}

/// An intact request generated from these bytes.
#[cfg(test)]
pub(in crate::wire) fn requested(input: &[u8]) -> Option<(Request, Vec<u8>)> {
    let mut choices = Choices(input);
    let (schema, method, request) = choose(&mut choices)?;
    Some((request, choices.message(schema, method.request, 0)))
}

fn choose(choices: &mut Choices<'_>) -> Option<(&'static Schema, &'static Method, Request)> {
    let request = *REQUESTS.get(usize::from(choices.byte()) % REQUESTS.len())?;
    let schema = compiled().ok()?;
    Some((schema, schema.method(request.method)?, request))
}

/// The scan's result and the cost.
fn scan(schema: &Schema, method: &Method, parts: &[&[u8]]) -> Result<usize, Refusal> {
    let mut scan = Scan::new(schema, method, parts.iter().map(|part| part.len()).sum())?;
    let mut cost = 0;
    for part in parts {
        scan.push(part)?;
        assert!(scan.cost() >= cost, "the cost never falls");
        cost = scan.cost();
    }
    scan.finish()?;
    Ok(cost)
}

fn check(schema: &Schema, method: &Method, request: Request, message: &[u8]) {
    let verdict = scan(schema, method, &[message]);
    let bytes: Vec<&[u8]> = message.chunks(1).collect();
    assert_eq!(scan(schema, method, &bytes), verdict, "byte by byte");
    let pieces: Vec<&[u8]> = message.chunks(message.len() / 3 + 1).collect();
    assert_eq!(scan(schema, method, &pieces), verdict, "in pieces");

    match ((request.accept)(message), verdict) {
        (Ok(_), Ok(_)) | (Err(_), Err(_)) | (Ok(false), Err(Refusal::Invalid(_))) => {}
        // Only prost checks that texts are UTF-8.
        (Err(error), Ok(_)) => {
            let text = error.to_string();
            assert!(text.ends_with("invalid string value: data is not UTF-8 encoded"), "the scan lets pass: {text}");
        }
        (Ok(is_accepted), Err(refusal)) => {
            assert!(is_stricter(&refusal), "prost decodes it, the wire layer: {is_accepted}, but {refusal:?}");
        }
    }
}

/// Whether the scan is stricter than prost and the wire layer on purpose: prost skips groups, and it drops a value that
/// nests too deep if another member of its oneof follows. (Of map entries with the same key it keeps one, but no input
/// is long enough to exceed the limit with them.)
fn is_stricter(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::Malformed { problem, .. } => problem.contains("group"),
        Refusal::Invalid(violation) => violation.invalid.limit.as_deref() == Some("32 levels"),
        Refusal::TooLarge { .. } => false,
    }
}

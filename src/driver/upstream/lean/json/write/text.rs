//! JSON's strings (RFC 8259, section 7).

use super::json::Json;

/// So many bytes are looked at in one step: without a branch for each byte, the compiler uses vector instructions.
const STEP: usize = 16;

pub(super) fn write_text(body: &mut Vec<u8>, text: &str) {
    body.push(b'"');
    let mut rest = text.as_bytes();
    loop {
        let (plain, special) = rest.split_at(plain_bytes(rest));
        body.extend_from_slice(plain);
        let Some((byte, behind)) = special.split_first() else { break };
        write_escaped(body, *byte);
        rest = behind;
    }
    body.push(b'"');
}

/// How many bytes at the start need no escape.
fn plain_bytes(bytes: &[u8]) -> usize {
    let (steps, _) = bytes.as_chunks::<STEP>();
    let is_plain = |step: &&[u8; STEP]| !step.iter().fold(false, |found, byte| found | is_special(*byte));
    let skipped = STEP * steps.iter().take_while(is_plain).count();
    let rest = bytes.get(skipped..).unwrap_or_default();
    skipped + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

fn write_escaped(body: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => return body.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    };
    body.extend_from_slice(&[b'\\', short]);
}

impl Json for String {
    fn write(&self, body: &mut Vec<u8>) {
        write_text(body, self);
    }
}

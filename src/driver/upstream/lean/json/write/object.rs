use std::collections::HashMap;

use super::json::Json;
use super::text::write_text;

/// Writes an object with known fields. `names` are as [`field_name`] makes them.
pub(super) fn write_field<T: Json>(body: &mut Vec<u8>, name: &'static str, value: &T) {
    if !value.is_absent() {
        // No value ends like an object begins, so this is the first field.
        let is_first = body.last() == Some(&b'{');
        body.extend_from_slice(name.as_bytes().get(usize::from(is_first)..).unwrap_or_default());
        value.write(body);
    }
}

/// The name of a field as it follows another field: with the comma before and the colon behind.
macro_rules! field_name {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(super) use field_name;

impl<T: Json> Json for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write(&self, body: &mut Vec<u8>) {
        if let Some(value) = self {
            value.write(body);
        }
    }
}

impl<T: Json> Json for Vec<T> {
    fn write(&self, body: &mut Vec<u8>) {
        body.push(b'[');
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            value.write(body);
        }
        body.push(b']');
    }
}

impl<T: Json> Json for HashMap<String, T> {
    fn write(&self, body: &mut Vec<u8>) {
        body.push(b'{');
        for (index, (key, value)) in self.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            write_text(body, key);
            body.push(b':');
            value.write(body);
        }
        body.push(b'}');
    }
}

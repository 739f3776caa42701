use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::exposure;
use super::fault::Origin;
use super::section::Section;

/// No secret is longer. The file may be anything, even one without an end.
const MAX_BYTES: u64 = 64 << 10;

/// The fault of a value has been reported.
pub(super) struct Reported;

/// The secret in the file that a key names, without white space around it. Warns if everybody can open the file.
pub(super) fn read(section: &mut Section, key: &'static str, origin: &Origin) -> Result<String, Reported> {
    let path = section.optional::<PathBuf>(key).ok_or(Reported)?;
    let text = text(&path).map_err(|error| {
        section.fault(key, Some(origin.clone()), format!("cannot be read: {error}"));
        Reported
    })?;
    exposure::warn(section, key, Some(origin.clone()), &path);
    Ok(text.trim().to_owned())
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let bytes = File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if bytes as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {MAX_BYTES} bytes")));
    }
    Ok(text)
}

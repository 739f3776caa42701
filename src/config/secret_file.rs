use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::exposure;
use super::fault::Origin;
use super::section::Section;

/// Maximum size of a secret file. The file may be anything, even a device without an end.
const MAX_BYTES: u64 = 64 << 10;

/// Marks a value whose fault has been reported.
pub(super) struct Reported;

/// Reads the secret from the file of a key and trims white space. Warns if everybody can read or write the file.
pub(super) fn read(section: &mut Section, key: &'static str, origin: &Origin) -> Result<String, Reported> {
    let path = section.optional::<PathBuf>(key).ok_or(Reported)?;
    let text = text(&path).map_err(|error| {
        section.fault(key, Some(origin.clone()), format!("cannot be read: {error}"));
        Reported
    })?;
    exposure::warn(section, key, Some(origin.clone()), &path);
    // Some editors, on Windows above all, begin a file with a byte order mark.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).trim().to_owned())
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let bytes = File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if bytes as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {MAX_BYTES} bytes")));
    }
    Ok(text)
}

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;

use super::error::Error;

/// Maximum size of a value: the largest request.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// The exact value of a write.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Input {
    /// The value; `-` reads it from standard input.
    #[arg(allow_negative_numbers = true)]
    value: Option<OsString>,
    /// Read the value from this file; `-` is standard input.
    #[arg(long)]
    file: Option<PathBuf>,
}

impl Input {
    pub(super) fn read(self) -> Result<Bytes, Error> {
        match (self.file, self.value) {
            (Some(path), _) if path.as_os_str() != "-" => {
                let file = File::open(&path).map_err(|source| Error::Input { path: path.clone(), source })?;
                read(file, &path)
            }
            (None, Some(value)) if value != "-" => Ok(bytes_of(value)),
            _ => read(io::stdin().lock(), Path::new("standard input")),
        }
    }
}

/// A text without the byte order mark with which some editors, on Windows above all, begin a file.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The bytes of an argument; on Unix exactly as the shell passed them.
pub(super) fn bytes_of(argument: OsString) -> Bytes {
    argument.into_encoded_bytes().into()
}

fn read(source: impl Read, path: &Path) -> Result<Bytes, Error> {
    let mut value = Vec::new();
    let read = source.take(LIMIT_BYTES + 1).read_to_end(&mut value);
    read.map_err(|source| Error::Input { path: path.to_owned(), source })?;
    if value.len() as u64 > LIMIT_BYTES {
        return Err(Error::TooLarge { path: path.to_owned(), limit_bytes: LIMIT_BYTES });
    }
    Ok(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_are_read_as_they_are() {
        let bytes = [0, 255, b'\n', 128];
        assert_eq!(read(bytes.as_slice(), Path::new("f")).unwrap(), Bytes::copy_from_slice(&bytes));
    }

    #[test]
    fn an_endless_source_is_refused() {
        assert!(matches!(read(io::repeat(0), Path::new("f")), Err(Error::TooLarge { .. })));
    }
}

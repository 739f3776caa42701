/// Reads bytes that arrive in parts.
#[derive(Debug, Default)]
pub(super) struct Reader {
    position: usize,
    /// A partly read number.
    value: u64,
    shift: u32,
}

impl Reader {
    /// How many bytes have been read.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// The next number, which must end before the position `end`; none if it is still incomplete.
    ///
    /// # Errors
    /// With prost's messages.
    #[inline]
    pub(super) fn varint(&mut self, rest: &mut &[u8], end: usize) -> Result<Option<u64>, &'static str> {
        match rest.split_first() {
            Some((&byte, behind)) if byte < 0x80 && self.shift == 0 && self.position < end => {
                *rest = behind;
                self.position += 1;
                Ok(Some(u64::from(byte)))
            }
            _ => self.long_varint(rest, end),
        }
    }

    fn long_varint(&mut self, rest: &mut &[u8], end: usize) -> Result<Option<u64>, &'static str> {
        while let Some((&byte, behind)) = rest.split_first() {
            if self.position >= end {
                return Err("buffer underflow");
            }
            *rest = behind;
            self.position += 1;
            // The tenth byte holds only the last of 64 bits.
            if (self.shift == 63 && byte > 1) || (byte >= 0x80 && self.position == end) {
                return Err("invalid varint");
            }
            self.value |= u64::from(byte & 0x7f) << self.shift;
            if byte < 0x80 {
                self.shift = 0;
                return Ok(Some(std::mem::take(&mut self.value)));
            }
            self.shift += 7;
        }
        Ok(None)
    }

    /// The next bytes, at most this many.
    #[inline]
    pub(super) fn take<'b>(&mut self, rest: &mut &'b [u8], bytes: usize) -> &'b [u8] {
        let (taken, behind) = rest.split_at_checked(bytes).unwrap_or((*rest, &[]));
        *rest = behind;
        self.position += taken.len();
        taken
    }
}

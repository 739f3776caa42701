use super::Invalid;

/// The maximum number of items on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// The largest page.
    pub const MAX: Self = Self(10_000);

    /// The size in a request. 0 means the default, and sizes above [`PageSize::MAX`] are reduced to that.
    ///
    /// # Errors
    /// The number is negative.
    pub fn requested(size: i32, default: Self) -> Result<Self, Invalid> {
        match u32::try_from(size) {
            Ok(0) => Ok(default),
            Ok(size) => Ok(u16::try_from(size).map_or(Self::MAX, |size| Self(size.min(Self::MAX.0)))),
            Err(_) => Err(Invalid::limit("must not be negative", format!("0..{} items", Self::MAX.0))),
        }
    }

    /// Limits a size to between 1 and [`PageSize::MAX`].
    #[must_use]
    pub const fn clamped(size: u16) -> Self {
        match size {
            0 => Self(1),
            1..=10_000 => Self(size),
            _ => Self::MAX,
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

/// The number of segments of a parallel scan: 1 to 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments(u8);

impl Segments {
    /// A single segment.
    pub const ONE: Self = Self(1);

    const MAX: u8 = 32;

    /// The number.
    #[must_use]
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl TryFrom<i32> for Segments {
    type Error = Invalid;

    fn try_from(segments: i32) -> Result<Self, Invalid> {
        match u8::try_from(segments) {
            Ok(segments @ 1..=Self::MAX) => Ok(Self(segments)),
            _ => Err(Invalid::limit(
                format!("is {segments}, 1 to {} are allowed", Self::MAX),
                format!("1..{} segments", Self::MAX),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_size_is_taken_as_far_as_it_goes() {
        let default = PageSize::clamped(100);
        let requested = |size| PageSize::requested(size, default).map(PageSize::get);
        assert_eq!(requested(0).unwrap(), 100);
        assert_eq!(requested(1).unwrap(), 1);
        assert_eq!(requested(10_000).unwrap(), 10_000);
        assert_eq!(requested(10_001).unwrap(), 10_000);
        assert_eq!(requested(i32::MAX).unwrap(), 10_000);
        assert!(requested(-1).is_err());
    }

    #[test]
    fn segments_are_1_to_32() {
        assert_eq!(Segments::try_from(32).unwrap().get(), 32);
        for segments in [i32::MIN, -1, 0, 33, 257, i32::MAX] {
            assert!(Segments::try_from(segments).is_err(), "{segments}");
        }
    }
}

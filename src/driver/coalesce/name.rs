use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::ItemKey;

/// A text by which a queue knows a key again. A text that two keys share sends both alone after a call that hung.
pub(crate) fn name_of(key: &ItemKey) -> Cow<'_, str> {
    key.entry_key().map_or_else(
        || {
            let mut hasher = DefaultHasher::new();
            key.hash(&mut hasher);
            format!("{:016x}", hasher.finish()).into()
        },
        Cow::Borrowed,
    )
}

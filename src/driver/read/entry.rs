use crate::driver::coalesce::{EntryRead, Seen, Wanted};
use crate::driver::store::{AnswerItem, Item, item_bytes, response_bytes};
use crate::driver::table::Scope;
use crate::model::Entry;

impl Scope {
    /// The item as an entry, unless it has expired.
    pub(crate) fn visible(&self, item: Option<Item>) -> EntryRead {
        let now = self.now();
        item.filter(|item| self.layout.is_alive(item, now)).map(|item| self.layout.entry(item)).transpose()
    }

    /// The item of an answer as an entry, unless it has expired.
    pub(crate) fn visible_in(&self, item: AnswerItem<'_>) -> EntryRead {
        self.is_alive(&item).then(|| self.layout.entry_in(item)).transpose()
    }

    /// The item as an entry, unless it has expired or has an attribute of an unsupported type. For the item on which a
    /// condition failed: the outcome of the write does not depend on whether it can be shown.
    pub(crate) fn readable(&self, item: Item) -> Option<Entry> {
        self.visible(Some(item)).ok().flatten()
    }

    /// What is wanted of an item that was read alone.
    pub(super) fn see_stored(&self, item: Item, wanted: Wanted) -> Seen {
        let mut seen = Seen { bytes: item_bytes(&item), exists: true, ..Seen::default() };
        if wanted.expire_time {
            seen.expire_time = self.layout.expire_time(&item);
        }
        match wanted {
            Wanted { entry: false, item: false, .. } => {}
            Wanted { entry: true, item: false, .. } => seen.entry = self.visible(Some(item)),
            Wanted { entry: false, item: true, .. } => seen.item = Some(item),
            Wanted { entry: true, item: true, .. } => {
                seen.entry = self.visible(Some(item.clone()));
                seen.item = Some(item);
            }
        }
        seen
    }

    /// What is wanted of an item of an answer.
    pub(super) fn see(&self, item: AnswerItem<'_>, wanted: Wanted) -> Seen {
        let mut seen = Seen { bytes: response_bytes(&item), exists: true, ..Seen::default() };
        if wanted.expire_time {
            seen.expire_time = self.layout.expire_time_in(&item);
        }
        match wanted {
            Wanted { entry: false, item: false, .. } => {}
            Wanted { entry: true, item: false, .. } => seen.entry = self.visible_in(item),
            Wanted { entry: false, item: true, .. } => seen.item = Some(item.into_owned()),
            Wanted { entry: true, item: true, .. } => {
                seen.entry = self.visible_in(item.clone());
                seen.item = Some(item.into_owned());
            }
        }
        seen
    }
}

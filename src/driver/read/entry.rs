use crate::driver::coalesce::EntryRead;
use crate::driver::store::{Item, Role, text};
use crate::driver::table::Scope;
use crate::model::Entry;

impl Scope {
    /// The item as an entry, unless it has expired.
    pub(crate) fn visible(&self, item: Option<Item>) -> EntryRead {
        let now = self.now();
        item.filter(|item| self.layout.is_alive(item, now)).map(|item| self.layout.entry(item)).transpose()
    }

    /// The item as an entry, unless it has expired or has an attribute of an unsupported type. For the item on which a
    /// condition failed: the outcome of the write does not depend on whether it can be shown.
    pub(crate) fn readable(&self, item: Item) -> Option<Entry> {
        self.visible(Some(item)).ok().flatten()
    }

    /// The key of the entry in an item.
    pub(crate) fn key_of(&self, item: &Item) -> Option<String> {
        item.get(self.layout.name(Role::Key)).and_then(text).map(str::to_owned)
    }
}

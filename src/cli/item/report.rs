use dynakv_client::{DeletedItem, Item, ItemOutcome, WrittenItem};
use serde::{Serialize, Serializer};

use crate::cli::entry::time;
use crate::cli::notation::{PlainItem, item_line};
use crate::cli::output::{Report, Verdict};

/// An item as text: one line for a program, several for a person. Empty if there is none.
pub(super) fn text(item: Option<&Item>, terminal: bool) -> Vec<u8> {
    let Some(item) = item else { return Vec::new() };
    let line = if terminal {
        serde_json::to_vec_pretty(&PlainItem(item)).map(|mut text| {
            text.push(b'\n');
            text
        })
    } else {
        item_line(item)
    };
    line.unwrap_or_default()
}

/// The result of a write of an item.
#[derive(Debug, Serialize)]
pub(super) struct WriteReport {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_time: Option<String>,
    /// Only for a delete.
    #[serde(skip_serializing_if = "Option::is_none")]
    existed: Option<bool>,
    /// The requested attributes; null if there are none, absent if not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Shown>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    attributes_lost: bool,
    /// The current item after a failed condition; null if there is none, absent if not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Shown>,
}

/// What a command should show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requested {
    pub(super) attributes: bool,
    pub(super) current: bool,
}

/// A requested item; null if there is none.
#[derive(Debug)]
struct Shown(Option<Item>);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(PlainItem).serialize(serializer)
    }
}

impl WriteReport {
    pub(super) fn written(requested: Requested, outcome: ItemOutcome<WrittenItem>) -> Self {
        match outcome {
            ItemOutcome::Applied(written) => Self {
                version: Some(written.version.to_string()),
                expire_time: written.expire_time.map(time),
                attributes: (requested.attributes && !written.attributes_lost).then_some(Shown(written.attributes)),
                attributes_lost: written.attributes_lost,
                ..Self::new("APPLIED")
            },
            ItemOutcome::ConditionFailed { current } => Self::condition_failed(requested, current),
        }
    }

    pub(super) fn deleted(requested: Requested, outcome: ItemOutcome<DeletedItem>) -> Self {
        match outcome {
            ItemOutcome::Applied(DeletedItem { existed, attributes, .. }) => Self {
                existed: Some(existed),
                attributes: requested.attributes.then_some(Shown(attributes)),
                ..Self::new("APPLIED")
            },
            ItemOutcome::ConditionFailed { current } => Self::condition_failed(requested, current),
        }
    }

    /// A delete that did not ask whether there was an item.
    pub(super) fn removed(outcome: ItemOutcome<DeletedItem>) -> Self {
        let nothing = Requested { attributes: false, current: false };
        Self { existed: None, ..Self::deleted(nothing, outcome) }
    }

    fn condition_failed(requested: Requested, current: Option<Item>) -> Self {
        Self { current: requested.current.then_some(Shown(current)), ..Self::new("CONDITION_FAILED") }
    }

    fn new(outcome: &'static str) -> Self {
        Self {
            outcome,
            version: None,
            expire_time: None,
            existed: None,
            attributes: None,
            attributes_lost: false,
            current: None,
        }
    }
}

impl Report for WriteReport {
    /// The requested item, or else the version.
    fn text(&self, terminal: bool) -> Vec<u8> {
        match (self.attributes.as_ref().or(self.current.as_ref()), &self.version) {
            (Some(Shown(item)), _) => text(item.as_ref(), terminal),
            (None, Some(version)) if !self.attributes_lost => format!("{version}\n").into_bytes(),
            (None, _) => Vec::new(),
        }
    }

    fn verdict(&self) -> Verdict {
        match (self.outcome, self.existed) {
            ("APPLIED", Some(false)) => Verdict::Missed("there was no such item"),
            ("APPLIED", _) => Verdict::Done,
            _ => Verdict::Missed("not written: the condition does not hold"),
        }
    }

    fn remark(&self) -> Option<&'static str> {
        match self.verdict() {
            Verdict::Missed(what) => Some(what),
            Verdict::Done | Verdict::Failed | Verdict::OutcomeUnknown => {
                self.attributes_lost.then_some("the item is written, but the attributes that were asked for are lost")
            }
        }
    }
}

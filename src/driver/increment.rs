use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::KeyValues;
use super::attempt::{Action, InDoubt, Sent, Write};
use super::condition::{Condition, Operand, Update};
use super::error::{Error, Upstream};
use super::layout::{Item, NewValue, Role};
use super::nonce::Nonce;
use crate::model::{ExpireTime, Increment, Ttl, Version};

/// A counter after an Increment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Its value.
    pub value: i64,
    /// Its version.
    pub version: Version,
    /// When it expires.
    pub expire_time: Option<ExpireTime>,
}

/// What the next attempt takes the counter to be.
enum Belief {
    /// Increment was the last to write it: DynamoDB adds, whatever the number is by now.
    Counter,
    /// It was this whole number, by somebody else's hand.
    Number(i64),
    /// It does not exist.
    Absent,
}

/// What an attempt led to.
enum Step {
    Done(Count),
    Refused(Option<Item>),
}

impl KeyValues {
    /// Adds to a counter, and creates it if it is absent.
    ///
    /// # Contract
    /// DynamoDB adds fractions too, and its conditions cannot tell a whole number from another. So the quick way, one
    /// update that adds in place, is only taken while the version says that Increment itself was the last to write the
    /// entry. Otherwise the refused update brings the item along, and the next one replaces exactly the number that was
    /// found whole. A program that puts a fraction into a counter and leaves its version in place defeats this; the
    /// result is then [`Error::OutcomeUnknown`].
    ///
    /// # Cost
    /// One write; two for a new counter, or one that somebody else wrote last.
    ///
    /// # Errors
    /// [`Error::NotACounter`] and [`Error::CounterOverflow`] leave the entry unchanged. [`Error::OutcomeUnknown`] if an
    /// answer was lost and the entry does not show this write.
    pub async fn increment(&self, increment: &Increment) -> Result<Count, Error> {
        let payload: &[&[u8]] = &[
            &increment.delta.to_le_bytes(),
            &increment.initial.to_le_bytes(),
            &increment.ttl.map_or(0, Ttl::as_millis).to_le_bytes(),
        ];
        let nonce = Nonce::counter(increment.request_id, self.table.physical_name(), &increment.key, payload);
        let mut belief = Belief::Counter;
        loop {
            let step = match belief {
                Belief::Counter => self.add_in_place(increment, nonce).await?,
                Belief::Number(number) => self.replace_number(increment, nonce, number).await?,
                Belief::Absent => self.create_counter(increment, nonce).await?,
            };
            belief = match step {
                Step::Done(count) => return Ok(count),
                Step::Refused(old) => self.belief(old.as_ref(), increment)?,
            };
        }
    }

    fn belief(&self, old: Option<&Item>, increment: &Increment) -> Result<Belief, Error> {
        let layout = self.table.layout();
        let Some(old) = old.filter(|old| layout.is_alive(old, self.now())) else {
            return Ok(Belief::Absent);
        };
        let number = layout.counter(old).ok_or(Error::NotACounter)?;
        number.checked_add(increment.delta).ok_or(Error::CounterOverflow)?;
        Ok(if layout.was_counted(old) { Belief::Counter } else { Belief::Number(number) })
    }

    async fn add_in_place(&self, increment: &Increment, nonce: Nonce) -> Result<Step, Error> {
        let (least, most) = if increment.delta >= 0 {
            (i64::MIN, i64::MAX - increment.delta)
        } else {
            (i64::MIN - increment.delta, i64::MAX)
        };
        let guard = vec![
            Condition::AtLeast(Role::Version, Nonce::counter_floor()),
            Condition::AtLeast(Role::Value, number(least)),
            Condition::AtMost(Role::Value, number(most)),
        ];
        self.update_counter(increment, nonce, guard, Operand::Plus(number(increment.delta))).await
    }

    async fn replace_number(&self, increment: &Increment, nonce: Nonce, found: i64) -> Result<Step, Error> {
        let sum = number(found.saturating_add(increment.delta));
        let guard = vec![Condition::Equals(Role::Value, number(found))];
        self.update_counter(increment, nonce, guard, Operand::Value(sum)).await
    }

    /// An addition is not idempotent: it carries the condition that it has not happened yet, and is never sent again.
    async fn update_counter(
        &self,
        increment: &Increment,
        nonce: Nonce,
        guard: Vec<Condition>,
        value: Operand,
    ) -> Result<Step, Error> {
        let not_yet = Condition::not(Condition::Equals(Role::Version, nonce.to_attribute()));
        let mut conditions = vec![Condition::Stored, Condition::Alive, Condition::IsNumber(Role::Value), not_yet];
        conditions.extend(guard);
        let set = vec![(Role::Value, value), (Role::Version, Operand::Value(nonce.to_attribute()))];
        let write = Write {
            key: &increment.key,
            action: Action::Update { update: Update { set, remove: Vec::new() }, answer: ReturnValue::AllNew },
            condition: Some(Condition::All(conditions)),
            in_doubt: InDoubt::LookFor(nonce),
        };
        let sent = self.send(&write).await?;
        // Asked for the item as it is now, DynamoDB sends it.
        self.step(sent, nonce, || Err(Error::Internal(Upstream::default())))
    }

    async fn create_counter(&self, increment: &Increment, nonce: Nonce) -> Result<Step, Error> {
        let value = increment.initial.checked_add(increment.delta).ok_or(Error::CounterOverflow)?;
        let expire = increment.ttl.map(|ttl| ExpireTime::after(self.now(), ttl));
        let write = Write {
            key: &increment.key,
            action: Action::Put { value: NewValue::Counter(value), expire, nonce, answer: ReturnValue::None },
            condition: Some(Condition::absent()),
            in_doubt: InDoubt::LookFor(nonce),
        };
        let sent = self.send(&write).await?;
        self.step(sent, nonce, || Ok(Count { value, version: nonce.to_version(), expire_time: expire }))
    }

    fn step(&self, sent: Sent, nonce: Nonce, created: impl FnOnce() -> Result<Count, Error>) -> Result<Step, Error> {
        let layout = self.table.layout();
        let ours = match sent {
            Sent::Applied { item: None, .. } => return created().map(Step::Done),
            Sent::Applied { item: Some(item), .. } | Sent::Found(item) => item,
            Sent::Refused { old: Some(old), .. } if layout.was_written_by(&old, nonce) => old,
            Sent::Refused { old, .. } => return Ok(Step::Refused(old)),
        };
        // Another program has put a fraction there and left our version in place; see "Contract". It has been added to,
        // so this is not NOT_A_COUNTER, which would say that nothing has changed.
        let value = layout.counter(&ours).ok_or_else(|| Error::OutcomeUnknown(Upstream::default()))?;
        Ok(Step::Done(Count { value, version: nonce.to_version(), expire_time: layout.expire_time(&ours) }))
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::call::KeyValues;
use crate::driver::error::{Error, Upstream};
use crate::driver::expression::{Change, Condition, Operand, Update};
use crate::driver::store::{Item, NewValue, Nonce, Role};
use crate::driver::write::{Action, Content, Settled, SingleWrite, WritePlan};
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

/// What the next write assumes about the counter.
enum Assumed {
    /// Increment was the last to write it, so DynamoDB can add in place.
    Counter,
    /// Another write left this integer.
    Number(i64),
    /// It does not exist.
    Absent,
}

/// The outcome of one write.
enum Step {
    Done(Count),
    Refused(Option<Item>),
}

impl KeyValues {
    /// Adds to a counter, and creates it if it is absent.
    ///
    /// # Contract
    /// DynamoDB also adds fractions, and its conditions cannot test for integers. So an update adds in place only on the
    /// condition that the version shows Increment as the last write. If DynamoDB refuses it, the refusal returns the item; if
    /// its number is an integer, the next update replaces exactly that number. A program that stores a fraction and keeps the
    /// version defeats this; the result is then [`Error::OutcomeUnknown`].
    ///
    /// # Cost
    /// One write; two for a new counter, or if another write came after the last Increment.
    ///
    /// # Errors
    /// [`Error::NotACounter`] and [`Error::CounterOverflow`] leave the entry unchanged. [`Error::OutcomeUnknown`] if an
    /// answer was lost and the entry does not show this write. [`Error::UnexpectedAttributeType`] if the entry has a version
    /// attribute that DynaKV did not write.
    pub async fn increment(&self, increment: &Increment) -> Result<Count, Error> {
        let payload: &[&[u8]] = &[
            &increment.delta.to_le_bytes(),
            &increment.initial.to_le_bytes(),
            &increment.ttl.map_or(0, Ttl::as_millis).to_le_bytes(),
        ];
        let nonce = Nonce::counter(increment.request_id, self.scope.table.physical_name(), &increment.key, payload);
        let mut assumed = Assumed::Counter;
        loop {
            let step = match assumed {
                Assumed::Counter => self.add_in_place(increment, nonce).await?,
                Assumed::Number(number) => self.replace_number(increment, nonce, number).await?,
                Assumed::Absent => self.create_counter(increment, nonce).await?,
            };
            assumed = match step {
                Step::Done(count) => return Ok(count),
                Step::Refused(old) => self.assume(old.as_ref(), increment)?,
            };
        }
    }

    fn assume(&self, old: Option<&Item>, increment: &Increment) -> Result<Assumed, Error> {
        let layout = &self.scope.layout;
        let Some(old) = old.filter(|old| layout.is_alive(old, self.scope.now())) else {
            return Ok(Assumed::Absent);
        };
        let number = layout.counter(old).ok_or(Error::NotACounter)?;
        number.checked_add(increment.delta).ok_or(Error::CounterOverflow)?;
        Ok(if layout.was_written_by_increment(old) { Assumed::Counter } else { Assumed::Number(number) })
    }

    async fn add_in_place(&self, increment: &Increment, nonce: Nonce) -> Result<Step, Error> {
        let (least, most) = if increment.delta >= 0 {
            (i64::MIN, i64::MAX - increment.delta)
        } else {
            (i64::MIN - increment.delta, i64::MAX)
        };
        let guard = vec![
            Condition::CounterVersion,
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

    /// An addition is not idempotent. So it has the condition that it has not happened yet, and is not sent again after an
    /// ambiguous attempt.
    async fn update_counter(
        &self,
        increment: &Increment,
        nonce: Nonce,
        guard: Vec<Condition>,
        value: Operand,
    ) -> Result<Step, Error> {
        let conditions = [Condition::IsNumber(Role::Value), Condition::not_written_by(nonce)];
        let condition = conditions.into_iter().chain(guard).fold(Condition::exists(), Condition::and);
        let update = Action::Update(Change::Counter(Update::set(nonce, [(Role::Value, value)])));
        let plan = WritePlan::entry(increment.key.clone(), update, Some(condition), Some(nonce));
        let write = SingleWrite::new(plan).returning(ReturnValue::AllNew);
        // The request asks for ALL_NEW, so an answer without an item is an error.
        self.step(self.scope.write(&write).await?.0, nonce, || Err(Error::internal()))
    }

    async fn create_counter(&self, increment: &Increment, nonce: Nonce) -> Result<Step, Error> {
        let value = increment.initial.checked_add(increment.delta).ok_or(Error::CounterOverflow)?;
        let expire_time = increment.ttl.map(|ttl| ExpireTime::after(self.scope.now(), ttl));
        let put = Action::Put(Content::Entry { value: NewValue::Counter(value), expire_time, nonce });
        let plan = WritePlan::entry(increment.key.clone(), put, Some(Condition::absent()), Some(nonce));
        let (settled, _) = self.scope.write(&SingleWrite::new(plan)).await?;
        self.step(settled, nonce, || Ok(Count { value, version: nonce.to_version(), expire_time }))
    }

    fn step(
        &self,
        settled: Settled,
        nonce: Nonce,
        created: impl FnOnce() -> Result<Count, Error>,
    ) -> Result<Step, Error> {
        let layout = &self.scope.layout;
        let ours = match settled {
            Settled::Applied(None) => return created().map(Step::Done),
            Settled::Applied(Some(item)) | Settled::Found(item) => item,
            Settled::Refused(old) => return Ok(Step::Refused(old)),
        };
        // Another program stored a fraction and kept our version; see "Contract". The addition has happened, so this is not
        // NOT_A_COUNTER, which means that nothing has changed.
        let value = layout.counter(&ours).ok_or_else(|| Error::OutcomeUnknown(Upstream::default()))?;
        Ok(Step::Done(Count { value, version: nonce.to_version(), expire_time: layout.expire_time(&ours) }))
    }
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

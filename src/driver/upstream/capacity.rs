use std::ops::AddAssign;

use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};

/// The capacity that DynamoDB charged, in its units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Capacity {
    /// Read and write units together.
    pub units: f64,
    /// Read units, where DynamoDB tells them apart.
    pub read_units: f64,
    /// Write units, where DynamoDB tells them apart.
    pub write_units: f64,
}

impl Capacity {
    pub(crate) fn of(consumed: &[ConsumedCapacity]) -> Self {
        let mut total = Self::default();
        for consumed in consumed {
            total += Self {
                units: consumed.capacity_units().unwrap_or_default(),
                read_units: consumed.read_capacity_units().unwrap_or_default(),
                write_units: consumed.write_capacity_units().unwrap_or_default(),
            };
        }
        total
    }

    /// The parameter of a request.
    pub(crate) fn request(is_wanted: bool) -> Option<ReturnConsumedCapacity> {
        is_wanted.then_some(ReturnConsumedCapacity::Total)
    }
}

impl AddAssign for Capacity {
    fn add_assign(&mut self, other: Self) {
        self.units += other.units;
        self.read_units += other.read_units;
        self.write_units += other.write_units;
    }
}

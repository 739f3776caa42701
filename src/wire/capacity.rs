use crate::driver::Capacity;
use crate::pb;

impl From<Capacity> for pb::ConsumedCapacity {
    fn from(Capacity { units, read_units, write_units }: Capacity) -> Self {
        Self { capacity_units: units, read_capacity_units: read_units, write_capacity_units: write_units }
    }
}

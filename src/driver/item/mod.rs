mod plan;

pub(super) use plan::{Content, ItemPlan, ItemPlanner};

use std::collections::HashMap;

use super::{Names, Values};
use crate::pb;

/// An operation on an item that may have a condition.
pub trait Conditional: Values {
    /// The field for it.
    fn condition(&mut self) -> &mut String;
}

macro_rules! conditional {
    ($($message:ident),+ $(,)?) => {
        $(impl Names for pb::$message {
            fn names(&mut self) -> &mut HashMap<String, String> {
                &mut self.names
            }
        }

        impl Values for pb::$message {
            fn values(&mut self) -> &mut HashMap<String, pb::Value> {
                &mut self.values
            }
        }

        impl Conditional for pb::$message {
            fn condition(&mut self) -> &mut String {
                &mut self.condition
            }
        })+
    };
}

conditional!(BatchPutItem, BatchDeleteItem, TransactPutItem, TransactUpdateItem, TransactDeleteItem, TransactCheck,);

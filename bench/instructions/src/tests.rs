use clap::ValueEnum;

use crate::client::make_calls;
use crate::operation::Operation;

/// Checks without valgrind that there is something to count.
#[test]
fn every_operation_is_answered_as_it_should_be() {
    for operation in Operation::ALL {
        make_calls(operation, 3).unwrap_or_else(|error| panic!("{operation}: {error:#}"));
    }
}

#[test]
fn operations_have_one_name() {
    for operation in Operation::ALL {
        assert_eq!(operation.to_possible_value().unwrap().get_name(), operation.name());
    }
    assert_eq!(Operation::ALL, Operation::value_variants());
}

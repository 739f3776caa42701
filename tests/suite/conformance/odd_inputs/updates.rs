//! Updates whose result cannot be stored, and paths that are none.

use super::*;

on_every_backend!(a_result_that_cannot_be_stored_is_not_applicable, an_index_of_a_list_is_at_most_4_294_967_294,);

async fn a_result_that_cannot_be_stored_is_not_applicable(world: World) {
    use pb::update_action::Kind::Add;
    prepare(&world).await;
    let AttributeValue::N(largest_text) = largest() else { unreachable!() };
    let deepest = ["deep"; 1].into_iter().chain(["a"; 19]).collect::<Vec<_>>().join(".");
    for write in [
        // More than 38 digits.
        Write::express("SET x = digits + :v", Some(number("0.5"))),
        Write::express("ADD digits :v", Some(number("0.5"))),
        Write::act("digits", Add("0.5".to_owned())),
        Write::express("SET x = #max + :v", Some(number(1))),
        // Too large.
        Write::express("SET x = #max + :v", Some(largest())),
        Write::express("SET x = :v + :v", Some(largest())),
        Write::express("ADD #max :v", Some(largest())),
        Write::act("max", Add(largest_text)),
        // Too small.
        Write::express("SET x = above_min - :v", Some(number("1.4E-130"))),
        Write::express("ADD above_min :v", Some(number("-1.4E-130"))),
        Write::act("above_min", Add("-1.4E-130".to_owned())),
        // Too deep.
        Write::set(&deepest, nested(20)),
        Write::express(&format!("SET {deepest} = :v"), Some(nested(20))),
    ] {
        let (code, reason, _) = refusal(write.clone().send(&world).await);
        assert_eq!((code, reason.as_str()), (Code::FailedPrecondition, "UPDATE_NOT_APPLICABLE"), "{write:.200?}");
        // DynamoDB Local does not say which operation of a transaction it refuses.
        let together = write.clone().send_in_transaction(&world).await;
        match together {
            Ok(answer) => assert_eq!(answer.results[1].reason(), pb::transact_write_result::Reason::NotApplicable),
            Err(status) => assert_eq!(refusal(Err::<(), _>(status)).1, "UPDATE_NOT_APPLICABLE", "{write:.200?}"),
        }
    }
}

/// DynamoDB Local allows smaller ones only.
async fn an_index_of_a_list_is_at_most_4_294_967_294(world: World) {
    prepare(&world).await;
    let remove = || pb::update_action::Kind::Remove(pb::update_action::Remove {});
    for (index, is_allowed) in [("2147483647", true), ("4294967295", false), ("99999999999", false)] {
        let path = format!("items[{index}]");
        let expression = format!("SET #items[{index}] = :v");
        let writes = [
            (Write::set(&path, number(1)), "actions.actions[0].path"),
            (Write::act(&path, remove()), "actions.actions[0].path"),
            (Write::express(&expression, Some(number(1))), "update_expression"),
        ];
        for (write, field) in writes {
            if is_allowed {
                write.send(&world).await.unwrap();
            } else {
                assert_refused(&world, write, "INVALID_FIELD", field).await;
            }
        }
    }
}

"""Statuses become exceptions."""

from __future__ import annotations

import pickle
import socket
from datetime import timedelta

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

import dynakv
from dynakv import errors
from dynakv._failures import _BY_REASON, is_certain, of_status, renumbered, to_error
from dynakv.v1 import errors_pb2

REQUEST_ID = "7f3c5a0e-0000-4000-8000-000000000000"


def status(*details: Message, code: grpc.StatusCode = grpc.StatusCode.INVALID_ARGUMENT) -> status_pb2.Status:
    packed = []
    for detail in details:
        packed.append(any_pb2.Any())
        packed[-1].Pack(detail)
    return status_pb2.Status(code=code.value[0], message="bad input", details=packed)


def info(reason: str, domain: str = "dynakv", **metadata: str) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata=metadata)


def violation(field: str, description: str = "is wrong") -> error_details_pb2.BadRequest:
    violated = error_details_pb2.BadRequest.FieldViolation(field=field, description=description)
    return error_details_pb2.BadRequest(field_violations=[violated])


def test_every_reason_of_the_proto_has_its_class() -> None:
    names = [name[len("ERROR_REASON_") :] for name in errors_pb2.ErrorReason.keys()]  # noqa: SIM118 - it is no mapping
    assert {name for name in names if name not in _BY_REASON} == {"UNSPECIFIED"}
    made = {cls.__name__ for cls in _BY_REASON.values()}
    below_codes = {cls for base in dynakv.DynaKVError.__subclasses__() for cls in base.__subclasses__()}
    assert {cls.__name__ for cls in below_codes} <= made


def test_a_status_is_read_in_full() -> None:
    retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(nanos=250_000_000))
    failure = of_status(status(info("INVALID_FIELD", limit="2048"), violation("expected.version"), retry))
    error = to_error(failure, certain=True)
    assert isinstance(error, errors.InvalidFieldError)
    assert isinstance(error, errors.InvalidArgumentError)
    assert error.code is grpc.StatusCode.INVALID_ARGUMENT
    assert (error.reason, error.metadata, error.retry_delay) == (
        "INVALID_FIELD",
        {"limit": "2048"},
        timedelta(milliseconds=250),
    )
    assert error.fields == (errors.FieldViolation("expected.version", "is wrong"),)
    assert str(error) == "bad input (INVALID_FIELD); expected.version: is wrong"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.fields) == (type(error), str(error), error.fields)


def test_a_reason_of_a_later_server_goes_by_its_code() -> None:
    error = to_error(of_status(status(info("NEW_IN_A_LATER_SERVER"))), certain=True)
    assert type(error) is errors.InvalidArgumentError
    assert error.reason == "NEW_IN_A_LATER_SERVER"


def test_only_dynakv_can_vouch_that_nothing_was_written() -> None:
    def certain(*details: Message) -> bool:
        return is_certain(of_status(status(*details)), sent_again=True)

    assert certain(info("INVALID_FIELD", outcome="NOT_APPLIED"))
    assert not certain(info("INVALID_FIELD", outcome="UNKNOWN"))
    assert not certain(info("INVALID_FIELD"))
    assert not certain(info("INVALID_FIELD", domain="proxy.example", outcome="NOT_APPLIED"))
    assert not certain()


def test_a_deadline_is_a_timeout() -> None:
    error = to_error(errors.Failure(grpc.StatusCode.DEADLINE_EXCEEDED, "late"), certain=True)
    assert isinstance(error, TimeoutError)


def test_a_refusal_names_the_position_that_the_caller_knows() -> None:
    failure = of_status(status(violation("operations[3].set.key", "bad")))
    moved = renumbered(failure, lambda index: index + 10_000)
    assert [one.field for one in moved.fields] == ["operations[10003].set.key"]


def test_a_server_that_does_not_answer_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = dynakv.Client(f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(errors.DeadlineExceededError):
            client.get("key", timeout=0.05)
        with pytest.raises(errors.OutcomeUnknownError) as raised:
            client.set("key", "value", timeout=timedelta(milliseconds=50), request_id=REQUEST_ID)
        client.close()
    assert raised.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert raised.value.request_id == REQUEST_ID
    assert isinstance(raised.value.__cause__, grpc.RpcError)

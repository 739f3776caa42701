"""What gRPC is told of retries, and which calls it does not decide."""

from __future__ import annotations

import json

from google.protobuf import descriptor_pb2

import dynakv
from dynakv import Attr, BatchDelete, BatchSet, Expected, TransactCheck, TransactDelete, TransactSet
from dynakv._batch import batch_write
from dynakv._methods import METHODS, service_config
from dynakv._transact import transact_write
from dynakv.v1 import item_pb2, kv_pb2, table_pb2


def test_every_method_of_the_proto_is_sent_again_or_not_as_it_declares() -> None:
    (method_config,) = json.loads(service_config())["methodConfig"]
    told = {(name["service"], name["method"]) for name in method_config["name"]}
    declared = {
        (f"dynakv.v1.{service.name}", method.name): method.options.idempotency_level
        for file in (kv_pb2, item_pb2, table_pb2)
        for service in descriptor_pb2.FileDescriptorProto.FromString(file.DESCRIPTOR.serialized_pb).service
        for method in service.method
    }
    unknown = descriptor_pb2.MethodOptions.IDEMPOTENCY_UNKNOWN
    assert len(declared) == len(METHODS) >= 26
    assert told == {name for name, level in declared.items() if level != unknown}
    assert told.isdisjoint({("dynakv.v1.KeyValueService", "Increment"), ("dynakv.v1.ItemService", "UpdateItem")})


def test_gRPC_takes_the_config(client: dynakv.Client) -> None:  # noqa: N802
    # It would refuse every call if it could not read the config.
    assert client.exists(["any"]) == [False]


def test_what_could_not_be_recognised_is_sent_once(client: dynakv.Client) -> None:
    def may_repeat(*operations: dynakv.TransactOperation) -> bool:
        return transact_write(client, operations).may_repeat

    delete, check = TransactDelete("cart"), TransactCheck("stock", Attr("n") > 0)
    assert not may_repeat(delete, check)
    assert may_repeat(delete, check, TransactSet("order", "placed"))

    def batch_may_repeat(*operations: dynakv.BatchOperation) -> bool:
        return next(batch_write(client, operations)).may_repeat

    assert batch_may_repeat(BatchSet("a", "x", expected=Expected.ABSENT), BatchDelete("b", report_existed=True))
    assert not batch_may_repeat(BatchSet("a", "x"), BatchDelete("b", expected=Expected.PRESENT))


def test_a_call_has_one_id_and_every_call_another(client: dynakv.Client) -> None:
    first, second = (transact_write(client, [TransactSet("a", "x")]).request_id for _ in range(2))
    assert first
    assert first != second

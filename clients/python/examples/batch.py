"""Many entries at once."""

import dynakv
from dynakv import BatchDelete, BatchOperation, BatchSet, DynaKVError, Expected

with dynakv.Client.from_env() as client:
    client.batch_write([BatchDelete("cart-1"), BatchDelete("cart-2"), BatchDelete("cart-3")])
    # snippet: batch
    operations: list[BatchOperation] = [
        BatchSet("cart-1", "apples", ttl=3600),
        BatchSet("cart-2", "pears", expected=Expected.ABSENT),
        BatchDelete("cart-3"),
    ]
    for operation, outcome in zip(operations, client.batch_write(operations)):
        if isinstance(outcome, DynaKVError):
            print(f"{operation.key} failed: {outcome}")

    found = client.batch_get(["cart-1", "cart-2", "cart-3"], consistent=True)
    print([entry.text if isinstance(entry, dynakv.Entry) else entry for entry in found])

    # Or as the answers come in, in no particular order, of any number of keys.
    for position, entry in client.batch_get_stream(f"cart-{number}" for number in range(20_000)):
        if isinstance(entry, dynakv.Entry):
            print(position, entry.key)
    # end
    assert [isinstance(entry, dynakv.Entry) for entry in found] == [True, True, False]

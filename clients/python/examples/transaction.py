"""All or nothing."""

import dynakv
from dynakv import Attr, Expected, TransactCheck, TransactDelete, TransactSet

with dynakv.Client.from_env() as client:
    client.delete("order-1")
    client.set("cart-9", "apples")
    client.put_item({"pk": "stock-apples", "quantity": 3})
    # snippet: transaction
    outcome = client.transact_write(
        [
            TransactSet("order-1", "apples", expected=Expected.ABSENT),
            TransactDelete("cart-9", expected=Expected.value("apples")),
            TransactCheck("stock-apples", Attr("quantity") > 0, return_current=True),
        ]
    )
    if isinstance(outcome, dynakv.Cancelled):
        print([operation.reason.value for operation in outcome.operations])

    # Several entries or items as they are at one and the same moment.
    order, cart = client.transact_get(["order-1", "cart-9"])
    print(order, cart)
    # end
    assert outcome
    assert cart is None

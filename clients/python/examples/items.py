"""Items: all attributes that DynamoDB knows, not only a value."""

from decimal import Decimal

import dynakv
from dynakv import Attr, ReturnValues, Update

with dynakv.Client.from_env() as client:
    client.delete_item("order-7")
    # snippet: items
    order = {
        "pk": "order-7",
        "state": "new",
        "price": Decimal("12.50"),
        "tags": {"gift"},
        "address": {"city": "London"},
    }
    if not client.put_item(order, condition=Attr("pk").not_exists()):
        print("there already")

    # Paths may go into maps and lists; names need no aliases, reserved words work.
    paid = client.update_item(
        "order-7",
        Update().set("state", "paid").set("address.city", "Paris").add("price", 5).add_to_set("tags", {"urgent"}),
        condition=(Attr("state") == "new") & (Attr("price") < 100),
        return_values=ReturnValues.ALL_NEW,
    )
    if isinstance(paid, dynakv.WrittenItem):
        print(paid.attributes)

    # Or in DynamoDB's own expressions, with the names and values that they use.
    client.update_item("order-7", "SET #s = :sent", names={"#s": "state"}, values={":sent": "sent"})
    print(client.get_item("order-7", projection=["state", "address.city"], consistent=True))
    # end
    assert isinstance(paid, dynakv.WrittenItem)
    assert paid.attributes is not None
    assert paid.attributes["price"] == Decimal("17.5")

"""Change an entry that others change as well, without losing what they write."""

import json
from typing import Any

import dynakv


# snippet: compare-and-set
def add_to_cart(client: dynakv.Client, cart: str, product: str) -> list[Any]:
    while True:
        entry = client.get(cart, consistent=True)
        products = [] if entry is None else json.loads(entry.text)
        products.append(product)
        if client.compare_and_set(cart, json.dumps(products), dynakv.Expected.unchanged(entry)):
            return products
        # Somebody else was faster: a lost race is a result, and false. Read again.


# end

with dynakv.Client.from_env() as client:
    client.delete("cart")
    add_to_cart(client, "cart", "apples")
    assert add_to_cart(client, "cart", "pears") == ["apples", "pears"]

"""Tables with a sort key, and queries of them in pages."""

import contextlib

import dynakv
from dynakv import Attr, Index, Key, KeyAttribute, KeyType

with dynakv.Client.from_env() as client:
    with contextlib.suppress(dynakv.errors.TableExistsError):
        # snippet: table
        table = client.create_table(
            "orders",
            sort_key=KeyAttribute("number", KeyType.N),
            indexes=[Index.global_("by-state", "state", KeyAttribute("number", KeyType.N))],
        )
        print(f"{table.name} is {table.status}")
        # end
    for number in range(1, 21):
        client.put_item({"pk": "ada", "number": number, "state": "paid", "total": number * 10}, table="orders")
    # snippet: query
    # All pages, one read ahead while the other is used.
    recent = Key("pk").eq("ada") & (Key("number") > 10)
    for order in client.query(recent, filter=Attr("total") >= 150, descending=True, table="orders"):
        print(order["number"], order["total"])

    # One page, and how to go on from there.
    page = client.query(Key("state") == "paid", index="by-state", page_size=5, table="orders").page()
    print(f"{len(page.rows)} orders; the next page: {page.next_page_token}")

    print(client.scan(filter=Attr("state") == "paid", segments=4, table="orders").count())
    for key in client.list_keys(prefix="user:"):
        print(key)
    # end
    found = [order["number"] for order in client.query(recent, table="orders", page_size=3)]
    assert found == list(range(11, 21))

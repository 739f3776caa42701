"""Numbers with all their digits."""

import decimal
from decimal import Decimal

import dynakv

with dynakv.Client.from_env() as client:
    # snippet: numbers
    client.put_item({"pk": "account", "balance": Decimal("12345678901234567890.123456789012345678")})
    account = client.get_item("account", consistent=True)
    if account is not None:
        with decimal.localcontext(dynakv.NUMBERS):  # 38 digits, and an exception instead of a rounded result
            account["balance"] += 1
        client.update_item("account", dynakv.Update().set("balance", account["balance"]))
    # end
    account = client.get_item("account", consistent=True)
    assert account is not None
    assert account["balance"] == Decimal("12345678901234567891.123456789012345678")

"""A write that is never sent again by itself, and what to do when its answer is lost."""

import dynakv


# snippet: unknown-outcome
def count_order(client: dynakv.Client) -> int:
    try:
        return client.increment("orders").value
    except dynakv.OutcomeUnknownError as error:
        # Counts once over both calls, unless somebody else has changed the counter in between.
        return client.increment("orders", request_id=error.request_id).value


# end

with dynakv.Client.from_env() as client:
    before = count_order(client)
    assert count_order(client) == before + 1

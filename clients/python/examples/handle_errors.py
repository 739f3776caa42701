"""What can go wrong, and what to do about it."""

import dynakv
from dynakv.errors import (
    DeadlineExceededError,
    DynaKVError,
    InvalidArgumentError,
    OutcomeUnknownError,
    ThrottledError,
)


# snippet: errors
def save(client: dynakv.Client, key: str, value: str) -> None:
    try:
        client.set(key, value, timeout=2)
    except OutcomeUnknownError as error:
        # The answer was lost. Under the same id, a write that has happened is recognised.
        client.set(key, value, request_id=error.request_id)
    except InvalidArgumentError as error:
        print(error.reason, [(violation.field, violation.description) for violation in error.fields])
    except ThrottledError as error:
        print(f"come back in {error.retry_delay}")
    except DeadlineExceededError:
        print("it took too long, and certainly did not happen")
    except DynaKVError as error:
        print(error.code, error.reason, error.message)


# end

with dynakv.Client.from_env() as client:
    save(client, "", "a key has at least one byte")
    save(client, "saved", "value")
    assert client.get("saved", consistent=True) is not None

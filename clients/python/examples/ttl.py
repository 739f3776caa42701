"""Time to live: give it, read it, change it, take it off."""

from datetime import timedelta

import dynakv

with dynakv.Client.from_env() as client:
    client.delete("session")
    # snippet: ttl
    client.set("session", "ada", ttl=timedelta(minutes=30))  # or seconds: ttl=1800
    left = client.get_ttl("session")
    if isinstance(left, dynakv.TimeLeft):
        print(f"expires in {left.ttl}, at {left.expire_time}")

    client.set("session", "ada, signed in", keep_ttl=True)  # another value, the same expiry time
    if not client.expire("session", ttl=3600):  # a new TTL, counted from now
        print("the session is gone")
    client.persist("session")  # no TTL any more
    # end
    assert isinstance(left, dynakv.TimeLeft)
    assert isinstance(client.get_ttl("session"), dynakv.NoTtl)

"""The first call: write an entry, read it, and read one that is not there."""

# snippet: first
import dynakv

with dynakv.Client.from_env() as client:
    client.set("greeting", "hello", ttl=60)
    entry = client.get("greeting", consistent=True)
    if entry is not None:
        print(entry.text, entry.version, entry.expire_time)
    print(client.get("nobody wrote this"))
    # end

    assert entry is not None
    assert entry.text == "hello"
    client.delete("greeting")

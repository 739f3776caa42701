"""The same for asyncio."""

# snippet: asyncio
import asyncio

from dynakv import Expected
from dynakv.aio import Client


async def main() -> None:
    async with Client.from_env() as client:
        await asyncio.gather(*(client.set(f"user:{number}", "x") for number in range(10)))
        if not await client.compare_and_set("user:1", "y", Expected.ABSENT):
            print("there already")
        async for key in client.list_keys(prefix="user:"):
            print(key)
        async for position, entry in client.batch_get_stream(["user:1", "user:2"]):
            print(position, entry)


asyncio.run(main())
# end

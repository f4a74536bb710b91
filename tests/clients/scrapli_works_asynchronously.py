"""scrapli over asyncssh: four sessions at once open, configure, read and close."""

import asyncio

from reach import for_scrapli, same
from scrapli.driver.core import AsyncIOSXEDriver


async def one(number):
    async with AsyncIOSXEDriver(**for_scrapli("asyncssh")) as session:
        same(await session.get_prompt(), "edge-1#")
        lines = [f"interface Loopback{number}", f"description of {number}"]
        assert not (await session.send_configs(lines)).failed
        shown = await session.send_command(f"show running-config interface Loopback{number}")
        assert f" description of {number}" in shown.result, shown.result
        assert (await session.send_command("show nothing at all")).failed


async def four():
    await asyncio.gather(*(one(number) for number in range(1, 5)))


asyncio.run(four())

"""An echo backend in a Pod. It says on standard output, as JSON, how many sessions it had when it
was told to stop, and closes them with 1001."""

import asyncio
import json
import signal

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


async def echo(connection) -> None:
    try:
        async for message in connection:
            await connection.send(message)
    except ConnectionClosed:
        pass


async def main() -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with serve(echo, "", 8080, compression=None, ping_interval=None) as server:
        await stopped.wait()
        # Until nobody is sent here any more, as a backend in a cluster has to.
        await asyncio.sleep(2)
        print(json.dumps({"sessions": len(server.connections)}), flush=True)


asyncio.run(main())

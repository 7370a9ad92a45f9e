"""An echo backend that says who it is: python3 echo.py --name blue --port 9001

Every message comes back with the backend's name in front; `!close CODE REASON` ends the session."""

import argparse
import asyncio
import functools
import signal

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


async def echo(name: str, connection) -> None:
    try:
        async for message in connection:
            if isinstance(message, str) and message.startswith("!close "):
                code, _, reason = message[7:].partition(" ")
                await connection.close(int(code), reason)
            elif isinstance(message, str):
                await connection.send(f"{name}: {message}")
            else:
                await connection.send(message)
    except ConnectionClosed:
        pass


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default="echo")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    handler = functools.partial(echo, arguments.name)
    async with serve(handler, arguments.host, arguments.port) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"{arguments.name} listens on ws://{arguments.host}:{port}", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())

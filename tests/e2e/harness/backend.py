"""Echo backends by Python `websockets`, each in a thread of its own, which remember what they saw.

What a client sends comes back, but for these texts:
    !whoami             the backend's name and the handshake as it arrived, as JSON
    !raw                the bytes that came after the handshake, frame headers included
    !ping PAYLOAD       a ping to the client; `!ponged` once it was answered
    !close CODE REASON  a Close frame
    ~TEXT               the echo comes in three fragments, with time for others between them
"""

import asyncio
import json
import threading
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed


@dataclass
class Session:
    """One session as its backend saw it."""

    path: str
    headers: list[tuple[str, str]]
    received: list = field(default_factory=list)
    close_code: int | None = None
    close_reason: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


class CountingConnection(ServerConnection):
    raw_bytes = 0

    def data_received(self, data: bytes) -> None:
        self.raw_bytes += len(data)
        super().data_received(data)


class EchoBackend:
    def __init__(
        self,
        name: str = "echo",
        host: str = "127.0.0.1",
        compression: str | None = None,
        port: int = 0,
    ):
        self.name = name
        self.host = host
        self.port = port
        self.sessions: list[Session] = []
        self._compression = compression
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"backend-{name}", daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._started.wait(20), "the backend did not start"
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the backend did not stop"

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def session(self, path: str) -> Session:
        """The newest session on a path."""
        return [session for session in self.sessions if session.path == path][-1]

    def freeze(self) -> threading.Event:
        """Stops the whole backend, reading included, until the event that is returned is set."""
        thaw, frozen = threading.Event(), threading.Event()
        self._loop.call_soon_threadsafe(lambda: (frozen.set(), thaw.wait(120)))
        assert frozen.wait(20)
        return thaw

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        async with serve(
            self._handle,
            self.host,
            self.port,
            select_subprotocol=lambda _, offered: offered[0] if offered else None,
            create_connection=CountingConnection,
            max_size=None,
            ping_interval=None,
            compression=self._compression,
        ) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._started.set()
            await self._stop.wait()

    async def _handle(self, connection: CountingConnection) -> None:
        request = connection.request
        session = Session(request.path, list(request.headers.raw_items()))
        connection.raw_bytes = 0
        self.sessions.append(session)
        try:
            async for message in connection:
                session.received.append(message)
                await self._answer(connection, session, message)
        except ConnectionClosed:
            pass
        finally:
            await connection.wait_closed()
            session.close_code = connection.close_code
            session.close_reason = connection.close_reason or ""
            session.ended.set()

    async def _answer(self, connection, session: Session, message) -> None:
        word, _, rest = message.partition(" ") if isinstance(message, str) else ("", "", "")
        if word == "!whoami":
            seen = {"backend": self.name, "path": session.path, "headers": session.headers}
            await connection.send(json.dumps(seen))
        elif word == "!raw":
            await connection.send(str(connection.raw_bytes))
        elif word == "!ping":
            await (await connection.ping(rest))
            await connection.send("!ponged")
        elif word == "!close":
            code, _, reason = rest.partition(" ")
            await connection.close(int(code), reason)
        elif isinstance(message, str) and message.startswith("~"):
            await connection.send(_fragments(message))
        else:
            await connection.send(message)


async def _fragments(text: str):
    third = max(1, len(text) // 3)
    for part in (text[:third], text[third : 2 * third], text[2 * third :]):
        yield part
        await asyncio.sleep(0)

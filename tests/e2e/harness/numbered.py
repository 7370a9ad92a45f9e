"""Clients that number their messages, and what a drain owes to each of them.

A client sends numbered texts without waiting for echoes; every fifth is echoed in fragments. When
its session ends, all that was promised can be checked: one Close frame at a message boundary, the
echoes a prefix of what was sent, and at the backend all that was sent, without a gap."""

import asyncio
import random
import ssl
from collections import Counter
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from .backend import EchoBackend
from .wire import CLOSE, FrameReader

RESTART = 1012


@dataclass
class End:
    """One session from its client's side."""

    path: str
    url: str
    code: int
    reason: str
    sent: list[str]
    unsure: list[str]  # Handed to the library when it found the session closed.
    echoed: list[str]
    close_frames: int
    inside_message: bool


class WatchedConnection(ClientConnection):
    """A client of `websockets` that also sees the frames that the library is given."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self._head = b""
        self._upgraded = False
        self._frames = FrameReader()
        self._message_open = False
        self.close_frames = 0
        self.close_inside_message = False

    def data_received(self, data: bytes) -> None:
        self._watch(data)
        super().data_received(data)

    def _watch(self, data: bytes) -> None:
        if not self._upgraded:
            self._head += data
            _, found, data = self._head.partition(b"\r\n\r\n")
            self._upgraded = bool(found)
            if not found:
                return
        for frame in self._frames.feed(data):
            if frame.opcode == CLOSE:
                self.close_frames += 1
                self.close_inside_message = self._message_open
            elif frame.opcode < 8:
                self._message_open = not frame.fin

    @property
    def ended_inside(self) -> bool:
        """The last byte, or the Close frame, came inside a message."""
        return self.close_inside_message or self._frames.inside_frame


@dataclass
class NumberedClient:
    index: int
    urls: list[str]  # Where to connect, in this order, and round again.
    pause: float
    prefix: str = ""  # Of its paths.
    tls: ssl.SSLContext | None = None  # For urls that say wss.
    may_be_refused: bool = False  # Otherwise an HTTP status in place of a session is a failure.
    ends: list[End] = field(default_factory=list)
    echoes: int = 0
    refusals: int = 0  # Handshakes that came to nothing.
    url: str = ""
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Holds a session; comes back where it is told to, or where it cannot connect."""
        attempt = 0
        while not self._stopping.is_set():
            self.url = self.urls[attempt % len(self.urls)]
            path = f"{self.prefix}/n/{self.index}/{attempt}"
            attempt += 1
            try:
                connection = await connect(
                    self.url + path,
                    create_connection=WatchedConnection,
                    proxy=None,
                    compression=None,
                    ping_interval=None,
                    open_timeout=30,
                    **({"ssl": self.tls} if self.url.startswith("wss:") else {}),
                )
            except (OSError, InvalidHandshake) as error:
                if isinstance(error, InvalidHandshake) and not self.may_be_refused:
                    raise
                self.refusals += 1
                await asyncio.sleep(self.pause * random.uniform(0.1, 0.2))
                continue
            await self._hold(connection, path)

    def stop(self) -> None:
        self._stopping.set()

    async def _hold(self, connection: WatchedConnection, path: str) -> None:
        sent, unsure, echoed = [], [], []
        sender = asyncio.create_task(self._send(connection, path, sent, unsure))
        try:
            async for message in connection:
                echoed.append(message)
                self.echoes += 1
        except ConnectionClosed:
            pass
        await sender
        await connection.wait_closed()
        self.ends.append(
            End(
                path,
                self.url,
                connection.close_code,
                connection.close_reason,
                sent,
                unsure,
                echoed,
                connection.close_frames,
                connection.ended_inside,
            )
        )

    async def _send(self, connection, path: str, sent: list, unsure: list) -> None:
        number = 0
        while not self._stopping.is_set():
            text = f"{'~' if number % 5 == 4 else ''}{path}#{number}"
            number += 1
            try:
                await connection.send(text)
            except ConnectionClosed:
                unsure.append(text)
                return
            sent.append(text)
            # Spread evenly, so that the Close frames find sessions in every phase.
            await asyncio.sleep(self.pause * random.uniform(0.5, 1.5))
        await connection.close(1000, "done")


def faults(ends: list[End], backend: EchoBackend, code: int, reason: str) -> list[str]:
    """What was not as promised about sessions that should have ended with this code and reason."""
    found = []
    sessions = {session.path: session for session in backend.sessions}
    for end in ends:

        def fault(what: str, end=end):
            found.append(f"{end.path}: {what}")

        if (end.code, end.reason) != (code, reason):
            fault(f"ended with {end.code} {end.reason!r}")
        if end.close_frames != 1:
            fault(f"{end.close_frames} Close frames")
        if end.inside_message:
            fault("ended inside a message")
        if end.echoed != end.sent[: len(end.echoed)]:
            fault("the echoes are not a prefix of what was sent")
        session = sessions.get(end.path)
        if session is None or not session.ended.wait(20):
            fault("the backend's session did not end")
        elif session.received not in (end.sent, end.sent + end.unsure):
            fault(f"{len(end.sent)} messages sent, {len(session.received)} arrived")
    return found


def tally(ends: list[End]) -> str:
    codes = Counter(f"{end.code} {end.reason}".strip() for end in ends)
    return (", ".join(f"{count} × {code}" for code, count in sorted(codes.items())) or "none") + (
        f"; {sum(len(end.sent) for end in ends)} messages sent, "
        f"{sum(len(end.echoed) for end in ends)} echoed"
    )

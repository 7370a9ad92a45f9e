"""WebSocket bytes by hand (RFC 6455), for what no library would send, and to see every frame."""

import os
import socket
import ssl
import struct
from dataclasses import dataclass

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@dataclass
class Frame:
    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0

    @property
    def close(self) -> tuple[int, str]:
        """Code and reason of a Close frame; 1005 where there is none."""
        if len(self.payload) < 2:
            return 1005, ""
        return struct.unpack("!H", self.payload[:2])[0], self.payload[2:].decode()


def encode(
    opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, rsv: int = 0
) -> bytes:
    head = header(opcode, len(payload), fin=fin, masked=masked, rsv=rsv)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + mask(payload, key)


def header(
    opcode: int, length: int, *, fin: bool = True, masked: bool = True, rsv: int = 0
) -> bytes:
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    bit = 0x80 if masked else 0
    if length < 126:
        return struct.pack("!BB", first, bit | length)
    if length < 1 << 16:
        return struct.pack("!BBH", first, bit | 126, length)
    return struct.pack("!BBQ", first, bit | 127, length)


def mask(payload: bytes, key: bytes) -> bytes:
    if not payload:
        return b""
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    size = len(payload)
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


class FrameReader:
    """Bytes in, whole frames out."""

    def __init__(self):
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        self._pending += data
        frames = []
        while frame := self._next():
            frames.append(frame)
        return frames

    @property
    def inside_frame(self) -> bool:
        return bool(self._pending)

    def _next(self) -> Frame | None:
        data = self._pending
        if len(data) < 2:
            return None
        length, at = data[1] & 0x7F, 2
        if length >= 126:
            width = 2 if length == 126 else 8
            if len(data) < 2 + width:
                return None
            length, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        key = None
        if data[1] & 0x80:
            key, at = bytes(data[at : at + 4]), at + 4
        if len(data) < at + length:
            return None
        payload = bytes(data[at : at + length])
        frame = Frame(
            data[0] & 15,
            mask(payload, key) if key else payload,
            bool(data[0] & 0x80),
            data[0] >> 4 & 7,
        )
        del data[: at + length]
        return frame


def handshake(host: str, path: str = "/", headers: dict | None = None) -> bytes:
    """The request of a client. A header of None is left out."""
    fields = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        **(headers or {}),
    }
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


@dataclass
class Head:
    status: int
    headers: dict[str, str]


class RawClient:
    """A socket that speaks WebSocket only as far as the test tells it to. Over TLS the server's
    name is `localhost`, and a stream that ends without close_notify is an error."""

    def __init__(
        self,
        address: str,
        port: int,
        timeout: float = 20,
        receive_buffer: int = 0,
        tls: ssl.SSLContext | None = None,
    ):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((address, port))
        self.authority = f"{address}:{port}"
        if tls:
            self.authority = f"localhost:{port}"
            self.socket = tls.wrap_socket(
                self.socket, server_hostname="localhost", suppress_ragged_eofs=False
            )
        self.frames = FrameReader()
        self._ready: list[Frame] = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, path: str = "/", headers: dict | None = None) -> Head:
        fields = dict(headers or {})
        host = fields.pop("Host", self.authority)
        self.socket.sendall(handshake(host, path, fields))
        return self.read_head()

    def upgraded(self, path: str = "/", headers: dict | None = None) -> "RawClient":
        head = self.request(path, headers)
        assert head.status == 101, head
        return self

    def read_head(self) -> Head:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError(f"end of stream instead of a response head, after {data!r}")
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if lines[0].split(" ")[1] == "101":
            self._ready += self.frames.feed(rest)
        fields = (line.partition(":") for line in lines[1:])
        return Head(int(lines[0].split(" ")[1]), {n.lower(): v.strip() for n, _, v in fields})

    def send(self, opcode: int, payload: bytes = b"", **how) -> None:
        self.socket.sendall(encode(opcode, payload, **how))

    def receive(self) -> Frame | None:
        """The next frame; None at the end of the stream."""
        while not self._ready:
            data = self.socket.recv(65536)
            if not data:
                return None
            self._ready += self.frames.feed(data)
        return self._ready.pop(0)

    def echo(self, text: str) -> None:
        """Sends a text and demands it back: the proof that a session lives."""
        self.send(TEXT, text.encode())
        answer = self.receive()
        assert answer is not None and answer.payload == text.encode(), answer

    def answer_close(self, code: int) -> None:
        """The client's part of the closing handshake, to its end."""
        self.send(CLOSE, struct.pack("!H", code))
        self.socket.close()

    def receive_close(self) -> tuple[int, str]:
        """Reads on until the Close frame."""
        while frame := self.receive():
            if frame.opcode == CLOSE:
                return frame.close
        raise ConnectionError("the stream ended without a Close frame")

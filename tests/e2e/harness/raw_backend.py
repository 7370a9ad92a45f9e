"""Backends that misbehave, or that show every byte: plain sockets and threads."""

import base64
import hashlib
import socket
import struct
import threading

from .waiting import eventually

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class RawBackend:
    """Gives every connection to `behave(socket)` in a thread of its own, and closes it after."""

    def __init__(self, behave=None):
        self._behave = behave or self.behave
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.connections = 0

    def behave(self, connection: socket.socket) -> None:
        raise NotImplementedError

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self._threads:
            thread.join(20)

    def _start(self, target, *arguments) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(connection)
            self.connections += 1
            self._start(self._run, connection)

    def _run(self, connection: socket.socket) -> None:
        try:
            self._behave(connection)
        except OSError:
            pass
        finally:
            connection.close()


def read_request(connection: socket.socket) -> dict[str, str]:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("no request")
        data += more
    lines = data.decode("latin-1").split("\r\n")[1:]
    fields = (line.partition(":") for line in lines if line)
    return {name.lower(): value.strip() for name, _, value in fields}


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def upgrade(connection: socket.socket, accept: str | None = None) -> dict[str, str]:
    """Answers a handshake, agreeing to whatever extensions were offered."""
    request = read_request(connection)
    fields = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": accept or accept_key(request["sec-websocket-key"]),
    }
    if extensions := request.get("sec-websocket-extensions"):
        fields["Sec-WebSocket-Extensions"] = extensions
    head = ["HTTP/1.1 101 Switching Protocols", *(f"{k}: {v}" for k, v in fields.items()), "", ""]
    connection.sendall("\r\n".join(head).encode())
    return request


def hang(connection: socket.socket) -> None:
    """Takes the request and says nothing, until the peer leaves."""
    while connection.recv(65536):
        pass


def garbage(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"\x00\xffNOT HTTP AT ALL\r\n\r\n")
    hang(connection)


def reset(connection: socket.socket) -> None:
    """Resets the connection once the request is there, before a byte of an answer."""
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wrong_accept(connection: socket.socket) -> None:
    upgrade(connection, accept="bm90IHRoZSByaWdodCBhbnN3ZXI=")
    hang(connection)


def refusal(status: str, body: str, **headers: str):
    def behave(connection: socket.socket) -> None:
        read_request(connection)
        fields = {"Content-Length": str(len(body)), **headers}
        head = [f"HTTP/1.1 {status}", *(f"{k.replace('_', '-')}: {v}" for k, v in fields.items())]
        connection.sendall(("\r\n".join(head) + "\r\n\r\n" + body).encode())
        hang(connection)

    return behave


class UpgradingBackend(RawBackend):
    """Upgrades one connection and then only does what it is told; keeps all that it is sent."""

    def __init__(self):
        super().__init__()
        self.connection: socket.socket | None = None
        self.request: dict[str, str] = {}
        self.received = bytearray()
        self.ended = threading.Event()

    def behave(self, connection: socket.socket) -> None:
        self.request = upgrade(connection)
        self.connection = connection
        try:
            while data := connection.recv(65536):
                self.received += data
        finally:
            self.ended.set()

    def wait_connected(self) -> None:
        eventually(lambda: self.connection is not None, "the backend has a session")

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def receive(self, size: int) -> bytes:
        """The first bytes that came, once there are so many; they are taken away."""
        eventually(lambda: len(self.received) >= size, f"the backend has {size} bytes")
        data = bytes(self.received[:size])
        del self.received[:size]
        return data

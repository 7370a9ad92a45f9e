"""Single handshakes, and a session that must go on whatever else happens."""

import json
import ssl
import threading
from dataclasses import dataclass

from websockets.sync.client import connect

from .gateway import Gateway
from .http import Answer
from .http import request as http_request
from .waiting import eventually
from .wire import TEXT, RawClient, handshake


@dataclass
class Seen:
    """A handshake as the backend saw it, or the status that refused it."""

    status: int
    backend: str = ""
    path: str = ""
    headers: dict | None = None
    answer: dict | None = None


def whoami(gateway: Gateway, path: str = "/", plane: int = 0, **headers) -> Seen:
    """Connects with the headers given (`x_name` is written `x-name`) and asks who is there."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with RawClient(gateway.planes[plane].address, gateway.port) as client:
        head = client.request(path, named)
        if head.status != 101:
            return Seen(head.status, answer=head.headers)
        client.send(TEXT, b"!whoami")
        told = json.loads(client.receive().payload)
        fields: dict[str, list] = {}
        pairs = told["headers"] if isinstance(told["headers"], list) else told["headers"].items()
        for name, value in pairs:
            fields.setdefault(name.lower(), []).append(value)
        return Seen(101, told["backend"], told["path"], fields, head.headers)


def refused(gateway: Gateway, path: str = "/", plane: int = 0, **headers) -> Answer:
    """The whole HTTP answer to a handshake that is not to succeed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **named,
    }
    address = f"{gateway.planes[plane].address}:{gateway.port}"
    return http_request(address, path, headers={k: v for k, v in fields.items() if v is not None})


class Bystander:
    """A session that echoes all the time; its test fails if it ever stops."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None):
        self._url = url
        self._tls = tls
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()
        self.echoes = 0
        self.failure: Exception | None = None

    def __enter__(self):
        self._thread.start()
        assert self._started.wait(30), f"the bystander did not connect: {self.failure}"
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.must_echo()
        self._stop.set()
        self._thread.join(30)
        assert self.failure is None, f"the bystander's session failed: {self.failure!r}"

    def must_echo(self, more: int = 3) -> None:
        """Waits for a few echoes from now on."""
        target = self.echoes + more
        eventually(lambda: self.echoes >= target or self.failure, "the bystander echoes")
        assert self.failure is None, f"the bystander's session failed: {self.failure!r}"

    def _run(self) -> None:
        try:
            with connect(self._url, proxy=None, open_timeout=30, ssl=self._tls) as client:
                self._started.set()
                while not self._stop.wait(0.005):
                    client.send(f"echo {self.echoes}")
                    assert client.recv(timeout=20) == f"echo {self.echoes}"
                    self.echoes += 1
        except Exception as error:  # Whatever ends this session is what the test looks for.
            self.failure = error


def send_and_read_to_end(address: str, port: int, data: bytes, timeout: float = 20) -> bytes:
    """What a server answers to bytes before it closes; what it does not read is not sent."""
    with RawClient(address, port, timeout) as client:
        received = b""
        try:
            client.socket.sendall(data)
            while more := client.socket.recv(65536):
                received += more
        except ConnectionError:
            pass  # A reset behind the answer: it had more to read than it wanted.
        return received


def plain_handshake(gateway: Gateway, path: str = "/") -> bytes:
    return handshake(f"{gateway.plane.address}:{gateway.port}", path)

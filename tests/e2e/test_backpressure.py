"""Goal: a slow reader slows its own peer, loses nothing, and costs no memory; both directions.
Method: one side sends without end while the other does not read; then the other reads all."""

import hashlib
import random
import socket
import threading

import pytest

from harness.backend import EchoBackend
from harness.probe import Bystander
from harness.raw_backend import RawBackend, upgrade
from harness.waiting import eventually
from harness.wire import BINARY, RawClient, encode

TOTAL = 96 << 20
MEMORY_MAX = 8 << 20


class Stalling(RawBackend):
    """Upgrades, and leaves the socket to the test."""

    def __init__(self):
        super().__init__()
        self.connection: socket.socket | None = None
        self.finished = threading.Event()

    def behave(self, connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        upgrade(connection)
        self.connection = connection
        self.finished.wait(120)


def stream(masked: bool):
    """Frames of odd sizes up to TOTAL bytes, and their digest at the end."""
    rng = random.Random(7)
    size, frames = 0, []
    while size < TOTAL:
        frames.append(encode(BINARY, rng.randbytes(rng.randrange(1, 300_000)), masked=masked))
        size += len(frames[-1])
    return frames


class Sender(threading.Thread):
    def __init__(self, connection: socket.socket, frames: list[bytes]):
        super().__init__(daemon=True)
        self._connection, self._frames = connection, frames
        self.sent = 0
        self.start()

    def run(self):
        self._connection.settimeout(120)
        for frame in self._frames:
            view = memoryview(frame)
            while view:
                count = self._connection.send(view)
                self.sent += count
                view = view[count:]

    def wait_stalled(self, plane) -> None:
        """Returns when nothing has been taken for a while, as the data plane says itself."""
        last, still = -1, 0

        def stalled() -> bool:
            nonlocal last, still
            still = still + 1 if self.sent == last else 0
            last = self.sent
            return still > 25

        def paused() -> bool:
            return plane.metrics().total("holdfast_backpressure_paused_directions") >= 1

        eventually(lambda: stalled() and paused(), "the sender is stopped")


@pytest.mark.parametrize("slow", ["client", "backend"])
def test_a_reader_that_stops_and_goes_on_gets_every_byte(gateway, slow):
    with Stalling() as backend, EchoBackend() as good:
        gateway.serve(backend.address)
        gateway.start()
        with RawClient(
            gateway.plane.address, gateway.port, timeout=120, receive_buffer=16384
        ) as client:
            client.upgraded()
            eventually(lambda: backend.connection, "the backend has the session")
            gateway.manifests.service("echo", good.address)
            gateway.wait_config(good.address.rpartition(":")[2])
            with Bystander(gateway.url()) as bystander:
                fast, reader = (
                    (backend.connection, client.socket)
                    if slow == "client"
                    else (client.socket, backend.connection)
                )
                frames = stream(masked=slow == "backend")
                before = gateway.plane.resident_bytes()
                sender = Sender(fast, frames)
                sender.wait_stalled(gateway.plane)
                assert sender.sent < TOTAL, "the sender was never stopped"
                assert gateway.plane.resident_bytes() - before < MEMORY_MAX
                bystander.must_echo(20)
                assert digest_of(reader, sum(map(len, frames))) == digest(frames)
                sender.join(30)
                bystander.must_echo(20)
        backend.finished.set()


def digest(frames: list[bytes]) -> str:
    whole = hashlib.sha256()
    for frame in frames:
        whole.update(frame)
    return whole.hexdigest()


def digest_of(reader: socket.socket, size: int) -> str:
    reader.settimeout(60)
    whole = hashlib.sha256()
    while size > 0:
        data = reader.recv(min(size, 1 << 20))
        assert data, f"the stream ended {size} bytes early"
        whole.update(data)
        size -= len(data)
    return whole.hexdigest()


def test_a_frozen_backend_process_stalls_only_its_own_clients(gateway):
    with EchoBackend("frozen") as frozen, EchoBackend("good") as good:
        gateway.serve(frozen.address)
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port, timeout=60) as client:
            client.upgraded()
            client.echo("before")
            gateway.manifests.service("echo", good.address)
            gateway.wait_config(good.address.rpartition(":")[2])
            thaw = frozen.freeze()
            with Bystander(gateway.url()) as bystander:
                client.send(BINARY, b"y" * 4_000_000)
                bystander.must_echo(20)
                thaw.set()
                while frame := client.receive():
                    if len(frame.payload) == 4_000_000:
                        break
            client.echo("after")

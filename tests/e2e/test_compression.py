"""Goal: permessage-deflate is negotiated by the two ends, and compressed bytes pass untouched.
Method: libraries that compress, with the backend counting bytes; then random bytes compared."""

import os
import random
import threading

import pytest
from websockets.sync.client import connect

from harness.backend import EchoBackend
from harness.node_server import node_server
from harness.raw_backend import UpgradingBackend
from harness.wire import BINARY, CLOSE, RawClient, encode

TEXT = "the quick brown fox jumps over the lazy dog. " * 5_000


@pytest.mark.parametrize("offer", ["deflate", None], ids=["offered", "not-offered"])
def test_compression_is_what_the_two_ends_agree_on(reach, offer):
    with EchoBackend(compression="deflate") as backend:
        with connect(
            reach(backend.address), compression=offer, max_size=None, proxy=None
        ) as client:
            client.send(TEXT)
            assert client.recv(timeout=20) == TEXT
            client.send("!raw")
            received = int(client.recv(timeout=20))
            agreed = client.response.headers.get("Sec-WebSocket-Extensions", "")
    assert ("permessage-deflate" in agreed) == (offer is not None)
    if offer:
        assert received < len(TEXT) / 20, (
            "the backend got more bytes than the compressed message has"
        )
    else:
        assert received > len(TEXT)


def test_a_backend_that_declines_compression_gets_plain_frames(reach):
    with EchoBackend(compression=None) as backend:
        with connect(reach(backend.address), compression="deflate", proxy=None) as client:
            client.send("plain")
            assert client.recv(timeout=20) == "plain"
            assert "Sec-WebSocket-Extensions" not in client.response.headers


def test_npm_ws_at_the_other_end_agrees_too(reach, tmp_path):
    with node_server("ws_backend.cjs", tmp_path, "node", DEFLATE="1") as address:
        with connect(reach(address), max_size=None, proxy=None) as client:
            assert "permessage-deflate" in client.response.headers["Sec-WebSocket-Extensions"]
            client.send(TEXT)
            assert client.recv(timeout=20) == TEXT
            client.send("!raw")
            assert int(client.recv(timeout=20)) < len(TEXT) / 20


def test_every_byte_of_every_frame_passes_as_it_is_both_ways(reach):
    """Reserved bits, masks, fragments and lengths are the peers' business."""
    seed = int(os.environ.get("HOLDFAST_SEED", random.randrange(1 << 32)))
    print(f"HOLDFAST_SEED={seed}")
    rng = random.Random(seed)
    with UpgradingBackend() as backend:
        host, _, port = reach(backend.address).removeprefix("ws://").rstrip("/").rpartition(":")
        with RawClient(host, int(port)) as client:
            client.upgraded("/", {"Sec-WebSocket-Extensions": "permessage-deflate"})
            backend.wait_connected()
            both = (
                (True, client.socket.sendall, backend.receive),
                (False, backend.send, _receiver(client)),
            )
            for masked, send, receive in both:
                stream = b"".join(_random_message(rng, masked) for _ in range(60))
                chunks = list(_chunks(rng, stream))
                sender = threading.Thread(target=lambda: [send(chunk) for chunk in chunks])
                sender.start()
                assert receive(len(stream)) == stream
                sender.join(20)
            client.send(CLOSE, b"\x03\xe8")
            backend.send(encode(CLOSE, b"\x03\xe8", masked=False))


def _receiver(client):
    def receive(size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = client.socket.recv(65536)
            assert more, f"{len(data)} of {size} bytes"
            data += more
        return data

    return receive


def _random_message(rng: random.Random, masked: bool) -> bytes:
    """A message in one to three fragments, its first frame marked as compressed or not."""
    count = rng.choice((1, 1, 1, 2, 3))
    frames = b""
    for index in range(count):
        size = rng.choice((0, 1, 125, 126, 127, 1000, 65535, 65536, 70000))
        frames += encode(
            BINARY if index == 0 else 0,
            rng.randbytes(size),
            fin=index == count - 1,
            rsv=rng.choice((0, 4)) if index == 0 else 0,
            masked=masked,
        )
    return frames


def _chunks(rng: random.Random, stream: bytes):
    at = 0
    while at < len(stream):
        size = rng.choice((1, 2, 13, 1000, 50_000))
        yield stream[at : at + size]
        at += size

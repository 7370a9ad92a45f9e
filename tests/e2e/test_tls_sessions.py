"""Goal: a session over TLS lives and ends as one without: bulk passes both ways, and what
docs/closing.md says holds, with close_notify in the place of a FIN. Method: a listener with a
certificate of the test's own CA, clients that see every frame and how the stream ends."""

import os
import socket
import threading
import time

import pytest
from websockets.sync.client import connect

from harness.backend import EchoBackend
from harness.certificates import Authority
from harness.manifests import tls_listener, tls_secret
from harness.probe import Bystander
from harness.waiting import eventually
from harness.wire import CLOSE, RawClient

HEAD_TIMEOUT = 10  # Seconds; common/base/limits.hpp.


@pytest.fixture
def authority(gateway, tmp_path) -> Authority:
    """The gateway runs with one HTTPS listener before an echo; it is of this authority."""
    authority = Authority(tmp_path)
    gateway.manifests.write("secret", tls_secret("local", *authority.issue("localhost")))
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.manifests.gateway(tls_listener(gateway.port, "local"))
        gateway.start(flags=("--drain-timeout", "6s"))
        yield authority


def raw_client(gateway, authority) -> RawClient:
    return RawClient(gateway.plane.address, gateway.port, tls=authority.client_context())


def url(gateway) -> str:
    return f"wss://localhost:{gateway.port}/"


@pytest.mark.parametrize("size", [1 << 14, (1 << 14) + 1, 1 << 20])
def test_messages_that_do_not_compress_pass_both_ways(gateway, authority, size):
    failures = []

    def exchange():
        try:
            with connect(url(gateway), ssl=authority.threaded_context(), proxy=None, compression=None, max_size=None) as it:
                for _ in range(4):
                    message = os.urandom(size)
                    it.send(message)
                    assert it.recv(timeout=20) == message
        except Exception as failure:
            failures.append(failure)

    clients = [threading.Thread(target=exchange) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(120)
    assert failures == []


def test_a_drain_gives_each_client_one_close_and_then_close_notify(gateway, authority):
    clients = [raw_client(gateway, authority).upgraded() for _ in range(10)]
    for client in clients:
        client.echo("before")
    assert gateway.plane.admin("/drain", "POST").status < 300
    for client in clients:
        with client:
            assert client.receive_close() == (1012, "service restart")
            client.send(CLOSE, b"\x03\xf4")
            assert client.receive() is None and not client.frames.inside_frame
    lines = gateway.plane.wait_logged(len(clients), reason="drain")
    assert all((line["side"], line["close_code"]) == ("gateway", 1012) for line in lines)
    eventually(lambda: gateway.plane.sessions() == 0, "no session is left")
    assert gateway.plane.metrics().total("holdfast_drain_forced_total") == 0


def test_a_client_that_sends_no_client_hello_is_let_go(gateway, authority):
    with Bystander(url(gateway), authority.threaded_context()) as bystander:
        began = time.monotonic()
        silent = socket.create_connection((gateway.plane.address, gateway.port), timeout=60)
        with silent, raw_client(gateway, authority) as other:
            other.upgraded().echo("served while the other says nothing")
            assert silent.recv(1) == b"", "the connection is closed without a word"
            assert HEAD_TIMEOUT - 1 < time.monotonic() - began < 2 * HEAD_TIMEOUT
            other.echo("still here")
        bystander.must_echo()
        (line,) = gateway.plane.wait_logged(reason="handshake_timeout")
        assert line["status"] == 0, "nothing can be answered before TLS stands"
    assert gateway.plane.metrics().total("holdfast_handshakes_active") == 0


ENDS = {
    "close_notify": (lambda client: client.socket.unwrap(), "client_eof"),
    "fin": (lambda client: client.socket.shutdown(socket.SHUT_WR), "client_lost"),
}


@pytest.mark.parametrize("how", ENDS)
def test_only_close_notify_ends_a_stream_in_good_order(gateway, authority, how):
    end, reason = ENDS[how]
    with Bystander(url(gateway), authority.threaded_context()), raw_client(gateway, authority) as client:
        client.upgraded().echo("before")
        end(client)
        (line,) = gateway.plane.wait_logged(reason=reason)
        assert (line["side"], line["messages_from_client"]) == ("client", 1)

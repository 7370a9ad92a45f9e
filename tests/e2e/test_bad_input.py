"""Goal: bad input from any side ends with a clear error, and hurts no other session.
Method: each kind, while a bystander's session echoes through the same data plane."""

import contextlib
import os
import resource
import time

import pytest

from harness import http, raw_backend
from harness.backend import EchoBackend
from harness.manifests import listener, rule
from harness.ports import refusing_port
from harness.probe import Bystander, plain_handshake, refused, send_and_read_to_end, whoami
from harness.waiting import eventually
from harness.wire import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    FrameReader,
    RawClient,
    encode,
    handshake,
    header,
)

QUICK = {"connect": "500ms", "handshake": "1s"}


@contextlib.contextmanager
def beside_a_bystander(gateway, *addresses, **options):
    """A gateway with a good route at / and the endpoints given at /bad."""
    with EchoBackend() as good:
        gateway.manifests.gateway(listener(gateway.port))
        gateway.manifests.service("good", good.address)
        gateway.manifests.service("bad", *addresses)
        gateway.manifests.route("one", rule("good"), rule("bad", path="/bad", timeouts=QUICK))
        gateway.start(**options)
        with Bystander(gateway.url()) as bystander:
            yield bystander


ENDPOINTS = {
    "hangs": (raw_backend.hang, 504, "upstream_timeout"),
    "answers-garbage": (raw_backend.garbage, 502, "upstream_bad_response"),
    "resets": (raw_backend.reset, 502, "upstream_refused"),
    "accepts-another-key": (raw_backend.wrong_accept, 502, "upstream_bad_response"),
}


@pytest.mark.parametrize("kind", ENDPOINTS)
def test_an_endpoint_that_misbehaves_is_told_to_the_client(gateway, kind):
    behave, status, reason = ENDPOINTS[kind]
    with raw_backend.RawBackend(behave) as bad, beside_a_bystander(gateway, bad.address):
        assert refused(gateway, "/bad").status == status
        (line,) = gateway.plane.wait_logged(reason=reason)
        assert line["status"] == status and line["endpoint"] == bad.address


def test_an_endpoint_that_refuses_is_told_to_the_client(gateway):
    with beside_a_bystander(gateway, f"127.0.0.1:{refusing_port()}"):
        assert refused(gateway, "/bad").status == 502
        gateway.plane.wait_logged(reason="upstream_refused")
        errors = gateway.plane.metrics().by("holdfast_backend_connect_errors_total", "reason")
        assert errors["refused"] >= 1


def test_another_endpoint_is_tried_after_a_refusal_or_a_reset(gateway):
    with (
        raw_backend.RawBackend(raw_backend.reset) as resets,
        EchoBackend("works") as works,
        beside_a_bystander(gateway, f"127.0.0.1:{refusing_port()}", resets.address, works.address),
    ):
        assert [whoami(gateway, "/bad").backend for _ in range(6)] == ["works"] * 6
        assert resets.connections > 0


def test_the_backends_own_refusal_is_passed_on(gateway):
    behave = raw_backend.refusal("401 Unauthorized", "who are you?", WWW_Authenticate="Bearer")
    with raw_backend.RawBackend(behave) as bad, beside_a_bystander(gateway, bad.address):
        answer = refused(gateway, "/bad")
        assert (answer.status, answer.text) == (401, "who are you?")
        assert answer.headers["www-authenticate"] == "Bearer"
        (line,) = gateway.plane.wait_logged(reason="upstream_rejected")
        assert (line["side"], line["status"]) == ("backend", 401)


HEADS = {
    "request-line-of-100-kB": (
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        431,
        "head_too_large",
    ),
    "head-without-end": (b"GET / HTTP/1.1\r\n" + b"X-Pad: yes\r\n" * 10_000, 431, "head_too_large"),
    "not-http": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "bad_request"),
    "no-host": (b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", 400, "bad_host"),
    "two-hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_host"),
    "folded-header": (b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", 400, "bad_request"),
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_bad_request_head_gets_its_status(gateway, kind):
    data, status, reason = HEADS[kind]
    with beside_a_bystander(gateway):
        answer = send_and_read_to_end(gateway.plane.address, gateway.port, data)
        assert answer.split(b" ", 2)[1] == str(status).encode(), answer[:200]
        gateway.plane.wait_logged(reason=reason, status=status)


def test_a_slow_handshake_ends_in_408(gateway):
    with beside_a_bystander(gateway):
        answer = send_and_read_to_end(
            gateway.plane.address,
            gateway.port,
            b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
            timeout=30,
        )
        assert answer.startswith(b"HTTP/1.1 408 "), answer[:200]
        gateway.plane.wait_logged(reason="handshake_timeout", status=408)


FRAMES = {
    "length-of-2^63": header(BINARY, 1 << 63) + b"mask" + b"x" * 100,
    "unmasked": encode(TEXT, b"hello", masked=False),
    "ping-of-126-bytes": encode(PING, b"x" * 126),
    "fragmented-ping": encode(PING, b"x", fin=False),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_client_that_breaks_framing_gets_1002(gateway, kind):
    with raw_backend.UpgradingBackend() as backend, beside_a_bystander(gateway, backend.address):
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded("/bad")
            client.send(TEXT, b"well-formed")
            client.socket.sendall(FRAMES[kind])
            assert client.receive_close() == (1002, "protocol error")
        (line,) = gateway.plane.wait_logged(reason="client_protocol")
        assert (line["side"], line["close_code"]) == ("gateway", 1002)
        assert backend.ended.wait(20), "the backend's session ends too"


BACKEND_FRAMES = {
    "length-of-2^63": header(BINARY, 1 << 63, masked=False) + b"x" * 100,
    "masked": encode(TEXT, b"hello", masked=True),
    "pong-of-126-bytes": encode(10, b"x" * 126, masked=False),
}


@pytest.mark.parametrize("kind", BACKEND_FRAMES)
def test_a_backend_that_breaks_framing_is_told_to_the_client(gateway, kind):
    with raw_backend.UpgradingBackend() as backend, beside_a_bystander(gateway, backend.address):
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded("/bad")
            backend.wait_connected()
            backend.send(encode(TEXT, b"good", masked=False) + BACKEND_FRAMES[kind])
            assert client.receive().payload == b"good"
            assert client.receive_close() == (1011, "backend protocol error")
        gateway.plane.wait_logged(reason="backend_protocol", close_code=1011)


def test_a_lost_backend_is_told_to_the_client(gateway):
    with raw_backend.UpgradingBackend() as backend, beside_a_bystander(gateway, backend.address):
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded("/bad")
            backend.wait_connected()
            whole = encode(TEXT, b"whole", masked=False)
            backend.send(whole + encode(TEXT, b"never whole", masked=False)[:-3])
            backend.connection.shutdown(2)
            assert client.receive().payload == b"whole"
            assert client.receive_close() == (1011, "backend lost")
            assert client.receive() is None and not client.frames.inside_frame
        gateway.plane.wait_logged(reason="backend_lost", close_code=1011)


def test_a_client_that_vanishes_is_carried_on(gateway):
    with raw_backend.UpgradingBackend() as backend, beside_a_bystander(gateway, backend.address):
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded("/bad")
            backend.wait_connected()
            client.send(TEXT, b"last words")
            client.socket.shutdown(1)
            assert backend.ended.wait(20), "the backend sees the client's end"
        assert [frame.payload for frame in FrameReader().feed(backend.received)] == [b"last words"]
        gateway.plane.wait_logged(reason="client_eof")


def test_out_of_descriptors_new_clients_are_refused_and_live_ones_go_on(gateway):
    with beside_a_bystander(gateway) as bystander:
        plane = gateway.plane
        assert whoami(gateway).status == 101
        used = len(os.listdir(f"/proc/{plane.pid}/fd"))
        before = resource.prlimit(plane.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(plane.pid, resource.RLIMIT_NOFILE, (used + 4, before[1]))
        with contextlib.ExitStack() as clients:
            statuses = [_status_of_one_more(gateway, clients) for _ in range(10)]
            assert 503 in statuses and set(statuses) <= {101, 503}, statuses
            bystander.must_echo()
        resource.prlimit(plane.pid, resource.RLIMIT_NOFILE, before)
        plane.wait_logged(reason="overloaded", status=503)
        eventually(lambda: whoami(gateway).status == 101, "new clients are served again")


FLOOD = 400
FLOODS = {
    "head-without-end": (b"GET /nowhere HTTP/1.1\r\nHost: a\r\n", 408, "handshake_timeout"),
    "refused-and-lingering": (b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 426, "upgrade_required"),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of_clients_leaves_descriptors_for_probes_and_live_sessions(gateway, kind):
    data, status, reason = FLOODS[kind]
    limit = ("prlimit", "--nofile=256:256")
    with beside_a_bystander(gateway, wrapper=limit) as bystander, contextlib.ExitStack() as flood:
        plane = gateway.plane
        clients = []
        for _ in range(FLOOD):
            clients.append(flood.enter_context(RawClient(plane.address, gateway.port)))
            with contextlib.suppress(ConnectionError):  # Turned away already.
                clients[-1].socket.sendall(data)
        began = time.monotonic()
        assert http.request(plane.probes_address, "/livez").status == 200
        assert time.monotonic() - began < 1
        assert len(os.listdir(f"/proc/{plane.pid}/fd")) < 256
        bystander.must_echo()
        line = plane.wait_logged(reason="overloaded", status=503)[0]
        assert line["client"].startswith("127.") and str(gateway.port) in line["close_text"]

        # Who does not leave after the answer is let go all the same.
        for client in clients:
            _read_to_end(client)
        counted = plane.metrics().by("holdfast_upgrades_total", "reason")
        assert counted[reason] > 0 and counted[reason] + counted["overloaded"] == FLOOD, counted
        assert plane.metrics().total("holdfast_upgrades_total", reason=reason, code=status) > 0
        eventually(lambda: whoami(gateway).status == 101, "new clients are served again")
        bystander.must_echo()


def _read_to_end(client: RawClient) -> None:
    with contextlib.suppress(ConnectionError):
        while client.socket.recv(65536):
            pass


def _status_of_one_more(gateway, clients) -> int:
    client = clients.enter_context(RawClient(gateway.plane.address, gateway.port))
    return client.request().status


def test_a_client_that_never_reads_stops_its_backend_and_nobody_else(gateway):
    with (
        raw_backend.UpgradingBackend() as backend,
        beside_a_bystander(gateway, backend.address) as other,
    ):
        with RawClient(gateway.plane.address, gateway.port, receive_buffer=4096) as client:
            client.upgraded("/bad")
            backend.wait_connected()
            before = gateway.plane.resident_bytes()
            backend.connection.settimeout(1)
            sent = 0
            frame = encode(BINARY, bytes(64 * 1024), masked=False)
            with pytest.raises(TimeoutError):
                while sent < 1 << 30:
                    sent += backend.connection.send(frame)
            # What was taken stands in the kernel's socket buffers, not in the data plane.
            assert gateway.plane.resident_bytes() - before < 8 << 20
            assert gateway.plane.metrics().total("holdfast_backpressure_paused_directions") >= 1
            other.must_echo(20)
        assert backend.ended.wait(30), "the backend is let go when the client leaves"


def test_pipelined_frames_behind_the_handshake_are_not_lost(gateway):
    with beside_a_bystander(gateway):
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.socket.sendall(plain_handshake(gateway) + encode(TEXT, b"in the same breath"))
            assert client.read_head().status == 101
            assert client.receive().payload == b"in the same breath"
            client.send(CLOSE, b"\x03\xe8")
            assert client.receive_close() == (1000, "")


def test_a_host_of_garbage_is_refused(gateway):
    with beside_a_bystander(gateway):
        data = handshake("bad host/with slash")
        answer = send_and_read_to_end(gateway.plane.address, gateway.port, data)
        assert answer.startswith(b"HTTP/1.1 400 "), answer[:100]

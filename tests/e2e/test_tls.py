"""Goal: TLS at the listeners: server names choose certificates, certificates change under live
sessions; and the push stream is mutual TLS. Method: certificates of a CA of the test's own."""

import os
import socket
import ssl
import subprocess

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from harness import exercise
from harness.backend import EchoBackend
from harness.certificates import Authority, common_name, serial
from harness.gateway import GATEWAY_KEY
from harness.manifests import listener, rule, tls_listener, tls_secret
from harness.paths import program
from harness.ports import free_port
from harness.probe import whoami
from harness.waiting import eventually


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def secure(gateway, authority):
    """One port with two HTTPS listeners, chat.test and *.wild.test, and an echo behind both."""
    manifests = gateway.manifests
    manifests.write("secret-chat", tls_secret("chat", *authority.issue("chat.test", "localhost")))
    manifests.write("secret-wild", tls_secret("wild", *authority.issue("*.wild.test")))
    with EchoBackend() as backend:
        manifests.gateway(
            tls_listener(gateway.port, "chat", name="chat", hostname="chat.test"),
            tls_listener(gateway.port, "wild", name="wild", hostname="*.wild.test"),
        )
        manifests.service("echo", backend.address)
        manifests.route("echo", rule("echo", onRouteDelete="Close"))
        yield gateway.start()


def dial(gateway, authority, host: str, server_name: str | None = None, **more):
    """Connects to the data plane, whatever the host's name would resolve to."""
    return dial_port(gateway.plane.address, gateway.port, authority, host, server_name, **more)


def dial_port(address: str, port: int, authority, host: str, server_name=None, **more):
    return connect(
        f"wss://{host}:{port}/",
        sock=socket.create_connection((address, port)),
        ssl=authority.threaded_context(),
        server_hostname=server_name or host,
        **more,
    )


def certificate_of(client) -> dict:
    return client.socket.getpeercert()


def test_the_server_name_chooses_the_certificate(secure, authority):
    for host, expected in (("chat.test", "chat.test"), ("a.wild.test", "*.wild.test")):
        with dial(secure, authority, host) as client:
            client.send("hello")
            assert client.recv(timeout=20) == "hello"
            assert common_name(certificate_of(client)) == expected
            assert client.socket.version() in ("TLSv1.2", "TLSv1.3")


def test_a_host_of_another_listener_is_misdirected(secure, authority):
    with pytest.raises(InvalidStatus) as refused:
        dial(secure, authority, "chat.test", server_name="a.wild.test")
    assert refused.value.response.status_code == 421
    secure.plane.wait_logged(reason="misdirected", status=421)


def test_a_client_that_does_not_speak_tls_harms_nobody(secure, authority):
    with dial(secure, authority, "chat.test") as client:
        assert whoami_fails(secure)
        client.send("still here")
        assert client.recv(timeout=20) == "still here"
    eventually(
        lambda: secure.plane.metrics().total("holdfast_tls_handshake_errors_total") >= 1,
        "the failed handshake is counted",
    )


def whoami_fails(gateway) -> bool:
    try:
        return whoami(gateway).status != 101
    except (ConnectionError, UnicodeDecodeError, IndexError, ValueError):
        return True


def test_certificates_are_swapped_under_live_sessions(secure, authority):
    with dial(secure, authority, "chat.test") as client:
        before = serial(certificate_of(client))
        secure.manifests.write("secret-chat", tls_secret("chat", *authority.issue("chat.test")))

        def renewed():
            with dial(secure, authority, "chat.test") as other:
                return serial(certificate_of(other)) != before

        eventually(renewed, "new sessions get the new certificate")
        client.send("on the old one")
        assert client.recv(timeout=20) == "on the old one"


def test_a_broken_key_is_reported_and_touches_no_live_session(secure, authority):
    chain, _ = authority.issue("chat.test")
    good = authority.issue("chat.test")
    with dial(secure, authority, "chat.test") as client:
        secure.manifests.write("secret-chat", tls_secret("chat", chain, good[1]))
        eventually(
            lambda: "InvalidCertificateRef" in str(secure.controller.status()),
            "the listener's status tells of it",
        )
        secure.plane.wait_config("default/chat", present=False)
        with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
            dial(secure, authority, "chat.test")
        client.send("unmoved")
        assert client.recv(timeout=20) == "unmoved"
        with dial(secure, authority, "a.wild.test") as other:
            other.send("unconcerned")
            assert other.recv(timeout=20) == "unconcerned"
        secure.manifests.write("secret-chat", tls_secret("chat", *good))
        eventually(lambda: _served(secure, authority), "the mended certificate is served")
        client.send("unmoved still")
        assert client.recv(timeout=20) == "unmoved still"


def _served(gateway, authority) -> bool:
    with dial(gateway, authority, "chat.test") as client:
        client.send("hello")
        return client.recv(timeout=20) == "hello"


def test_backends_see_that_the_client_came_by_tls(secure, authority):
    with dial(secure, authority, "chat.test") as client:
        client.send("!whoami")
        assert '["X-Forwarded-Proto", "https"]' in client.recv(timeout=20).replace(
            "x-forwarded-proto", "X-Forwarded-Proto"
        )


@pytest.mark.parametrize("client", [exercise.npm_ws, exercise.gorilla])
def test_other_clients_do_the_exercise_over_tls(gateway, authority, client, monkeypatch):
    monkeypatch.setenv("EXERCISE_CA", str(authority.file))
    gateway.manifests.write("secret", tls_secret("local", *authority.issue("localhost")))
    with EchoBackend(compression="deflate") as backend:
        gateway.serve(backend.address)
        gateway.manifests.gateway(tls_listener(gateway.port, "local"))
        gateway.start()
        steps = client(f"wss://localhost:{gateway.port}/")
    assert steps == exercise.STEPS


@pytest.fixture
def certgen(tmp_path):
    folder = tmp_path / "certs"
    run_certgen(folder)
    return folder


def run_certgen(folder):
    command = [
        program("holdfast-controller"),
        "certgen",
        "--out",
        folder,
        "--gateway",
        GATEWAY_KEY,
        "--dns",
        "localhost",
    ]
    return subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, timeout=60
    )


def tls_flags(folder, name: str) -> tuple:
    return (
        "--tls-cert",
        folder / f"{name}.crt",
        "--tls-key",
        folder / f"{name}.key",
        "--tls-ca",
        folder / "ca.crt",
    )


def test_the_push_stream_is_mutual_tls(gateway, certgen, authority, tmp_path):
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        controller = gateway.start_controller(
            flags=("--push-listen", "127.0.0.1:0", *tls_flags(certgen, "controller"))
        )
        port = controller.listening("push").rpartition(":")[2]
        gateway.add_plane(flags=tls_flags(certgen, "dataplane"), controllers=[f"localhost:{port}"])
        gateway.plane.wait_ready()
        assert whoami(gateway).backend == "echo"

        # A certificate of another CA is not let in.
        stranger = tmp_path / "stranger"
        run_certgen(stranger)
        mixed = (*tls_flags(stranger, "dataplane")[:4], "--tls-ca", certgen / "ca.crt")
        other = gateway.add_plane(flags=mixed, controllers=[f"localhost:{port}"])
        eventually(
            lambda: any("unknown ca" in line.get("cause", "") for line in other.log()),
            "the stranger says why it has no stream",
        )
        assert not other.ready()


def test_certgen_never_overwrites(certgen):
    before = {file.name: file.read_bytes() for file in certgen.iterdir()}
    assert {
        "ca.crt",
        "ca.key",
        "controller.crt",
        "controller.key",
        "dataplane.crt",
        "dataplane.key",
    } <= set(before)
    assert all(os.stat(certgen / name).st_mode & 0o077 == 0 for name in before if ".key" in name)
    with pytest.raises(subprocess.CalledProcessError):
        run_certgen(certgen)
    assert {file.name: file.read_bytes() for file in certgen.iterdir()} == before


def test_plain_and_tls_listeners_stand_beside_each_other(gateway, authority):
    secure_port = free_port()
    gateway.manifests.write("secret", tls_secret("chat", *authority.issue("chat.test")))
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        gateway.manifests.gateway(listener(gateway.port), tls_listener(secure_port, "chat"))
        gateway.start()
        assert whoami(gateway).backend == "echo"
        with dial_port(gateway.plane.address, secure_port, authority, "chat.test") as client:
            client.send("hello")
            assert client.recv(timeout=20) == "hello"

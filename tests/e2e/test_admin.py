"""Goal: the admin port changes what is logged, and private keys show up nowhere.
Method: lines that must and must not appear; every text that the programs give out, searched for
every key that they were given, well and broken."""

import base64

import pytest

from harness import http
from harness.backend import EchoBackend
from harness.certificates import Authority
from harness.manifests import tls_listener, tls_secret
from harness.waiting import eventually
from harness.wire import RawClient

DRAINING, SERVING = "draining for the admin port", "serving again"  # Both of level info.


@pytest.fixture
def backend(gateway):
    with EchoBackend() as backend:
        gateway.serve(backend.address)
        yield backend


def set_level(plane, level: str) -> http.Answer:
    return plane.admin(f"/logging?level={level}", "POST")


def test_the_log_level_changes_while_it_runs(gateway, backend):
    plane = gateway.start().plane
    assert set_level(plane, "error").status == 200
    assert plane.admin("/drain", "POST").status == 200
    assert set_level(plane, "info").status == 200
    assert plane.admin("/undrain", "POST").status == 200
    plane.wait_log(message=SERVING, level="info")
    assert not [line for line in plane.log() if line["message"] == DRAINING]
    assert plane.admin("/drain", "POST").status == 200
    plane.wait_log(message=DRAINING, level="info")


@pytest.mark.parametrize("query", ["", "?level=", "?level=loud", "?volume=info"])
def test_a_level_that_does_not_exist_is_refused(gateway, backend, query):
    plane = gateway.start().plane
    answer = plane.admin(f"/logging{query}", "POST")
    assert answer.status == 400
    assert answer.text == "level must be debug, info, warning or error\n"
    assert plane.admin("/logging?level=error").status == 405, "a GET changes nothing"
    assert plane.admin("/undrain", "POST").status == 200
    plane.wait_log(message=SERVING)


def test_private_keys_show_up_nowhere(gateway, backend, tmp_path):
    authority = Authority(tmp_path)
    chain, key = authority.issue("localhost")
    _, other = authority.issue("localhost")
    gateway.manifests.gateway(tls_listener(gateway.port, "local"))
    gateway.manifests.write("secret", tls_secret("local", chain, key))
    socket = tmp_path / "push.sock"
    gateway.start_controller(flags=("--push-socket", socket, "--log-level", "debug"))
    plane = gateway.add_plane(flags=("--log-level", "debug"))
    plane.wait_ready()
    with RawClient(plane.address, gateway.port, tls=authority.client_context()) as client:
        client.upgraded().echo("served with it")
    assert "BEGIN CERTIFICATE" in plane.config(), "the dump does hold the certificate"

    look(gateway, [key])
    # A key of another certificate, and one that is cut short.
    for wrong in (tls_secret("local", chain, other), tls_secret("local", chain, key[:100])):
        loads = gateway.controller.status()["source"]["loads"]
        gateway.manifests.write("secret", wrong)
        eventually(
            lambda loads=loads: gateway.controller.status()["source"]["loads"] > loads,
            "the controller has looked again",
        )
        eventually(lambda: "InvalidCertificateRef" in status(gateway), "it is refused")
        look(gateway, [key, other])
    # A key as it is, where base64 is asked for.
    raw = tls_secret("local", chain, key)
    raw["data"]["tls.key"] = other
    gateway.manifests.write("secret", raw)
    eventually(lambda: "data[tls.key]" in status(gateway), "the field is named")
    look(gateway, [key, other])


def status(gateway) -> str:
    return http.request(gateway.controller.status_address, "/status").text


def look(gateway, keys: list[str]) -> None:
    """Searches everything that both programs give out."""
    texts = {"/config_dump": gateway.plane.config(), "/status": status(gateway)}
    for process in (gateway.controller, gateway.plane):
        texts |= {file.name: file.read_text() for file in (process.out, process.err)}
    texts["access log"] = gateway.plane.access_log_file.read_text()
    secret = {"PRIVATE KEY"}
    for key in keys:
        secret |= {line for line in key.splitlines() if "-" not in line}
        secret.add(base64.b64encode(key.encode()).decode()[:80])
    found = {name: one for name, text in texts.items() for one in secret if one in text}
    assert found == {}

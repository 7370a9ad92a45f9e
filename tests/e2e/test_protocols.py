"""Goal: the protocols that people run over WebSocket pass, subprotocols included.
Method: the protocols' own clients and servers, directly and through the gateway."""

import json
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from harness import installs
from harness.exercise import run_program
from harness.node_server import node_server
from harness.ports import free_port
from harness.process import Process
from harness.waiting import eventually


@contextmanager
def mosquitto(folder):
    plain, websockets = (free_port(("127.0.0.1",)) for _ in range(2))
    config = folder / "mosquitto.conf"
    # A broker with nothing but a WebSocket listener refuses to start.
    config.write_text(
        f"listener {plain} 127.0.0.1\nlistener {websockets} 127.0.0.1\n"
        "socket_domain ipv4\nprotocol websockets\nallow_anonymous true\nuser root\n"
    )
    process = Process("mosquitto", ["mosquitto", "-c", config], folder)
    try:
        eventually(
            lambda: (
                "Opening websockets" in process.err.read_text()
                or "running" in process.err.read_text()
            ),
            "mosquitto listens",
        )
        yield f"127.0.0.1:{websockets}"
    finally:
        complaints = process.stop()
    assert not complaints


@pytest.mark.parametrize("version", [4, 5], ids=["3.1.1", "5"])
def test_mqtt_js_with_mosquitto(reach, tmp_path, version):
    with mosquitto(tmp_path) as address:
        steps = run_program(
            *installs.node("mqtt_client.cjs", reach(address, "/mqtt"), str(version))
        )
    assert steps == ["subscribed", "received 20"]


def test_mqtt_js_with_aedes(reach, tmp_path):
    with node_server("aedes_broker.cjs", tmp_path) as address:
        steps = run_program(*installs.node("mqtt_client.cjs", reach(address, "/mqtt"), "4"))
    assert steps == ["subscribed", "received 20"]


def test_graphql_ws_query_and_subscription(reach, tmp_path):
    with node_server("graphql_server.cjs", tmp_path) as address:
        steps = run_program(*installs.node("graphql_client.cjs", reach(address, "/graphql")))
    assert steps == ["query", "subscription"]


def test_sockjs_websocket_transport(reach, tmp_path):
    with node_server("sockjs_server.cjs", tmp_path) as address:
        # Server and session of a SockJS URL are the client's to choose.
        url = reach(address, "/echo/000/session01/websocket")
        with connect(url, proxy=None) as client:
            assert client.recv(timeout=20) == "o"
            client.send(json.dumps(["grüße", "two"]))
            echoed = []
            while len(echoed) < 2:
                frame = client.recv(timeout=20)
                assert frame[0] in "ah", frame
                echoed += json.loads(frame[1:]) if frame[0] == "a" else []
            assert echoed == ["grüße", "two"]

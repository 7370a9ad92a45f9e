"""Goal: what changes of routes, and time, do to live sessions is what the rule says.
Method: a session at rest, one change, and the Close frame or the lack of one."""

import pytest

from harness.backend import EchoBackend
from harness.manifests import rule
from harness.probe import Bystander
from harness.raw_backend import UpgradingBackend
from harness.waiting import eventually
from harness.wire import CLOSE, RawClient


@pytest.fixture
def session(gateway):
    """Starts the gateway with one rule; returns a function that opens a session on it."""
    with EchoBackend() as backend:
        clients = []

        def start(**options) -> RawClient:
            gateway.options = options
            gateway.serve(backend.address, name="main", **options)
            gateway.start()
            client = RawClient(gateway.plane.address, gateway.port)
            clients.append(client)
            client.upgraded().echo("hello")
            return client

        yield start
        for client in clients:
            client.socket.close()


def change(gateway) -> None:
    """Another rule under the same name."""
    gateway.manifests.route("echo", rule("echo", name="main", path="/changed", **gateway.options))
    gateway.wait_config("/changed")


def test_keep_leaves_sessions_alone_when_their_rule_changes(gateway, session):
    client = session(onRouteChange="Keep")
    change(gateway)
    client.echo("still here")


def test_close_ends_sessions_at_once_when_their_rule_changes(gateway, session):
    client = session(onRouteChange="Close")
    change(gateway)
    assert client.receive_close() == (1012, "route changed")
    client.answer_close(1012)
    gateway.plane.wait_logged(reason="route_changed", side="gateway", close_code=1012)


def test_drain_ends_sessions_within_its_time_when_their_rule_changes(gateway, session):
    client = session(onRouteChange="Drain", drain={"over": "1s", "code": 1001})
    change(gateway)
    assert client.receive_close() == (1001, "route changed")


def test_endpoints_and_weights_touch_nobody_even_where_changes_close(gateway, session):
    client = session(onRouteChange="Close")
    gateway.manifests.service("echo", "127.0.0.1:9")
    gateway.manifests.service("other", "127.0.0.1:10")
    changed = rule("echo", "other", weights=[1, 7], name="main", **gateway.options)
    gateway.manifests.route("echo", changed)
    gateway.wait_config("default/other:80")
    client.echo("still here")


@pytest.mark.parametrize("after", ["Drain", "Close"])
def test_a_deleted_route_lets_its_sessions_go(gateway, session, after):
    client = session(onRouteDelete=after, drain={"over": "1s"})
    gateway.manifests.remove("route-echo")
    assert client.receive_close() == (1012, "route deleted")
    client.answer_close(1012)
    gateway.plane.wait_logged(reason="route_deleted", side="gateway")


def test_keep_holds_sessions_of_a_deleted_route(gateway, session):
    client = session(onRouteDelete="Keep")
    gateway.manifests.remove("route-echo")
    gateway.wait_config("default/echo", present=False)
    client.echo("still here")


def test_a_session_without_data_ends_as_idle_and_one_with_data_does_not(gateway, session):
    client = session(timeouts={"idle": "5s"})
    with Bystander(gateway.url()):
        assert client.receive_close() == (1001, "idle")
        client.answer_close(1001)
        gateway.plane.wait_logged(reason="idle", close_code=1001)


def test_a_session_that_is_too_old_ends(gateway, session):
    client = session(timeouts={"session": "1s"})
    assert client.receive_close() == (1012, "session too old")
    client.answer_close(1012)
    (line,) = gateway.plane.wait_logged(reason="session_age")
    assert line["duration_ms"] >= 900


def test_a_client_that_never_hangs_up_is_let_go_of(gateway, session):
    client = session(timeouts={"session": "1s"})
    assert client.receive_close() == (1012, "session too old")
    client.send(CLOSE, b"\x03\xf4")
    assert client.receive() is None, "the gateway ends its side"
    # The client's own end of the connection stays open; the gateway waits for five seconds.
    gateway.plane.wait_logged(reason="session_age", within=15)
    eventually(lambda: gateway.plane.sessions() == 0, "the session is gone", within=15)


def test_the_rule_chooses_the_code_for_a_lost_backend(gateway):
    with UpgradingBackend() as backend:
        gateway.serve(backend.address, backendLostCode=1014)
        gateway.start()
        with RawClient(gateway.plane.address, gateway.port) as client:
            client.upgraded()
            backend.wait_connected()
            backend.connection.shutdown(2)
            assert client.receive_close() == (1014, "backend lost")


def test_every_session_is_listed_while_it_lives(gateway, session):
    client = session()
    listed = gateway.plane.admin("/sessions?route=default/echo").json()
    assert "default/echo" in str(listed) and "127.0.0.1" in str(listed)
    last = listed[-1]["id"]
    assert gateway.plane.admin(f"/sessions?after={last}").json() == []
    assert gateway.plane.admin("/sessions?limit=many").status == 400
    client.send(CLOSE, b"\x03\xe8")
    assert client.receive_close() == (1000, "")
    client.socket.close()
    eventually(
        lambda: "default/echo" not in gateway.plane.admin("/sessions").text, "the list is empty"
    )

"""Goal: handshakes go where Gateway API's rules send them, and nowhere else.
Method: real handshakes; each backend tells its name and what it was sent."""

import contextlib
import json

import pytest
import yaml
from websockets.sync.client import connect

from harness.backend import EchoBackend
from harness.manifests import listener, metadata, route, rule, tls_listener
from harness.ports import free_port, refusing_port
from harness.probe import Bystander, refused, whoami
from harness.waiting import eventually
from harness.wire import RawClient


@pytest.fixture
def backends(gateway):
    """Backends a, b and c, each behind a Service of its name, and one listener."""
    gateway.manifests.gateway(listener(gateway.port))
    with contextlib.ExitStack() as stack:
        made = {}
        for name in "abc":
            made[name] = stack.enter_context(EchoBackend(name))
            gateway.manifests.service(name, made[name].address)
        yield made


def test_the_most_specific_match_wins(gateway, backends):
    gateway.manifests.route(
        "one",
        rule("a"),
        rule("b", path="/chat"),
        rule("c", path="/chat", exact=True),
        rule("a", path="/chat/room"),
        rule("c", path="/head", match={"headers": [{"name": "X-Team", "value": "red"}]}),
        rule("b", path="/head"),
        rule("c", path="/query", match={"queryParams": [{"name": "v", "value": "2"}]}),
        rule("b", path="/query"),
        rule("c", path="/proto", match={"subprotocols": ["chat.v2"]}),
        rule("b", path="/proto"),
    )
    gateway.start()
    cases = {
        "/": "a",
        "/other": "a",
        "/chat": "c",
        "/chat/": "b",
        "/chat/x": "b",
        "/chatter": "a",
        "/chat/room": "a",
        "/chat/room/7": "a",
        "/chat/rooms": "b",
        "/chat?x=1": "c",
        "/query?v=2": "c",
        "/query?v=1": "b",
        "/query?v=1&v=2": "b",
        "/query": "b",
    }
    assert {path: whoami(gateway, path).backend for path in cases} == cases
    assert whoami(gateway, "/head", X_Team="red").backend == "c"
    assert whoami(gateway, "/head", x_team="red").backend == "c"
    assert whoami(gateway, "/head", X_Team="blue").backend == "b"
    assert whoami(gateway, "/proto", Sec_WebSocket_Protocol="chat.v1, chat.v2").backend == "c"
    assert whoami(gateway, "/proto", Sec_WebSocket_Protocol="chat.v1").backend == "b"
    assert whoami(gateway, "/proto").backend == "b"


def test_hosts_choose_among_routes_and_ties_go_to_the_older(gateway, backends):
    manifests = gateway.manifests
    manifests.route("exact", rule("a"), hostnames=["chat.example.com"])
    manifests.route("wild", rule("b"), hostnames=["*.example.com"])
    old = "2024-01-01T00:00:00Z"
    manifests.route("z-old", rule("c"), hostnames=["tie.test"], creationTimestamp=old)
    manifests.route(
        "a-new", rule("a"), hostnames=["tie.test"], creationTimestamp="2025-01-01T00:00:00Z"
    )
    gateway.start()
    cases = {
        "chat.example.com": "a",
        "CHAT.example.COM:8080": "a",
        "x.example.com": "b",
        "x.y.example.com": "b",
        "tie.test": "c",
    }
    assert {host: whoami(gateway, Host=host).backend for host in cases} == cases
    assert [whoami(gateway, Host=host).status for host in ("example.com", "other.test")] == [
        404,
        404,
    ]


def test_weights_are_exact(gateway, backends):
    gateway.manifests.route("one", rule("a", "b", "c", weights=[3, 1, 0]))
    gateway.start(flags=("--workers", "1"))
    chosen = [whoami(gateway).backend for _ in range(40)]
    assert {name: chosen.count(name) for name in "abc"} == {"a": 30, "b": 10, "c": 0}


def test_endpoints_of_a_service_take_turns(gateway, backends):
    addresses = [backends[name].address for name in "abc"]
    gateway.manifests.service("all", *addresses)
    gateway.manifests.route("one", rule("all"))
    gateway.start(flags=("--workers", "1"))
    chosen = [whoami(gateway).backend for _ in range(12)]
    assert sorted(chosen) == sorted("abc" * 4)


def test_a_moved_route_keeps_live_sessions_and_moves_new_ones(gateway, backends):
    gateway.manifests.route("one", rule("a"))
    gateway.start()
    with RawClient(gateway.plane.address, gateway.port) as client:
        client.upgraded()
        gateway.manifests.route("one", rule("b"))
        eventually(lambda: whoami(gateway).backend == "b", "the edit is in force")
        client.echo("still on a")
        assert "still on a" in backends["a"].sessions[0].received
    assert whoami(gateway).backend == "b"


def test_the_backend_sees_the_client_and_not_the_hop(gateway, backends):
    gateway.manifests.route("one", rule("a", path="/v1", rewrite={"replacePrefixMatch": "/v2"}))
    gateway.start()
    seen = whoami(
        gateway,
        "/v1/room?token=1",
        Host="chat.example.com",
        X_Custom="kept",
        Connection="Upgrade, X-Hop",
        X_Hop="dropped",
        X_Request_Id="mine-17",
    )
    assert seen.path == "/v2/room?token=1"
    assert seen.headers["host"] == ["chat.example.com"]
    assert seen.headers["x-forwarded-for"] == ["127.0.0.1"]
    assert seen.headers["x-forwarded-proto"] == ["http"]
    assert seen.headers["x-forwarded-host"] == ["chat.example.com"]
    assert seen.headers["x-custom"] == ["kept"]
    assert "x-hop" not in seen.headers
    assert len(seen.headers["traceparent"]) == 1
    # One id, for the backend, the client and the log.
    identity = seen.headers["x-request-id"][0]
    assert seen.answer["x-request-id"] == identity
    assert gateway.plane.wait_logged(request_id=identity, status=101)


def test_a_subprotocol_and_its_choice_pass(gateway, backends):
    gateway.manifests.route("one", rule("a"))
    gateway.start()
    seen = whoami(gateway, Sec_WebSocket_Protocol="chat.v2, chat.v1")
    assert seen.answer["sec-websocket-protocol"] == "chat.v2"
    assert gateway.plane.wait_logged(subprotocol="chat.v2")


def test_every_refusal_has_its_status_and_its_reason(gateway, backends):
    gateway.manifests.service("empty")
    gateway.manifests.service("dead", f"127.0.0.1:{refusing_port()}")
    gateway.manifests.route(
        "one",
        rule("a", path="/ok"),
        rule("a", path="/origin", allowedOrigins=["https://app.example.com"]),
        rule("empty", path="/empty"),
        rule("dead", path="/dead"),
        rule("missing", path="/missing"),
    )
    gateway.start()
    cases = [
        ("no_route", 404, "/nowhere", {}),
        ("origin_denied", 403, "/origin", {"Origin": "https://evil.example.com"}),
        ("origin_denied", 403, "/origin", {"Origin": "https://app.example.com.evil.test"}),
        ("upgrade_required", 426, "/ok", {"Upgrade": None, "Connection": None}),
        ("unsupported_version", 426, "/ok", {"Sec_WebSocket_Version": "12"}),
        ("bad_request", 400, "/ok", {"Sec_WebSocket_Key": "short"}),
        ("bad_request", 400, "/ok", {"Sec_WebSocket_Key": None}),
        ("no_endpoint", 503, "/empty", {}),
        ("upstream_refused", 502, "/dead", {}),
        ("invalid_backend", 500, "/missing", {}),
    ]
    for reason, status, path, headers in cases:
        answer = refused(gateway, path, **headers)
        assert (reason, answer.status) == (reason, status), answer
    assert whoami(gateway, "/origin", Origin="https://app.example.com").status == 101
    gateway.plane.wait_logged(len(cases), side="gateway")
    logged = [
        (line["reason"], line["status"])
        for line in gateway.plane.access_log()
        if line["status"] != 101
    ]
    assert sorted(logged) == sorted((reason, status) for reason, status, _, _ in cases)
    counted = gateway.plane.metrics().by("holdfast_upgrades_total", "reason")
    assert {reason: counted[reason] for reason, *_ in cases} == {
        reason: sum(1 for one in cases if one[0] == reason) for reason, *_ in cases
    }
    version = refused(gateway, "/ok", Sec_WebSocket_Version="12")
    assert version.headers["sec-websocket-version"] == "13"


@contextlib.contextmanager
def beside_a_bystander(gateway):
    """Starts the gateway and holds a session meanwhile, which is neither closed nor moved."""
    gateway.start()
    with Bystander(gateway.url("/bystander")) as bystander:
        yield
        bystander.must_echo()
        assert [line for line in gateway.plane.access_log() if line["path"] == "/bystander"] == []
    (line,) = gateway.plane.wait_logged(path="/bystander")
    assert (line["side"], line["reason"]) == ("client", "client_close")


GOOD = yaml.safe_dump(route("one", rule("b")), sort_keys=False)
# What is wrong, and what is said of it: the line counts from 1.
BROKEN = {
    "unknown-field": (
        GOOD + "  extra: 1\n",
        {
            "line": len(GOOD.splitlines()) + 1,
            "object": "WebSocketRoute default/one",
            "field": "spec.extra",
            "message": "unknown field",
        },
    ),
    "no-yaml": (
        "apiVersion: holdfast.dev/v1alpha1\nkind: [half",
        {
            "line": 2,
            "object": "document 1",
            "field": "",
            "message": "not YAML: end of sequence flow not found",
        },
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_manifest_changes_nothing_and_is_reported(gateway, backends, kind):
    text, expected = BROKEN[kind]
    expected = {"file": str(gateway.manifests.folder / "route-one.yaml"), **expected}
    gateway.manifests.route("one", rule("a"))
    with beside_a_bystander(gateway):
        table = gateway.plane.config()
        gateway.manifests.write_text("route-one", text)
        (told,) = eventually(lambda: source(gateway)["problems"], "the problem is in /status")
        assert told | expected == told
        assert source(gateway)["filesRefused"] == 1
        (logged,) = gateway.controller.wait_log(message="manifest refused")
        as_logged = {"problem" if key == "message" else key: expected[key] for key in expected}
        assert logged | as_logged == logged
        assert whoami(gateway).backend == "a"
        assert gateway.plane.config() == table

        gateway.manifests.write_text("route-one", GOOD)
        eventually(lambda: whoami(gateway).backend == "b", "the mended manifest is in force")
        assert source(gateway)["problems"] == []
        gateway.controller.wait_log(message="manifest is well again")


def source(gateway) -> dict:
    return gateway.controller.status()["source"]


def test_a_listener_without_its_secret_says_so_and_leaves_the_others_alone(gateway, backends):
    gateway.manifests.route("one", rule("a"))
    with beside_a_bystander(gateway):
        secure = tls_listener(free_port(), "missing")
        gateway.manifests.gateway(listener(gateway.port), secure)
        refused = eventually(lambda: untrue(gateway, "tls"), "the listener's status tells of it")
        assert refused["ResolvedRefs"] == (
            "InvalidCertificateRef",
            "spec.listeners[1].tls.certificateRefs[0] names Secret default/missing, "
            "which does not exist.",
        )
        assert untrue(gateway, "web") == {}
        assert whoami(gateway).backend == "a"


def test_typos_in_references_are_warnings_in_the_log_until_they_are_mended(gateway, backends):
    gateway.manifests.route("one", rule("misspelt"))
    stray = route("stray", rule("a", path="/stray"))
    stray["spec"]["parentRefs"][0]["name"] = "egde"
    gateway.manifests.write("stray", stray)
    gateway.start()
    (fault,) = gateway.controller.wait_log(message="object is at fault")
    assert (fault["level"], fault["condition"]) == ("warning", "ResolvedRefs=False")
    assert fault["object"].startswith("WebSocketRoute ") and "misspelt" in fault["detail"]
    (orphan,) = gateway.controller.wait_log(
        message="reference leads to no Gateway that is served here"
    )
    assert (orphan["field"], "egde" in orphan["detail"]) == ("spec.parentRefs[0]", True)

    gateway.manifests.route("one", rule("a"))
    (mended,) = gateway.controller.wait_log(message="object is well")
    assert (mended["object"], mended["condition"]) == (fault["object"], "ResolvedRefs=True")


def untrue(gateway, listener: str) -> dict[str, tuple[str, str]]:
    """Reason and message of the conditions that a listener does not meet."""
    (status,) = gateway.controller.status()["gateways"]
    return {
        condition["type"]: (condition["reason"], condition["message"])
        for each in status["listeners"]
        if each["name"] == listener
        for condition in each["conditions"]
        if condition["type"] in ("Accepted", "ResolvedRefs") and condition["status"] != "True"
    }


def test_a_route_of_another_namespace_is_not_admitted(gateway, backends):
    gateway.manifests.route("one", rule("a", path="/mine"))
    foreign = route("two", rule("b", path="/theirs"), namespace="elsewhere")
    foreign["spec"]["parentRefs"][0]["namespace"] = metadata("x")["namespace"]
    gateway.manifests.write("foreign", foreign)
    gateway.start()
    assert whoami(gateway, "/mine").backend == "a"
    assert whoami(gateway, "/theirs").status == 404


def test_ipv6_on_both_sides(gateway):
    with EchoBackend("six", host="::1") as backend:
        gateway.serve(f"[::1]:{backend.port}")
        gateway.start_controller()
        gateway.add_plane(address="::1").wait_ready()
        with connect(f"ws://[::1]:{gateway.port}/", proxy=None) as client:
            client.send("!whoami")
            told = json.loads(client.recv(timeout=20))
    assert told["backend"] == "six"
    assert ["x-forwarded-for", "::1"] in [[name.lower(), value] for name, value in told["headers"]]

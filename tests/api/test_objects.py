"""Goal: what the objects of a cluster mean together, and what becomes of it when one changes.
Method: kubectl changes them under a session that must go on; clients and statuses tell."""

import json
import socket

import pytest
from websockets.sync.client import connect

from harness.backend import EchoBackend
from harness.certificates import Authority, serial
from harness.manifests import (
    gateway,
    listener,
    metadata,
    route,
    rule,
    service,
    tls_listener,
    tls_secret,
)
from harness.ports import free_port
from harness.probe import Bystander, whoami
from harness.waiting import eventually

from kube.fleet import node_address


@pytest.fixture
def backends():
    with EchoBackend("a", host=node_address()) as a, EchoBackend("b", host=node_address()) as b:
        yield {"a": a, "b": b}


@pytest.fixture
def authority(tmp_path):
    """Clients' own: the cluster has another one."""
    folder = tmp_path / "clients"
    folder.mkdir()
    return Authority(folder)


def answers(fleet, path: str, name: str) -> None:
    eventually(lambda: whoami(fleet, path).backend == name, f"{name} answers at {path}")


def refuses(fleet, path: str, status: int) -> None:
    eventually(lambda: whoami(fleet, path).status == status, f"{path} is answered {status}")


def namespace(name: str, **labels) -> dict:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def grant(name_space: str) -> dict:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "ReferenceGrant",
        "metadata": metadata("routes", name_space),
        "spec": {
            "from": [
                {"group": "holdfast.dev", "kind": "WebSocketRoute", "namespace": "default"},
            ],
            "to": [{"group": "", "kind": "Service"}],
        },
    }


def test_a_backend_of_another_namespace_takes_a_grant(fleet, backends):
    fleet.serve(backends["a"].address)
    fleet.start(planes=1)
    answers(fleet, "/", "a")
    with Bystander(fleet.url()):
        foreign = rule("b", path="/b")
        foreign["backendRefs"][0]["namespace"] = "other"
        fleet.cluster.apply(
            namespace("other"),
            service("b", backends["b"].address, namespace="other"),
            route("foreign", foreign),
        )
        told = fleet.wait_condition(("wsr", "foreign"), "ResolvedRefs", "False")
        assert told["reason"] == "RefNotPermitted"
        refuses(fleet, "/b", 500)
        fleet.cluster.apply(grant("other"))
        answers(fleet, "/b", "b")
        fleet.wait_condition(("wsr", "foreign"), "ResolvedRefs", "True")
        fleet.cluster.kubectl("delete", "referencegrant", "routes", "-n", "other")
        refuses(fleet, "/b", 500)


def test_routes_come_from_the_namespaces_that_a_listener_selects(fleet, backends):
    chosen = listener(
        fleet.port,
        allowedRoutes={
            "namespaces": {"from": "Selector", "selector": {"matchLabels": {"sockets": "yes"}}}
        },
    )
    elsewhere = route("theirs", rule("b", path="/b"), namespace="team")
    elsewhere["spec"]["parentRefs"][0]["namespace"] = "default"
    fleet.serve(backends["a"].address, listeners=[chosen])
    fleet.cluster.apply(
        namespace("team"), service("b", backends["b"].address, namespace="team"), elsewhere
    )
    fleet.start(planes=1)
    refuses(fleet, "/b", 404)
    fleet.cluster.kubectl("label", "namespace", "team", "sockets=yes")
    answers(fleet, "/b", "b")
    fleet.cluster.kubectl("label", "namespace", "team", "sockets=no", "--overwrite")
    refuses(fleet, "/b", 404)


def test_a_certificate_rotates_without_touching_sessions(fleet, backends, authority):
    fleet.serve(backends["a"].address, listeners=[tls_listener(fleet.port, "edge")])
    fleet.cluster.apply(tls_secret("edge", *authority.issue("localhost")))
    fleet.start(planes=1)

    def dial():
        return connect(
            f"wss://localhost:{fleet.port}/",
            sock=socket.create_connection((fleet.plane.address, fleet.port)),
            ssl=authority.threaded_context(),
            proxy=None,
        )

    with dial() as first:
        before = serial(first.socket.getpeercert())
        fleet.cluster.apply(tls_secret("edge", *authority.issue("localhost")))

        def rotated():
            with dial() as fresh:
                return serial(fresh.socket.getpeercert()) != before

        eventually(rotated, "new handshakes see the new certificate")
        first.send("still here")
        assert first.recv(timeout=20) == "still here"


def test_a_listener_without_its_secret_tells_so_until_it_is_there(fleet, backends, authority):
    late = tls_listener(free_port(), "late")
    fleet.serve(backends["a"].address, listeners=[listener(fleet.port), late])
    fleet.start(planes=1)

    def resolved(status: str):
        (_, late) = fleet.cluster.read("gateway", "edge")["status"]["listeners"]
        found = {each["type"]: each for each in late["conditions"]}["ResolvedRefs"]
        return found["status"] == status and found

    with Bystander(fleet.url()):
        told = eventually(lambda: resolved("False"), "the listener lacks its Secret")
        assert told["reason"] == "InvalidCertificateRef"
        fleet.cluster.apply(tls_secret("late", *authority.issue("localhost")))
        eventually(lambda: resolved("True"), "the listener has its Secret")


def test_endpoints_come_from_several_slices_and_go_one_by_one(fleet, backends):
    fleet.serve(backends["a"].address, backends["b"].address)
    fleet.start(planes=1)
    eventually(
        lambda: {whoami(fleet).backend for _ in range(6)} == {"a", "b"}, "both slices are used"
    )
    terminating = {"ready": False, "serving": True, "terminating": True}
    slices = service("echo", backends["a"].address, backends["b"].address)[1:]
    with Bystander(fleet.url()):
        slices[0]["endpoints"][0]["conditions"] = terminating
        fleet.cluster.apply(slices)
        eventually(
            lambda: {whoami(fleet).backend for _ in range(6)} == {"b"}, "only what is ready is used"
        )
        slices[1]["endpoints"][0]["conditions"] = {"ready": False, "serving": False}
        fleet.cluster.apply(slices)
        # KEP-1669: when nothing is ready, what is terminating and still serves.
        eventually(
            lambda: {whoami(fleet).backend for _ in range(6)} == {"a"}, "the last resort is used"
        )
        fleet.cluster.kubectl("delete", "endpointslices", "--all")
        refuses(fleet, "/", 503)


def test_only_the_namespaces_given_are_read(fleet, backends):
    fleet.serve(backends["a"].address)
    theirs = route("theirs", rule("b", path="/b"), namespace="team")
    theirs["spec"]["parentRefs"][0]["namespace"] = "default"
    everywhere = listener(fleet.port, allowedRoutes={"namespaces": {"from": "All"}})
    fleet.cluster.apply(
        gateway(everywhere),
        namespace("team"),
        service("b", backends["b"].address, namespace="team"),
        theirs,
    )
    fleet.start_controller(flags=("--namespace", "default"))
    fleet.add_plane().wait_ready()
    answers(fleet, "/b", "a")
    assert [one["name"] for one in fleet.controllers[0].status()["routes"]] == ["default/echo"]


def test_a_gateway_has_the_address_of_the_service_before_its_data_planes(fleet):
    fleet.serve()
    front = service("front")[0]
    fleet.cluster.apply(front)
    fleet.start_controller(flags=("--gateway-service", "default/front"))
    address = fleet.cluster.read("service", "front")["spec"]["clusterIP"]
    eventually(
        lambda: fleet.cluster.read("gateway", "edge")["status"].get("addresses")
        == [{"type": "IPAddress", "value": address}],
        "the Gateway has the cluster IP",
    )


def patch_status(fleet, parents: list) -> None:
    fleet.cluster.kubectl(
        *("patch", "wsr", "echo", "--subresource=status", "--type=merge"),
        *("-p", json.dumps({"status": {"parents": parents}})),
    )


def controllers_of(fleet) -> list[str]:
    status = fleet.cluster.read("wsr", "echo").get("status", {})
    return sorted(one["controllerName"] for one in status.get("parents", []))


def test_what_others_write_survives_and_what_they_erase_comes_back(fleet):
    ours, theirs = "holdfast.dev/gateway-controller", "example.com/another"
    fleet.serve()
    fleet.start(planes=1)
    fleet.wait_condition(("wsr", "echo"), "Programmed", "True")
    patch_status(fleet, [{"parentRef": {"name": "edge"}, "controllerName": theirs}])
    eventually(lambda: controllers_of(fleet) == [theirs, ours], "ours comes back beside theirs")
    elsewhere = route("echo", rule("echo"))
    elsewhere["spec"]["parentRefs"][0]["name"] = "another"
    fleet.cluster.apply(elsewhere)
    eventually(lambda: controllers_of(fleet) == [theirs], "ours goes with its reason, theirs stays")


def test_a_route_is_not_programmed_when_no_data_plane_is_there(fleet):
    fleet.serve()
    fleet.start(planes=1)
    fleet.wait_condition(("wsr", "echo"), "Programmed", "True")
    assert fleet.plane.stop() == []
    told = fleet.wait_condition(("wsr", "echo"), "Programmed", "False")
    assert told["reason"] == "Pending" and "No data plane" in told["message"]
    metrics = fleet.controllers[0].metrics().by("holdfast_controller_dataplanes", "state")
    assert set(metrics.values()) == {0}

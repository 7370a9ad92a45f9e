"""Goal: what kubectl applies is served by every data plane, and its owner is told so.
Method: real clients of others through each of two data planes; statuses and Events by kubectl."""

import signal
from datetime import datetime

from harness import exercise
from harness.backend import EchoBackend
from harness.manifests import route, rule
from harness.waiting import eventually

from kube.fleet import node_address


def test_what_is_applied_is_served_and_told(fleet):
    with EchoBackend(host=node_address()) as backend:
        fleet.serve(backend.address)
        fleet.start(planes=2)
        for plane in (0, 1):
            exercise.python_websockets(fleet.url(plane=plane))
            exercise.npm_ws(fleet.url(plane=plane))

        told = fleet.wait_condition(("wsr", "echo"), "Programmed", "True")
        assert told["observedGeneration"] == 1
        assert {kind: each["status"] for kind, each in fleet.conditions("wsr", "echo").items()} == {
            "Accepted": "True",
            "ResolvedRefs": "True",
            "Programmed": "True",
        }
        fleet.wait_condition(("gateway", "edge"), "Programmed", "True")
        fleet.wait_condition(("gatewayclass", "holdfast"), "Accepted", "True")
        (listener,) = fleet.cluster.read("gateway", "edge")["status"]["listeners"]
        assert listener["attachedRoutes"] == 1

        shown = fleet.cluster.kubectl("get", "wsr").stdout.splitlines()
        assert shown[0].split() == [
            *("NAME", "HOSTNAMES", "ACCEPTED", "RESOLVEDREFS", "PROGRAMMED", "AGE"),
        ]
        assert shown[1].split()[:4] == ["echo", "True", "True", "True"]


def test_a_fault_is_told_with_its_generation_and_by_an_event(fleet):
    with EchoBackend(host=node_address()) as backend:
        fleet.serve(backend.address)
        fleet.start(planes=1)
        fleet.wait_condition(("wsr", "echo"), "Programmed", "True")
        fleet.cluster.apply(route("echo", rule("misspelt")))
        told = fleet.wait_condition(("wsr", "echo"), "ResolvedRefs", "False")
        assert (told["reason"], told["observedGeneration"]) == ("BackendNotFound", 2)
        assert "misspelt" in told["message"]

        fleet.cluster.apply(route("echo", rule("echo")))
        fleet.wait_condition(("wsr", "echo"), "ResolvedRefs", "True")
        described = fleet.cluster.kubectl("describe", "wsr", "echo").stdout
        assert "BackendNotFound" in described, described


def test_data_planes_are_told_at_once_while_a_lease_cannot_be_given_back(fleet):
    fleet.serve(f"{node_address()}:9")
    fleet.start(planes=1)
    controller = fleet.leader()
    fleet.cluster.stop_api()
    controller.signal(signal.SIGTERM)
    (stopping,) = controller.wait_log(message="stopping")
    (told,) = fleet.plane.wait_log(message="controller goes away")
    took = datetime.fromisoformat(told["time"]) - datetime.fromisoformat(stopping["time"])
    # The lease would take the renew deadline, three seconds.
    assert took.total_seconds() < 1.5
    assert controller.wait(within=10) == 0


def test_a_controller_that_starts_again_writes_no_status_anew(fleet):
    with EchoBackend(host=node_address()) as backend:
        fleet.serve(backend.address)
        fleet.start(planes=1)
        fleet.wait_condition(("wsr", "echo"), "Programmed", "True")
        fleet.wait_condition(("gateway", "edge"), "Programmed", "True")
        objects = (("wsr", "echo"), ("gateway", "edge"))
        before = [fleet.conditions(*each) for each in objects]
        assert not fleet.controllers[0].stop()
        again = fleet.start_controller(place=0)
        assert fleet.leader() is again

        def programmed():
            (shown,) = again.status()["routes"]
            (parent,) = shown["parents"]
            return parent["conditions"][-1]["status"] == "True"

        eventually(programmed, "the data plane is back")
        # What is written after all that was wanted before it.
        fleet.cluster.apply(route("later", rule("echo", path="/later")))
        fleet.wait_condition(("wsr", "later"), "Programmed", "True")
        after = [fleet.conditions(*each) for each in objects]
        assert after == before

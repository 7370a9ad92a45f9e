"""Goal: what the controller does at the API server can be watched, as the documents say.
Method: a scrape of a fleet, against the documents and promtool."""

from harness.backend import EchoBackend
from harness.promtool import complaints
from harness.reference import differences
from harness.waiting import eventually

from kube.fleet import node_address

SECTIONS = ("Controller", "Controller at the Kubernetes API")


def test_every_metric_is_documented_and_one_controller_leads(fleet):
    with EchoBackend(host=node_address()) as backend:
        fleet.serve(backend.address)
        fleet.start(controllers=2, planes=1)
        leader = fleet.leader()
        fleet.wait_condition(("wsr", "echo"), "Programmed", "True")
        metrics = leader.metrics()
        assert differences(metrics, *SECTIONS) == []
        assert complaints(metrics.text) == ""
        leading = [
            each.metrics().total("leader_election_master_status") for each in fleet.controllers
        ]
        assert sorted(leading) == [0, 1]
        written = metrics.total("holdfast_controller_status_writes_total", result="written")
        assert written >= 3  # Class, Gateway and route.


def test_a_kind_that_may_not_be_read_is_named(fleet):
    fleet.cluster.apply(*fleet.rights(without="endpoints"))
    fleet.serve()
    controller = fleet.start_controller()
    eventually(
        lambda: "endpointslices" in str(controller.status()["source"]["problems"]),
        "/status names it",
    )
    (logged,) = controller.wait_log(object="endpointslices", level="warning")
    assert "forbidden" in logged["problem"]
    synced = "holdfast_controller_watch_synced"
    eventually(
        lambda: controller.metrics().by(synced, "resource") | {"endpointslices": 0, "services": 1}
        == controller.metrics().by(synced, "resource"),
        "only that one is not synced",
    )
    assert not controller.status()["ready"]
    fleet.cluster.apply(*fleet.rights())
    eventually(lambda: controller.status()["ready"], "it goes on when it may", within=60)

"""Goal: a right that is missing at a start takes no route away.
Method: two controllers without a right on Namespaces, of which only one serves a Gateway that needs
it: when the other one has waited for long enough, this one still waits. Takes a minute."""

from harness.manifests import gateway, listener
from harness.waiting import eventually

from kube.fleet import gateway_class


def selecting_gateway(name: str) -> dict:
    allowed = {"from": "Selector", "selector": {"matchLabels": {"team": "a"}}}
    made = gateway(listener(8080, allowedRoutes={"namespaces": allowed}))
    made["metadata"] = {**made["metadata"], "name": name}
    return made


def lists_of_namespaces(controller) -> float:
    return controller.metrics().by("holdfast_controller_watch_lists_total", "resource")["namespaces"]


def test_tables_wait_for_labels_of_namespaces_where_a_listener_selects_by_them(fleet):
    fleet.cluster.apply(
        *fleet.rights(without="namespaces"),
        gateway_class(),
        gateway(listener(8080)),
        selecting_gateway("picky"),
    )
    waits = fleet.start_controller(flags=("--gateway", "default/picky"))
    goes_on = fleet.start_controller(flags=("--gateway", "default/edge"))
    eventually(lambda: goes_on.status()["ready"], "it goes on without labels", within=120)
    asked = lists_of_namespaces(waits)
    eventually(lambda: lists_of_namespaces(waits) > asked, "this one asked again", within=60)
    assert not waits.status()["ready"]
    assert "namespaces" in str(waits.status()["source"]["problems"])
    fleet.cluster.apply(*fleet.rights())
    eventually(lambda: waits.status()["ready"], "it goes on when it may", within=60)

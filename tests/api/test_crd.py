"""Goal: WebSocketRoute is a good citizen of kubectl, and is stored as the decoder reads it.
Method: the CRD of the tree in a real API server; routes are created and read back."""

import re

import pytest
import yaml

from harness.manifests import route, rule
from harness.paths import REPO
from kube.schema import crd
from kube.verdict import try_to_create

GOOD = REPO / "tests" / "manifests" / "good"


@pytest.fixture
def stored(cluster):
    """Creates a route, and deletes it at the end."""
    kept = []

    def create(manifest: dict) -> dict:
        cluster.apply(manifest)
        kept.append(manifest["metadata"]["name"])
        return cluster.read("websocketroute", kept[-1])

    yield create
    cluster.kubectl("delete", "websocketroute", *kept)


def test_the_crd_is_accepted_without_reserve(cluster):
    conditions = cluster.read("crd", "websocketroutes.holdfast.dev")["status"]["conditions"]
    states = {each["type"]: each["status"] for each in conditions}
    assert states["Established"] == states["NamesAccepted"] == "True"
    # A schema that is not structural is accepted, and neither prunes nor fills in defaults.
    assert states.get("NonStructuralSchema", "False") == "False"


def test_the_crd_is_created_without_a_warning(cluster):
    """As another group's, as ours is there already."""
    copy = yaml.safe_dump(crd()).replace("holdfast.dev", "holdfast.example")
    created = cluster.kubectl("apply", "--dry-run=server", "-f", "-", input=copy)
    assert "created (server dry run)" in created.stdout
    assert created.stderr == ""


def test_kubectl_shows_what_matters_of_a_route(cluster, stored):
    stored(route("shown", rule("chat"), hostnames=["chat.example.com"]))
    states = {"Accepted": "True", "ResolvedRefs": "False", "Programmed": "Unknown"}
    conditions = [
        {
            "type": name,
            "status": state,
            "reason": "Tried",
            "message": f"{name} is {state}",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
        for name, state in states.items()
    ]
    parent = {
        "parentRef": {"name": "edge"},
        "controllerName": "holdfast.dev/gateway-controller",
        "conditions": conditions,
    }
    patch = yaml.safe_dump({"status": {"parents": [parent]}})
    cluster.kubectl("patch", "wsr", "shown", "--subresource=status", "--type=merge", "-p", patch)
    table = cluster.kubectl("get", "wsr", "shown").stdout.splitlines()
    head, row = (re.split(r" {2,}", line.strip()) for line in table)
    assert head == ["NAME", "HOSTNAMES", "ACCEPTED", "RESOLVEDREFS", "PROGRAMMED", "AGE"]
    assert row[:-1] == ["shown", '["chat.example.com"]', "True", "False", "Unknown"]
    wide = cluster.kubectl("get", "wsr", "shown", "-o", "wide").stdout
    assert "MESSAGE" in wide and "Accepted is True" in wide


def test_a_route_is_found_by_short_name_and_category(cluster, stored):
    stored(route("found", rule("chat")))
    for name in ("wsr", "websocket", "websocketroutes.holdfast.dev"):
        listed = cluster.kubectl("get", name, "-o", "name").stdout.split()
        assert "websocketroute.holdfast.dev/found" in listed, name


def test_kubectl_explains_every_field(cluster):
    told = cluster.kubectl("explain", "wsr.spec", "--recursive").stdout
    schema = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for field in _fields(schema["properties"]["spec"]):
        assert re.search(rf"^ +{field}\t", told, re.MULTILINE), field


def test_a_minimal_route_is_stored_with_the_decoders_defaults(stored):
    minimal = yaml.safe_load((GOOD / "minimal.yaml").read_text())
    spec = stored(minimal)["spec"]
    # As MinimalRoute of tests/unit/source/good_manifests_test.cpp has them.
    assert spec == {
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [
                    {"group": "", "kind": "Service", "name": "chat", "port": 8080, "weight": 1}
                ],
                "timeouts": {
                    "connect": "5s",
                    "handshake": "10s",
                    "idle": "30s",
                    "session": "0s",
                },
                "onRouteChange": "Keep",
                "onRouteDelete": "Drain",
                "drain": {"over": "60s", "code": 1012},
                "backendLostCode": 1011,
            }
        ],
    }


def test_every_field_is_stored_as_it_was_written(cluster):
    text = (GOOD / "everything.yaml").read_text().replace("namespace: team", "namespace: default")
    path = "/apis/holdfast.dev/v1alpha1/namespaces/default/websocketroutes"
    answer = try_to_create(cluster, path, text)
    assert answer.status == 201, answer
    stored = answer.json()["spec"]
    assert _without_additions(stored, yaml.safe_load(text)["spec"]) == yaml.safe_load(text)["spec"]


def _without_additions(stored, written):
    """What was stored, without the fields that defaults have filled in."""
    if isinstance(written, dict):
        return {key: _without_additions(stored[key], value) for key, value in written.items()}
    if isinstance(written, list):
        assert len(stored) == len(written)
        return [_without_additions(*pair) for pair in zip(stored, written)]
    return stored


def _fields(schema: dict):
    for name, property in schema.get("properties", {}).items():
        yield name
        yield from _fields(property)
    if "items" in schema:
        yield from _fields(schema["items"])

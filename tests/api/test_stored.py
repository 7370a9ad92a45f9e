"""Goal: a manifest means the same on a laptop and in a cluster, where the API server has filled in
its defaults before the controller reads it.
Method: every good manifest, example and golden case of translate goes to a real API server by
kubectl, without being kept; translate prints the same tables and statuses of what was written and
of what would be stored."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from harness.manifests import gateway, listener, metadata
from harness.paths import EXAMPLES, REPO, program
from kube.fleet import gateway_class

# Nobody writes these: the API server sets them, and another time is another precedence.
SERVERS_OWN = {"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"}

NEVER_STORED = {
    # Of older API servers, and of what stands in for a cluster.
    "chat/laptop/endpoints": "may not be in the loopback range",
    "endpoints_dual_stack": "must be in canonical form",
    "endpoints_in_two_slices": "must be in canonical form",
    "endpoints_nobody_may_dial": "may not be in the loopback range",
    # Of the experimental channel of Gateway API.
    "good/gateway": 'unknown field "spec.listeners[1].tls.frontendValidation"',
    "tls_client_validation": 'unknown field "spec.listeners[1].tls.frontendValidation"',
    # Gateway API's CEL rules refuse them; the statuses say so where these rules are not in force.
    "listener_conflicts_everywhere": "must be unique for each listener",
    "listener_hostname_conflict": "must be unique for each listener",
    "listener_tls_mismatch": "tls must not be specified for protocols",
    "tls_bad_secrets": "spec.listeners[5].tls: Invalid value",
}


def objects(text: str) -> list[dict]:
    """Of all documents and Lists of a manifest, without what only a server sets."""
    found = []
    for document in yaml.safe_load_all(text):
        found += (document or {}).get("items", [document] if document else [])
    return [{**each, "metadata": _written(each["metadata"])} for each in found]


def _written(fields: dict) -> dict:
    return {name: value for name, value in fields.items() if name not in SERVERS_OWN}


def _scenes() -> dict[str, list[dict]]:
    """Whatever there is of good manifests. A route means nothing without a Gateway: those of
    tests/manifests/good get one where they have none."""
    texts = {
        **{f"good/{f.stem}": f for f in (REPO / "tests" / "manifests" / "good").glob("*.yaml")},
        **{str(f.relative_to(EXAMPLES).with_suffix("")): f for f in EXAMPLES.rglob("*.yaml")},
        **{
            f.name.removesuffix(".in.yaml"): f
            for f in (REPO / "tests" / "golden" / "translate").glob("*.in.yaml")
        },
    }
    scenes = {name: objects(file.read_text()) for name, file in texts.items()}
    edge = gateway(listener(80))
    scenes["good/minimal"] += [gateway_class(), edge]
    scenes["good/everything"] += [gateway_class(), {**edge, "metadata": metadata("edge", "team")}]
    return scenes


SCENES = _scenes()


def namespace(name: str) -> dict:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


@pytest.fixture(scope="module", autouse=True)
def namespaces(cluster):
    """The API server tries no object in a namespace that is not there."""
    everything = [each["metadata"] for scene in SCENES.values() for each in scene]
    names = {each.get("namespace", "default") for each in everything} - {"default"}
    cluster.apply([namespace(name) for name in names])
    yield
    cluster.kubectl("delete", "namespace", "--wait=false", *names)
    for name in names:
        # There is no controller that would empty them, and nothing in them.
        path = f"/api/v1/namespaces/{name}/finalize"
        cluster.kubectl("replace", "--raw", path, "-f", "-", input=json.dumps(namespace(name)))


def try_to_apply(cluster, scene: str) -> subprocess.CompletedProcess:
    text = yaml.safe_dump_all(SCENES[scene])
    how = ("--dry-run=server", "-o", "json")
    return cluster.kubectl("apply", *how, "-f", "-", input=text, check=False)


def translated(file: Path, manifest: list[dict]) -> dict:
    file.write_text(yaml.safe_dump_all(manifest))
    command = [program("holdfast-controller"), "translate", "--file", file]
    done = subprocess.run(command, text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("scene", sorted(SCENES.keys() - {*NEVER_STORED}))
def test_what_is_stored_means_what_was_written(cluster, tmp_path, scene):
    done = try_to_apply(cluster, scene)
    assert done.returncode == 0, done.stderr
    stored = translated(tmp_path / "stored.yaml", objects(done.stdout))
    assert stored == translated(tmp_path / "written.yaml", SCENES[scene])


@pytest.mark.parametrize("scene", ["good/everything", "good/minimal"])
def test_a_route_with_its_defaults_is_served(tmp_path, scene):
    (table,) = translated(tmp_path / "written.yaml", SCENES[scene])["tables"].values()
    assert len(table["routes"]) == 1


@pytest.mark.parametrize("scene", sorted(NEVER_STORED))
def test_what_no_api_server_stores_is_refused(cluster, scene):
    refused = try_to_apply(cluster, scene)
    assert refused.returncode != 0 and NEVER_STORED[scene] in refused.stderr, refused.stderr

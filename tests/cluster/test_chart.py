"""Goal: the chart says one thing in all of its places, and refuses what contradicts itself.
Method: files against each other, and `helm template`; no cluster."""

import json
import os
import subprocess

import pytest
import yaml

from harness.paths import REPO
from kube import rights
from kube.programs import program
from release.values import BEGIN, CHART, END, table, values

DOCUMENT = REPO / "docs" / "chart.md"
OPERATOR = ("metrics.serviceMonitor.enabled=true", "metrics.podMonitor.enabled=true")


def listener(name: str, port: int) -> tuple[str, ...]:
    first = "gateway.listeners[0]"
    return (f"{first}.name={name}", f"{first}.port={port}", f"{first}.protocol=HTTP")


def template(*sets: str, chart=CHART, check: bool = True) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [
            *(program("helm"), "template", "holdfast", chart, "--namespace", "holdfast-system"),
            *("--kube-version", "1.34.0", *(f"--set={each}" for each in sets)),
        ],
        text=True,
        capture_output=True,
        timeout=60,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def objects(*sets: str, **more) -> list[dict]:
    return [each for each in yaml.safe_load_all(template(*sets, **more).stdout) if each]


def one(kind: str, name: str, *sets: str, **more) -> dict:
    (found,) = [
        each
        for each in objects(*sets, **more)
        if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    return found


def test_the_document_has_every_value_with_its_default():
    text = DOCUMENT.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    wanted = f"{head}{BEGIN}\n{table()}\n{END}{tail}"
    if os.environ.get("HOLDFAST_UPDATE"):
        DOCUMENT.write_text(wanted)
    assert text == wanted, "run with HOLDFAST_UPDATE=1 to write the table"


def test_the_schema_knows_the_values_and_no_others():
    schema = json.loads((CHART / "values.schema.json").read_text())

    def compare(value: dict, described: dict, path: str):
        known = set(described["properties"]) - {"global"}
        assert set(value) == known, path
        assert described["additionalProperties"] is False, path
        for name, each in value.items():
            if "properties" in described["properties"][name]:
                compare(each, described["properties"][name], f"{path}.{name}")

    compare(values(), schema, "values")


def test_the_controllers_rights_are_those_that_the_tests_give_it():
    role = one("ClusterRole", "holdfast-system-holdfast-controller")
    assert _flat(role["rules"]) == _flat(rights.CLUSTER_RULES.values())
    lease = one("Role", "holdfast-controller-lease")
    assert _flat(lease["rules"]) == _flat(rights.LEASE_RULES)


def _flat(rules) -> set:
    return {
        (group, resource, verb, *rule.get("resourceNames", []))
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def test_restricted_namespaces_get_roles_of_their_own():
    made = objects("controller.watchNamespaces={team}")
    roles = {
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in made
        if each["kind"] == "Role"
    }
    assert {("team", "holdfast-system-holdfast-controller")} < roles
    assert ("team", "holdfast-system-holdfast-controller-secrets") in roles
    (role,) = [each for each in made if each["kind"] == "ClusterRole"]
    resources = {name for rule in role["rules"] for name in rule["resources"]}
    assert resources == {"gatewayclasses", "gatewayclasses/status", "namespaces"}
    assert ("default", "holdfast-system-holdfast-controller-events") in roles


def test_a_new_version_of_the_chart_changes_no_pod_of_data_planes(tmp_path):
    packed = subprocess.run(
        [program("helm"), "package", CHART, "--version", "9.9.9", "--destination", tmp_path],
        capture_output=True,
        timeout=60,
    )
    assert packed.returncode == 0, packed.stderr
    later = one("Deployment", "holdfast-dataplane", chart=tmp_path / "holdfast-9.9.9.tgz")
    now = one("Deployment", "holdfast-dataplane")
    assert later["spec"]["template"] == now["spec"]["template"]
    assert later["metadata"]["labels"] != now["metadata"]["labels"]


def test_listeners_and_replicas_are_not_part_of_a_data_plane():
    more = listener("a-rather-long-listener-name", 81)
    now = one("Deployment", "holdfast-dataplane")["spec"]
    assert one("Deployment", "holdfast-dataplane", *more)["spec"] == now
    scaled = one("Deployment", "holdfast-dataplane", "dataplane.replicaCount=null")["spec"]
    assert "replicas" not in scaled and scaled["template"] == now["template"]


def test_a_drain_has_its_time_before_the_kubelet_kills():
    drain = ("dataplane.drain.delaySeconds=5", "dataplane.drain.timeoutSeconds=60")
    pod = one("Deployment", "holdfast-dataplane", *drain)["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == 95


def test_the_definition_is_the_one_of_the_repository_and_stays():
    (source,) = [yaml.safe_load(each.read_text()) for each in (REPO / "crds").glob("*.yaml")]
    made = one("CustomResourceDefinition", source["metadata"]["name"])
    assert made["spec"] == source["spec"]
    assert made["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    goes = one("CustomResourceDefinition", source["metadata"]["name"], "crds.keep=false")
    assert "helm.sh/resource-policy" not in goes["metadata"]["annotations"]


def test_everything_that_can_be_turned_off_is_gone_then():
    off = (
        *("crds.enabled=false", "gatewayClass.create=false", "gateway.create=false"),
        *("gateway.name=edge", "dataplane.service.ports[0].name=ws"),
        *("dataplane.service.ports[0].port=80", "tls.certgen.enabled=false"),
        *("tls.controllerSecret=a", "tls.dataplaneSecret=b"),
        *("controller.podDisruptionBudget.enabled=false",),
        *("dataplane.podDisruptionBudget.enabled=false",),
    )
    kinds = {each["kind"] for each in objects(*off)}
    assert kinds == {
        *("ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
        *("Service", "Deployment"),
    }
    assert {"ServiceMonitor", "PodMonitor"} < {each["kind"] for each in objects(*OPERATOR)}


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        (("dataplane.terminationGracePeriodSeconds=300",), "the kubelet would cut it off"),
        (("dataplane.podDisruptionBudget.minAvailable=1",), "one of minAvailable and max"),
        (("tls.certgen.enabled=false",), "must name Secrets"),
        (("tls.controllerSecret=a",), "set tls.certgen.enabled to false"),
        (("gateway.create=false",), "gateway.name must say"),
        (("gateway.create=false", "gateway.name=edge"), "dataplane.service.ports must say"),
        (("dataplane.replicas=3",), "'replicas' not allowed"),
        (("controller.logLevel=loud",), "/controller/logLevel"),
        (listener("ws", 0), "/gateway/listeners/0/port"),
        (listener("ws", 19001), "port 19001 of ws is the data planes' own"),
        (listener("a.b", 80), "a.b names a port of the Service"),
    ],
)
def test_a_contradiction_is_refused(sets, told):
    done = template(*sets, check=False)
    assert done.returncode != 0
    assert told in done.stderr

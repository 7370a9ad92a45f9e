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


def listener(name: str, port: int, index: int = 0) -> tuple[str, ...]:
    one = f"gateway.listeners[{index}]"
    return (f"{one}.name={name}", f"{one}.port={port}", f"{one}.protocol=HTTP")


def template(
    *sets: str, chart=CHART, check: bool = True, kinds: tuple = ()
) -> subprocess.CompletedProcess:
    """`kinds` are those of a cluster, as `--api-versions=GROUP/VERSION/KIND`."""
    done = subprocess.run(
        [
            *(program("helm"), "template", "holdfast", chart, "--namespace", "holdfast-system"),
            *("--kube-version", "1.34.0", *kinds),
            *(f"--set={each}" for each in ("image.repository=holdfast", *sets)),
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
        # A chart that has this one inside may say whether it is wanted.
        known = set(described["properties"]) - {"global", "enabled" if path == "values" else ""}
        assert set(value) == known, path
        assert described["additionalProperties"] is False, path
        for name, each in value.items():
            if "properties" in described["properties"][name]:
                compare(each, described["properties"][name], f"{path}.{name}")

    compare(values(), schema, "values")


def test_the_controllers_rights_are_those_that_the_tests_give_it():
    everywhere = "controller.secretNamespaces={*}"
    role = one("ClusterRole", "holdfast-system-holdfast-controller", everywhere)
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


def test_by_default_no_secrets_are_read_but_of_the_gateways_namespace():
    role = one("ClusterRole", "holdfast-system-holdfast-controller")
    assert not [rule for rule in role["rules"] if "secrets" in rule["resources"]]
    for sets, namespace in ((), "holdfast-system"), (("gateway.namespace=edge",), "edge"):
        made = one("Role", "holdfast-system-holdfast-controller-secrets", *sets)
        assert made["metadata"]["namespace"] == namespace


def test_restricted_namespaces_get_roles_of_their_own():
    made = objects("controller.watchNamespaces={team}")
    roles = {
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in made
        if each["kind"] == "Role"
    }
    assert {("team", "holdfast-system-holdfast-controller")} < roles
    assert ("team", "holdfast-system-holdfast-controller-secrets") not in roles
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


def test_data_planes_may_keep_an_image_of_their_own():
    def images(*sets: str) -> list[str]:
        return [
            one("Deployment", f"holdfast-{each}", *sets)["spec"]["template"]["spec"]["containers"][0][
                "image"
            ]
            for each in ("controller", "dataplane")
        ]

    digest = f"sha256:{'a' * 64}"
    assert images("image.tag=v2", "dataplane.image.tag=v1") == ["holdfast:v2", "holdfast:v1"]
    assert images(f"image.digest={digest}", "dataplane.image.tag=v1") == [
        f"holdfast@{digest}",
        "holdfast:v1",
    ]
    assert images("image.tag=v2", "dataplane.image.repository=b") == ["holdfast:v2", "b:v2"]


def test_the_services_ports_say_what_listeners_speak():
    secure = (*listener("wss", 443), "gateway.listeners[0].protocol=HTTPS")
    (port,) = one("Service", "holdfast-dataplane", *secure)["spec"]["ports"]
    assert (port["port"], port["appProtocol"]) == (443, "kubernetes.io/wss")
    given = tuple(
        f"dataplane.service.ports[0].{each}" for each in ("name=a", "port=80", "nodePort=30080")
    )
    (port,) = one("Service", "holdfast-dataplane", *given)["spec"]["ports"]
    assert (port["appProtocol"], port["nodePort"]) == ("kubernetes.io/ws", 30080)


def test_a_cluster_without_gateway_api_is_told_where_it_is():
    """`helm template` alone knows no cluster, and asks for nothing."""
    done = template(check=False, kinds=("--api-versions=apps/v1/Deployment",))
    assert done.returncode != 0
    assert "kubectl apply --server-side -f https://github.com/kubernetes-sigs/" in done.stderr
    gateway = "--api-versions=gateway.networking.k8s.io/v1/Gateway"
    template(kinds=("--api-versions=apps/v1/Deployment", gateway))


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
        (listener("ws", 10240), "port 10240 of ws: a data plane listens below"),
        ((*listener("ws", 80), *listener("ws", 81, 1)), "would be named ws"),
        (("image.repository=",), "image.repository must say"),
        (("dataplane.podDisruptionBudget.maxUnavailable=null",), "is missing"),
        (
            ("dataplane.service.type=ClusterIP", "dataplane.service.externalTrafficPolicy=Local"),
            "for the types LoadBalancer and NodePort",
        ),
        (("dataplane.terminationGracePeriodSeconds=2000000",), "terminationGracePeriodSeconds"),
        (listener("a.b", 80), "a.b names a port of the Service"),
    ],
)
def test_a_contradiction_is_refused(sets, told):
    done = template(*sets, check=False)
    assert done.returncode != 0
    assert told in done.stderr

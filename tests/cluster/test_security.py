"""Goal: Pods have no more rights than they need, in the kernel's eyes and in the API server's.
Method: what /proc says of the programs; what the API server says of their accounts; each right of
the controller taken away, and what it tells then."""

import json
import re
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from harness.manifests import tls_listener, tls_secret
from harness.waiting import eventually
from release.crowds import BACKEND
from release.release import NAME, NAMESPACE

PROGRAMS = ("holdfast-controller", "holdfast-dataplane")
DATA_PLANES = f"deployment/{NAME}-dataplane"
CLUSTER_ROLE = f"clusterrole/{NAMESPACE}-{NAME}-controller"
SECRETS_ROLE = f"role/{NAMESPACE}-{NAME}-controller-secrets"
LEASE_ROLE = f"role/{NAME}-controller-lease"
UNWRITTEN = "statuses cannot be written, tried again later"


def processes(program: str) -> list[Path]:
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        if command.read_bytes().split(b"\0")[0].decode() == program:
            found.append(command.parent)
    return found


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_kernel_gives_a_program_nothing(release, program):
    found = processes(program)
    assert len(found) == 2
    for process in found:
        status = dict(re.findall(r"^(\w+):\s+(.*)$", (process / "status").read_text(), re.M))
        assert set(status["Uid"].split()) == {"65532"}
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2", "no filter"
        root = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
        (options,) = [fields[5] for fields in root if fields[4] == "/"]
        assert "ro" in options.split(",")


def test_what_is_executed_in_a_pod_sees_its_image_and_nothing_of_the_machine(crowds, release):
    def executed(*command: str, pod: str, namespace: str, check: bool = True):
        return release.node.kubectl("-n", namespace, "exec", pod, "--", *command, check=check)

    listing = ("python3", "-c", "import os; print(*os.listdir('/'))")
    seen = executed(*listing, pod=f"deployment/{BACKEND}", namespace="default").stdout.split()
    assert "echo.py" in seen
    nothing = executed("sh", "-c", ":", pod=DATA_PLANES, namespace=NAMESPACE, check=False)
    assert nothing.returncode != 0, "its image has no shell"
    assert "executable file not found" in nothing.stderr
    crowds.must_be_untouched()


def test_a_data_plane_may_do_nothing_at_the_api_server(release):
    release.node.kubectl("create", "serviceaccount", "nobody")
    rights = [
        release.node.kubectl(
            "auth", "can-i", "--list", f"--as=system:serviceaccount:{account}", "-n", NAMESPACE
        ).stdout
        for account in (f"{NAMESPACE}:{NAME}-dataplane", "default:nobody")
    ]
    assert rights[0] == rights[1]
    for pod in release.pods("dataplane"):
        assert pod["spec"]["automountServiceAccountToken"] is False
        mounts = pod["spec"]["containers"][0]["volumeMounts"]
        assert not [each for each in mounts if "serviceaccount" in each["mountPath"]]


def rules(node, role: str) -> list[dict]:
    return node.read(role, "-n", NAMESPACE)["rules"]


# By the resource that a right is taken away of.
READ = (
    *("websocketroutes", "gateways", "gatewayclasses", "referencegrants"),
    *("services", "endpointslices", "namespaces"),
)
WRITTEN = ("websocketroutes/status", "gateways/status", "gatewayclasses/status", "events")
ROLES = {CLUSTER_ROLE: {*READ, *WRITTEN}, SECRETS_ROLE: {"secrets"}, LEASE_ROLE: {"leases"}}


@pytest.mark.parametrize("role", ROLES)
def test_the_controller_has_the_rights_that_are_tested_here_and_no_more(release, role):
    given = rules(release.node, role)
    assert {name for rule in given for name in rule["resources"]} == ROLES[role]
    assert not [rule for rule in given if "*" in rule["verbs"] + rule["resources"]]


@pytest.mark.parametrize("resource", READ)
def test_a_right_to_read_that_is_missing_is_named(release, resource):
    with without(release, resource):
        restart(release)
        eventually(lambda: problems(release, resource), f"a controller names {resource}", within=60)
    release.wait_ready()


SPARE_CLASS = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "GatewayClass",
    "metadata": {"name": "spare"},
    "spec": {"controllerName": "holdfast.dev/gateway-controller"},
}


@pytest.fixture
def make_extra(crowds, release):
    """Makes one more class and one more route, which have statuses; the route's Gateway counts it,
    and Events tell of it."""
    yield lambda: release.node.apply(SPARE_CLASS, crowds.route("extra", backend="beside"))
    release.node.kubectl("delete", "--ignore-not-found", "wsr/extra", "gatewayclass/spare")


def extra_has_a_status(node) -> bool:
    return "status" in node.read("wsr", "extra")


def extra_is_counted(node) -> bool:
    (listener,) = node.read("gateway", NAME, "-n", NAMESPACE)["status"]["listeners"]
    return listener["attachedRoutes"] == len(node.read("wsr", "--all-namespaces")["items"])


def spare_is_accepted(node) -> bool:
    # Without our word on it, the definition's default says that it is not known.
    told = node.read("gatewayclass", "spare")["status"]["conditions"]
    return any(each["type"] == "Accepted" and each["status"] == "True" for each in told)


@pytest.mark.parametrize(
    ("resource", "kind", "written"),
    [
        ("websocketroutes/status", "WebSocketRoute", extra_has_a_status),
        ("gateways/status", "Gateway", extra_is_counted),
        ("gatewayclasses/status", "GatewayClass", spare_is_accepted),
    ],
)
def test_a_right_to_write_statuses_that_is_missing_is_in_the_log(
    crowds, release, make_extra, resource, kind, written
):
    with without(release, resource):
        make_extra()
        eventually(
            lambda: forbidden(release, UNWRITTEN, "object", f"{kind} "),
            f"a controller cannot write {resource}",
            within=60,
        )
        assert not written(release.node)
    eventually(lambda: written(release.node), "it is written when it may be", within=60)
    crowds.must_be_untouched()


def test_a_right_to_write_events_that_is_missing_is_in_the_log(crowds, release, make_extra):
    def told():
        # By its uid: there were others of that name.
        uid = release.node.read("wsr", "extra")["metadata"]["uid"]
        events = release.node.read("events")["items"]
        return any(each["involvedObject"].get("uid") == uid for each in events)

    with without(release, "events"):
        make_extra()
        eventually(
            lambda: forbidden(release, "Events cannot be sent", "to", "/events"),
            "a controller cannot send Events",
            within=60,
        )
        assert not told()
    # What was refused is not sent again. What comes next is: the route has a backend that is not.
    release.node.apply(crowds.route("extra"))
    eventually(told, "an Event is sent when it may be", within=60)
    crowds.must_be_untouched()


def test_a_right_to_the_lease_that_is_missing_is_named_and_routes_still_arrive(
    crowds, release, make_extra
):
    """Who may not lead serves all the same: only statuses and Events wait."""

    def leaderless():
        told = [release.status(each)["leader"] for each in release.pods("controller")]
        return all(not one["leads"] and "leases" in one.get("trouble", "") for one in told)

    with without(release, "leases", role=LEASE_ROLE):
        eventually(leaderless, "no controller leads, and each says why", within=60)
        make_extra()
        eventually(lambda: reaches(f"{release.url()}/extra"), "clients reach the route", within=60)
        assert not extra_has_a_status(release.node)
    eventually(lambda: extra_has_a_status(release.node), "it has a status", within=60)
    crowds.must_be_untouched()


@pytest.fixture
def listeners(crowds, release):
    """Those of the Gateway, which has them again in the end; and a Secret `chat` for one more."""
    pair = release.node.credentials.authority.issue("chat.example")
    secret = tls_secret("chat", *pair)
    secret["metadata"]["namespace"] = NAMESPACE
    release.node.apply(secret)
    before = release.node.read("gateway", NAME, "-n", NAMESPACE)["spec"]["listeners"]
    yield before
    set_listeners(release, before)
    release.kubectl("delete", "secret/chat")


def test_a_right_to_secrets_that_is_missing_is_in_the_listeners_status(crowds, release, listeners):
    with without(release, "secrets", role=SECRETS_ROLE):
        set_listeners(release, [*listeners, tls_listener(8443, "chat")])
        eventually(
            lambda: listener_condition(release, "tls", "ResolvedRefs") == "False",
            "the listener has no certificate",
            within=60,
        )
        eventually(lambda: problems(release, "secrets"), "a controller names secrets", within=60)
    eventually(
        lambda: listener_condition(release, "tls", "Programmed") == "True",
        "the listener has its certificate",
        within=60,
    )
    crowds.must_be_untouched()


class without:
    """While a role of the controller's lacks one resource."""

    def __init__(self, release, resource: str, role: str = CLUSTER_ROLE):
        self._node = release.node
        self._resource = resource
        self._role = role

    def __enter__(self):
        self._rules = rules(self._node, self._role)
        rest = []
        for rule in self._rules:
            resources = [each for each in rule["resources"] if each != self._resource]
            rest += [{**rule, "resources": resources}] if resources else []
        assert rest != self._rules
        self._set(rest)

    def __exit__(self, *_):
        self._set(self._rules)

    def _set(self, rules: list[dict]) -> None:
        patch = json.dumps({"rules": rules})
        self._node.kubectl("patch", self._role, "-n", NAMESPACE, "--type=merge", "-p", patch)


def restart(release) -> None:
    """New controllers, which have read nothing yet."""
    before = release.pods("controller")
    release.kubectl("delete", *(f"pod/{each['metadata']['name']}" for each in before))
    release.wait_gone(before)


def forbidden(release, message: str, field: str, about: str) -> list[dict]:
    """Lines of the controllers' logs that say so of what was answered with 403."""
    text = "".join(
        release.kubectl("logs", each["metadata"]["name"]) for each in release.pods("controller")
    )
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    told = [line for line in lines if line["message"] == message and about in line[field]]
    return [line for line in told if "403" in line["problem"]]


def problems(release, about: str) -> list[dict]:
    """Of what a controller reads, those that name it."""
    (first, *_) = release.pods("controller")
    found = release.status(first)["source"]["problems"]
    return [each for each in found if about in json.dumps(each)]


def reaches(url: str) -> bool:
    try:
        connect(url).close()
    except InvalidStatus:
        return False
    return True


def set_listeners(release, listeners: list[dict]) -> None:
    patch = json.dumps({"spec": {"listeners": listeners}})
    release.kubectl("patch", f"gateway/{NAME}", "--type=merge", "-p", patch)


def listener_condition(release, name: str, kind: str) -> str:
    """Its status; empty while there is none."""
    told = release.node.read("gateway", NAME, "-n", NAMESPACE)["status"].get("listeners", [])
    conditions = [each for one in told if one["name"] == name for each in one["conditions"]]
    return "".join(each["status"] for each in conditions if each["type"] == kind)

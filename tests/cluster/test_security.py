"""Goal: Pods have no more rights than they need, in the kernel's eyes and in the API server's.
Method: what /proc says of the programs; what the API server says of their accounts; each right of
the controller taken away, and what it tells then."""

import json
import re
from pathlib import Path

import pytest

from harness.waiting import eventually
from release.release import NAME, NAMESPACE

PROGRAMS = ("holdfast-controller", "holdfast-dataplane")
CLUSTER_ROLE = f"{NAMESPACE}-{NAME}-controller"


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


def rules(node) -> list[dict]:
    return node.read("clusterrole", CLUSTER_ROLE)["rules"]


# What may be read, by the resource that a right is taken away of.
READ = (
    *("websocketroutes", "gateways", "gatewayclasses", "referencegrants"),
    *("services", "endpointslices", "namespaces", "secrets"),
)
WRITTEN = ("websocketroutes/status", "gateways/status", "gatewayclasses/status", "events")


def test_the_controller_has_the_rights_that_are_tested_here_and_no_more(release):
    assert {name for rule in rules(release.node) for name in rule["resources"]} == {*READ, *WRITTEN}
    assert not [rule for rule in rules(release.node) if "*" in rule["verbs"] + rule["resources"]]


@pytest.mark.parametrize("resource", [each for each in READ if each != "secrets"])
def test_a_right_to_read_that_is_missing_is_named(release, resource):
    with without(release, resource):
        restart(release)

        def named():
            problems = status(release)["source"]["problems"]
            return [each for each in problems if resource in json.dumps(each)]

        eventually(named, f"a controller names {resource}", within=60)
    release.wait_ready()


@pytest.mark.parametrize(
    ("resource", "kind"),
    [("websocketroutes/status", "WebSocketRoute"), ("gateways/status", "Gateway")],
)
def test_a_right_to_write_that_is_missing_is_in_the_log(crowds, release, resource, kind):
    """One more route has a status, and is counted in its Gateway's."""
    with without(release, resource):
        release.node.apply(crowds.route("extra"))

        def told():
            text = "".join(
                release.kubectl("logs", each["metadata"]["name"])
                for each in release.pods("controller")
            )
            lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
            return [
                line
                for line in lines
                if line["message"] == "statuses cannot be written, tried again later"
                and line["object"].startswith(f"{kind} ")
                and "403" in line["problem"]
            ]

        eventually(told, f"a controller cannot write {resource}", within=60)
    release.node.kubectl("delete", "wsr", "extra")
    crowds.must_be_untouched()


class without:
    """While the controller's role lacks one resource."""

    def __init__(self, release, resource: str):
        self._node = release.node
        self._resource = resource

    def __enter__(self):
        self._rules = rules(self._node)
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
        self._node.kubectl("patch", "clusterrole", CLUSTER_ROLE, "--type=merge", "-p", patch)


def restart(release) -> None:
    """New controllers, which have read nothing yet."""
    before = release.pods("controller")
    release.kubectl("delete", *(f"pod/{each['metadata']['name']}" for each in before))
    release.wait_gone(before)


def status(release) -> dict:
    (first, *_) = release.pods("controller")
    return release.status(first)

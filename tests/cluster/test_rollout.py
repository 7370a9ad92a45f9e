"""Goal: whatever is rolled, scaled, edited or lost in a cluster, each socket closes at most when it
must, in the way that was promised.
Method: a real kubelet, 300 clients that talk all the time, one thing after another done to what is
behind them, every close counted."""

import time
from collections import Counter

from harness.numbered import RESTART, faults
from harness.waiting import eventually
from release.release import DRAIN_DELAY, DRAIN_TIMEOUT, NAME, containers

PROMISED = (RESTART, "service restart")
DATA_PLANES = f"deployment/{NAME}-dataplane"
#: What the kubelet says of a container whose image has no such program.
CANNOT_START = {"RunContainerError", "CreateContainerError", "CrashLoopBackOff"}


def test_backends_scale_and_only_sessions_on_pods_that_go_close(crowds):
    for replicas in (5, 1):
        closed = len(crowds.ends)
        had = crowds.scale(replicas)
        eventually(lambda: len(crowds.ends) == closed + had, f"{had} sessions have closed")
        crowds.must_echo()
        assert len(crowds.ends) == closed + had
    assert not crowds.beside_ends
    assert {end.code for end in crowds.ends} == {1001}
    crowds.scale(2)


def test_fifty_edits_of_routes_close_nothing(crowds):
    for number in range(50):
        edited = crowds.route("beside", timeouts={"handshake": f"{number + 60}s"})
        crowds.node.apply(edited)
    eventually(lambda: _observed(crowds) == _generation(crowds), "the last edit is programmed")
    crowds.must_be_untouched()


def test_controllers_are_deleted_and_nothing_closes(crowds, release):
    before = release.pods("controller")
    release.kubectl("delete", *(f"pod/{each['metadata']['name']}" for each in before))
    release.wait_gone(before)
    release.wait_ready()
    crowds.must_be_untouched()


def test_proxy_and_dns_of_the_node_start_again_and_nothing_closes(crowds, node):
    for process, start in ((node.proxy, node.start_proxy), (node.dns, node.start_dns)):
        process.kill()
        crowds.must_be_untouched()
        start()
        crowds.must_be_untouched()


def test_a_rollout_closes_each_session_once_and_as_promised(crowds, release):
    before = release.pods("dataplane")
    held = sum(release.sessions(each) for each in before)
    release.kubectl("rollout", "restart", DATA_PLANES)
    release.wait_ready()
    release.wait_gone(before)
    crowds.must_echo()
    assert len(crowds.ends) == held
    assert Counter((end.code, end.reason) for end in crowds.ends) == {PROMISED: held}
    assert faults(crowds.beside_ends, crowds.beside, *PROMISED) == []
    assert crowds.refusals == 0


def test_a_pod_that_is_killed_takes_only_its_sessions(crowds, release):
    doomed, spared = release.pods("dataplane")
    held = release.sessions(doomed)
    name = doomed["metadata"]["name"]
    release.kubectl("delete", f"pod/{name}", "--grace-period=0", "--force")
    eventually(lambda: len(crowds.ends) == held, f"{held} sessions are gone", within=60)
    release.wait_ready()
    crowds.must_echo()
    assert len(crowds.ends) == held
    assert {end.code for end in crowds.ends} <= {1006, RESTART}
    spread = [release.sessions(each) for each in release.pods("dataplane")]
    print(f"{held} sessions lost, {spread} afterwards")
    assert min(spread) > 0


def test_a_rollout_that_never_becomes_ready_is_noticed_by_nobody(crowds, release):
    before = _names(release)
    release.kubectl("set", "image", DATA_PLANES, "dataplane=localhost/pause:1")

    def stuck():
        pods = [one for one in release.pods("dataplane") if one["metadata"]["name"] not in before]
        states = [each["state"] for pod in pods for each in containers(pod)]
        return any(
            "terminated" in state or state.get("waiting", {}).get("reason") in CANNOT_START
            for state in states
        )

    eventually(stuck, "the new Pods cannot start", within=60)
    until = time.monotonic() + DRAIN_DELAY + DRAIN_TIMEOUT
    eventually(lambda: time.monotonic() > until, "an old Pod could have drained", within=60)
    crowds.must_be_untouched()
    release.kubectl("rollout", "undo", DATA_PLANES)
    release.wait_ready()
    assert _names(release) == before
    crowds.must_be_untouched()


def _names(release) -> set[str]:
    return {each["metadata"]["name"] for each in release.pods("dataplane")}


def _generation(crowds) -> int:
    return crowds.node.read("wsr", "beside")["metadata"]["generation"]


def _observed(crowds) -> int:
    (parent,) = crowds.node.read("wsr", "beside")["status"]["parents"]
    (told,) = [each for each in parent["conditions"] if each["type"] == "Programmed"]
    return told["observedGeneration"] if told["status"] == "True" else 0

"""Goal: whatever becomes of controllers, of the API server and of what it holds, no session closes
that need not, and every change arrives.
Method: 500 sessions with numbered messages through two data planes and two controllers, all in one
fleet, to which one thing after another is done. Half of the sessions would not outlive any change
of their rule, and none the loss of it. A rule that is changed shows that the test sees.

HOLDFAST_OUTAGE_SECONDS says how long outages and storms last."""

import os
import signal
import time

import pytest

from harness.backend import EchoBackend
from harness.manifests import route, rule
from harness.numbered import NumberedClient
from harness.waiting import eventually

from kube import rights
from kube.cluster import Cluster
from kube.crowd import Crowd
from kube.fleet import node_address
from kube.live import ARRIVES_WITHIN, Live
from kube.storm import storm

OUTAGE = float(os.environ.get("HOLDFAST_OUTAGE_SECONDS", "4"))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outages")
    cluster = Cluster(folder)
    with EchoBackend(host=node_address()) as backend:
        live = Live(cluster, folder, backend)
        with live.running():
            yield live
        complaints = live.fleet.stop() + cluster.stop()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def live(running, request):
    """Before and after each test: two controllers, and two data planes that are current."""
    running.settle()
    began, echoes, changes = time.monotonic(), running.crowd.echoes, running.changes.made
    yield running
    running.must_go_on()
    running.settle()
    print(
        f"{request.node.name}: {time.monotonic() - began:.1f} s, {len(running.crowd)} sessions, "
        f"{running.crowd.echoes - echoes} messages echoed, {running.changes.made - changes} "
        f"changes, {len(running.crowd.ends)} sessions closed"
    )


def test_the_test_sees_sessions_that_close(live):
    """The negative control."""

    def doomed(prefix: str) -> dict:
        return route("doomed", rule("echo", path=prefix, name="main", onRouteChange="Close"))

    live.cluster.apply(doomed("/doomed"))
    live.fleet.wait_config("/doomed")
    urls = [live.fleet.url("", plane) for plane in (0, 1)]
    with Crowd([NumberedClient(0, [url], pause=0.1, prefix="/doomed") for url in urls]) as crowd:
        live.cluster.apply(doomed("/doomed/n"))
        eventually(lambda: len(crowd.ends) >= 2, "the sessions close")
        assert {(end.code, end.reason) for end in crowd.ends} == {(1012, "route changed")}
    live.cluster.kubectl("delete", "wsr", "doomed")
    live.fleet.wait_config("/doomed", present=False)


def test_another_controller_leads_when_the_leader_is_killed(live):
    killed = live.fleet.leader()
    killed.kill()
    began = time.monotonic()
    live.change()
    assert live.fleet.leader() is live.other(killed)
    print(f"the other one leads after {time.monotonic() - began:.1f} s")
    live.status_must_follow()
    live.replace(killed)


def test_a_leader_that_is_told_to_stop_hands_over_within_three_seconds(live):
    leaving = live.fleet.leader()
    following = live.other(leaving)
    leaving.signal(signal.SIGTERM)
    began = time.monotonic()
    eventually(lambda: following.status()["leader"]["leads"], "the other one leads")
    took = time.monotonic() - began
    print(f"handed over within {took:.2f} s")
    assert took < 3
    assert leaving.wait() == 0
    live.change()
    live.status_must_follow()
    live.replace(leaving)


def test_without_any_controller_sessions_live_and_changes_wait(live):
    for controller in live.fleet.controllers:
        controller.kill()
    live.changes.make()
    live.pass_time(OUTAGE)
    for controller in list(live.fleet.controllers):
        live.replace(controller)
    live.must_arrive()
    live.change()
    live.status_must_follow()


def test_changes_made_when_the_api_server_is_back_arrive(live):
    live.cluster.stop_api()
    live.pass_time(OUTAGE)
    live.cluster.start_api()
    began = time.monotonic()
    live.changes.make()
    live.changes.apply_secret()
    live.must_arrive()
    live.certificate_must_arrive()
    print(f"in force {time.monotonic() - began:.1f} s after the API server was ready")
    live.status_must_follow()


def test_changes_arrive_although_etcd_has_forgotten_where_watches_stood(live):
    lists = [controller.status()["source"]["loads"] for controller in live.fleet.controllers]
    live.cluster.stop_api()
    live.cluster.compact()
    live.cluster.start_api()
    live.change()
    live.change_certificate()
    for controller, before in zip(live.fleet.controllers, lists):
        more = lambda: controller.status()["source"]["loads"] - before
        print(f"{controller.name} listed {eventually(more, 'it lists anew')} collections anew")


def test_a_token_that_is_no_longer_valid_is_replaced_by_the_next(live):
    account = ("serviceaccount", rights.ACCOUNT, "-n", rights.NAMESPACE)
    live.cluster.kubectl("delete", *account)
    # Also forgets which tokens it has found to be good.
    restart_api(live)
    live.wait_problem("Unauthorized")
    live.cluster.apply(rights.rights())
    live.cluster.kubeconfig_of(rights.ACCOUNT, rights.NAMESPACE)
    live.change()
    live.change_certificate()
    live.status_must_follow()


def restart_api(live) -> None:
    """Rights and tokens are looked at when a watch begins, and it may go on for minutes."""
    live.cluster.stop_api()
    live.cluster.start_api()


def test_certificates_stay_in_use_while_secrets_may_not_be_read(live):
    live.cluster.apply(rights.rights(without="secrets"))
    restart_api(live)
    live.wait_problem("secrets", "forbidden")
    before = served_certificates(live)
    live.changes.apply_secret()
    live.change()
    live.pass_time(OUTAGE)
    assert served_certificates(live) == before
    live.cluster.apply(rights.rights())
    live.certificate_must_arrive()


def served_certificates(live) -> list[str]:
    return [live.changes.served_certificate(plane) for plane in live.fleet.planes]


def test_a_storm_of_edits_and_flapping_endpoints_touches_nobody(live):
    print(storm(live.cluster, live.backend.address, OUTAGE))
    live.changes.apply_all()
    live.change()
    live.must_be_served()
    live.status_must_follow()


def test_routes_stay_in_force_while_their_definition_is_gone(live):
    """The last one: for a minute after it, routes that are deleted stay in force."""
    live.cluster.kubectl("delete", "crd", "websocketroutes.holdfast.dev")
    live.pass_time(OUTAGE)
    live.wait_problem("websocketroutes", "not defined")
    live.must_arrive()
    live.cluster.install_crds()
    live.changes.apply_all()
    live.must_arrive()
    live.changes.edit()
    live.must_arrive()
    live.status_must_follow()

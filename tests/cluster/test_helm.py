"""Goal: what Helm does to a release closes no session that need not.
Method: the release's whole life, with 300 clients counted; the last test ends it, and installs it
again for whoever comes after."""

from collections import Counter

import pytest

from harness.numbered import RESTART
from release.release import CHART, NAME

PROMISED = (RESTART, "service restart")
DATA_PLANES = f"deployment/{NAME}-dataplane"


def test_an_upgrade_of_the_controllers_values_closes_nothing(crowds, release):
    before = release.pods("dataplane")
    release.upgrade(controller__logLevel="debug")
    release.wait_ready()
    assert _names(release.pods("dataplane")) == _names(before)
    crowds.must_be_untouched()


def test_a_new_version_of_the_chart_alone_rolls_no_data_plane(crowds, release, tmp_path):
    before = release.pods("dataplane")
    release.helm("package", CHART, "--version", "0.1.1", "--destination", tmp_path)
    release.upgrade(chart=tmp_path / f"{NAME}-0.1.1.tgz")
    release.wait_ready()
    assert _names(release.pods("dataplane")) == _names(before)
    crowds.must_be_untouched()


def test_an_upgrade_by_another_name_is_refused(crowds, release):
    with pytest.raises(AssertionError, match="cannot change, install another release"):
        release.upgrade(fullnameOverride="other")
    crowds.must_be_untouched()


def test_an_upgrade_of_the_data_planes_values_closes_as_promised_and_so_does_its_rollback(
    crowds, release
):
    for change in (
        lambda: release.upgrade(dataplane__logLevel="debug"),
        lambda: release.helm("rollback", NAME),
    ):
        crowds.begin()
        before = release.pods("dataplane")
        held = sum(release.sessions(each) for each in before)
        change()
        release.wait_ready()
        release.wait_gone(before)
        crowds.must_echo()
        assert Counter((end.code, end.reason) for end in crowds.ends) == {PROMISED: held}
        assert crowds.refusals == 0


def test_replicas_that_are_left_to_others_stay_as_many_as_they_are(crowds, release):
    old, _ = release.pods("dataplane")
    release.kubectl("scale", DATA_PLANES, "--replicas=3")
    try:
        release.wait_ready()
        before = release.pods("dataplane")
        assert len(before) == 3
        release.upgrade(dataplane__replicaCount=None)
        release.wait_ready()
        assert _names(release.pods("dataplane")) == _names(before)
        crowds.must_be_untouched()
        # By itself the youngest would go, which has no sessions.
        cost = "controller.kubernetes.io/pod-deletion-cost=-1"
        release.kubectl("annotate", f"pod/{old['metadata']['name']}", cost)
        held = release.sessions(old)
    finally:
        release.upgrade(dataplane__replicaCount=2)
    release.wait_gone([old])
    release.wait_ready()
    crowds.must_echo()
    assert Counter((end.code, end.reason) for end in crowds.ends) == {PROMISED: held}
    assert crowds.refusals == 0


def test_an_uninstall_keeps_the_routes_and_their_definition(crowds, release):
    before = release.pods("dataplane")
    held = sum(release.sessions(each) for each in before)
    release.helm("uninstall", NAME)
    try:
        release.wait_gone(before)
        codes = Counter((end.code, end.reason) for end in crowds.ends)
        assert codes == {PROMISED: held}
        assert release.node.read("crd", "websocketroutes.holdfast.dev")
        assert release.node.read("wsr", "beside")["spec"]
    finally:
        release.install()
        crowds.come_back()
    crowds.must_echo()


def _names(pods: list[dict]) -> set[str]:
    return {each["metadata"]["name"] for each in pods}

"""Goal: what Helm does to a release closes no session that need not.
Method: the release's whole life, with 300 clients counted; the last test ends it, and installs it
again for whoever comes after."""

from collections import Counter

from harness.numbered import RESTART
from release.release import CHART, NAME

PROMISED = (RESTART, "service restart")


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


def test_an_uninstall_keeps_the_routes_and_their_definition(crowds, release):
    before = release.pods("dataplane")
    held = sum(release.sessions(each) for each in before)
    release.helm("uninstall", NAME)
    release.wait_gone(before)
    codes = Counter((end.code, end.reason) for end in crowds.ends)
    assert codes == {PROMISED: held}
    assert release.node.kubectl("get", "crd", "websocketroutes.holdfast.dev", check=False).returncode == 0
    assert release.node.read("wsr", "beside")["spec"]
    release.install()
    crowds.come_back()
    crowds.must_echo()


def _names(pods: list[dict]) -> set[str]:
    return {each["metadata"]["name"] for each in pods}

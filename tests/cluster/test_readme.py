"""Goal: the README's way to a cluster works word for word.
Method: the release that all tests use was installed by its commands; here is what came of them."""

from websockets.sync.client import connect

from release import readme
from release.release import NAME, NAMESPACE


def test_everything_is_true_after_the_readmes_commands(release):
    told = [line.split() for line in release.shown.splitlines() if line]
    rows = [row for row in told if row[0] in ("default", NAMESPACE)]
    assert [row[1].split("/")[-1] for row in rows] == [NAME, "chat"], release.shown
    assert all("True" in row and "False" not in row for row in rows), release.shown


def test_a_websocket_goes_through_the_address_that_the_gateway_shows(release):
    gateway = release.node.read("gateway", NAME, "-n", NAMESPACE)
    (address,) = gateway["status"]["addresses"]
    with connect(f"ws://{address['value']}/chat") as client:
        client.send("hello")
        assert client.recv(timeout=20) == "echo: hello"


def test_what_is_not_for_the_inside_makes_the_cluster_and_its_images():
    outside = [line for line in readme.commands() if not line.startswith(readme.INSIDE)]
    assert outside == [
        "hack/cluster up",
        "hack/cluster load-image",
        "hack/cluster load-image localhost/echo:dev examples/echo",
    ]

"""Fixtures. A test asks for `gateway`, fills its manifests and starts it; at the end every process
must have ended cleanly, with nothing of a sanitizer in its log."""

import pytest

from harness.gateway import Gateway


@pytest.fixture
def gateway(tmp_path):
    made = Gateway(tmp_path)
    yield made
    complaints = made.stop()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(params=["direct", "gateway"])
def reach(request):
    """A function from a backend's address to a URL that leads there: by itself, which shows that
    client and backend suit each other, and through the gateway."""
    if request.param == "direct":
        return lambda address, path="/": f"ws://{address}{path}"
    gateway = request.getfixturevalue("gateway")

    def through(address, path="/"):
        gateway.serve(address)
        return gateway.start().url(path)

    return through

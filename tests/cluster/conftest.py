"""One cluster with one release for all tests, and everything ready in it."""

import os
from pathlib import Path

import pytest

from node.node import Node
from release.crowds import Crowds
from release.release import Release


@pytest.fixture(scope="session")
def node(tmp_path_factory):
    archives = [Path(each) for each in os.environ["HOLDFAST_IMAGES"].split()]
    made = Node(tmp_path_factory.mktemp("node"), os.environ["HOLDFAST_CGROUP"], archives)
    yield made
    complaints = made.stop()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def release(node):
    made = Release(node)
    made.install_by_readme()
    return made


@pytest.fixture(scope="session")
def running(release):
    with Crowds(release) as crowds:
        yield crowds


@pytest.fixture
def crowds(running, release, request):
    """300 clients that talk, before and after. Nothing that crashes may hide behind them."""
    running.begin()
    yield running
    running.must_echo()
    assert release.restarts() == {}
    print(f"{request.node.name}: {running.tally()}")

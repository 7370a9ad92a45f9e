"""Fixtures. `cluster` is for tests that leave it as they found it; `own_cluster` is for those that
stop its parts or fill it."""

import pytest

from kube.cluster import Cluster
from kube.fleet import Fleet


def _stopped(cluster: Cluster) -> None:
    complaints = cluster.stop()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    _stopped(made)


@pytest.fixture
def own_cluster(tmp_path):
    made = Cluster(tmp_path)
    yield made
    _stopped(made)


@pytest.fixture
def fleet(own_cluster, tmp_path):
    """Holdfast at a cluster of its own; nothing runs yet."""
    made = Fleet(own_cluster, tmp_path)
    yield made
    complaints = made.stop()
    assert not complaints, "\n".join(complaints)

"""Fixtures. `cluster` is for tests that leave it as they found it; `own_cluster` is for those that
stop its parts or fill it."""

import pytest

from kube.cluster import Cluster


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

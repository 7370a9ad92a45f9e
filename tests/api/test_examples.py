"""Goal: whoever has a cluster may apply what the examples and the documents hold, as it stands.
Method: every file and every block goes to a real API server by kubectl, and is deleted again."""

import pytest

from harness import documents
from harness.paths import EXAMPLES

# What stands in for a cluster where there is none: no API server would take it.
LAPTOP = {"chat/laptop/endpoints.yaml": "may not be in the loopback range"}
TEXTS = {
    **{str(f.relative_to(EXAMPLES)): f.read_text() for f in sorted(EXAMPLES.rglob("*.yaml"))},
    **{each.place: each.text for each in documents.fences() if each.language == "yaml"},
}


@pytest.mark.parametrize("place", sorted(TEXTS.keys() - {*LAPTOP}))
def test_a_manifest_is_applied(cluster, place):
    text = TEXTS[place]
    cluster.kubectl("apply", "-f", "-", input=text)
    cluster.kubectl("delete", "-f", "-", input=text)


@pytest.mark.parametrize("place", sorted(LAPTOP))
def test_what_stands_in_for_a_cluster_is_refused_by_one(cluster, place):
    refused = cluster.kubectl("apply", "-f", "-", input=TEXTS[place], check=False)
    assert refused.returncode != 0 and LAPTOP[place] in refused.stderr


def test_the_folder_of_an_example_is_applied_at_once(cluster):
    (command,) = [each for each in documents.commands() if each.startswith("kubectl apply -f")]
    folder = EXAMPLES / command.removeprefix("kubectl apply -f examples/")
    cluster.kubectl("apply", "-f", folder)
    cluster.kubectl("delete", "-f", folder)

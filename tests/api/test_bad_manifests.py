"""Goal: a laptop and a cluster refuse the same manifests, and name the same fields.
Method: each file of tests/manifests/bad, of which a unit test shows that the decoder says exactly
its `# expect: field: message` lines, is created in a real API server, strictly as kubectl does and
without being kept; where the two differ, the file is named below with the reason."""

import re
from pathlib import Path

import pytest

from harness.http import Answer
from harness.paths import REPO
from kube.schema import Expectation, bounds, without_positions
from kube.verdict import named_fields, try_to_create

FILES = {file.stem: file for file in sorted((REPO / "tests" / "manifests" / "bad").glob("*.yaml"))}

BEFORE_FIELDS = "is refused before there are fields"
GO_TYPES = "does not fit a type of Go, whose error has no field or another"
TAKEN_APART = "kubectl takes a List apart and sends its items"
ADDS_A_RULE = "a CEL rule complains of the whole list as well"
PLAIN_YAML = "kubectl resolves it; the decoder reads what cannot be misread only"

REFUSED_OTHERWISE = {
    "api-version-missing": BEFORE_FIELDS,
    "api-version-other": BEFORE_FIELDS,
    "document-a-list": BEFORE_FIELDS,
    "endpoint-not-an-address": "names the list of addresses, not the one address",
    "gateway-listener-repeated": ADDS_A_RULE,
    "header-repeated": ADDS_A_RULE,
    "kind-missing": BEFORE_FIELDS,
    "kind-unknown": "is of a kind that Kubernetes knows, and bad as such",
    "metadata-a-string": GO_TYPES,
    "metadata-label-a-number": GO_TYPES,
    "metadata-label-malformed": "names the labels, not the one label",
    "metadata-namespace-malformed": "there is no such namespace to create it in",
    "rules-not-a-list": "the fields of the map are unknown before it is no list",
    "secret-not-base64": GO_TYPES,
    "secret-value-a-number": GO_TYPES,
    "secret-value-ambiguous": GO_TYPES,
    "service-port-missing": "the port is 0 then, and the targetPort with it",
    "yaml-alias-in-itself": BEFORE_FIELDS,
    "yaml-control-character": BEFORE_FIELDS,
    "yaml-key-a-list": BEFORE_FIELDS,
    "yaml-key-twice": BEFORE_FIELDS,
    "yaml-merge-key": "the key that comes twice by it is refused, not the merge",
    "yaml-nested-too-deep": "spec is no map, before depth counts",
    "yaml-syntax": BEFORE_FIELDS,
    "yaml-tab": BEFORE_FIELDS,
}
ACCEPTED = {
    "endpoint-ready-yes": PLAIN_YAML,
    "object-twice": "each request is one object",
    "yaml-hexadecimal": PLAIN_YAML,
    "yaml-octal": PLAIN_YAML,
    "yaml-tag": PLAIN_YAML,
}
NOT_SENT = {"list-item-broken": TAKEN_APART, "list-items-a-map": TAKEN_APART}
REFUSED_ALIKE = sorted(FILES.keys() - {*REFUSED_OTHERWISE, *ACCEPTED, *NOT_SENT})


def expectations(file: Path) -> list[Expectation]:
    lines = re.findall(r"^# expect: (.*)$", file.read_text(), re.MULTILINE)
    return [tuple(line.split(": ", 1)) for line in lines]


def collection(text: str) -> str:
    """Where an object goes. What does not say what it is goes where a route would."""
    kind, version = (
        re.search(rf"^{key}: (\S+)", text, re.MULTILINE) for key in ("kind", "apiVersion")
    )
    if not kind or kind[1] == "WebSocketRoute":
        return "/apis/holdfast.dev/v1alpha1/namespaces/default/websocketroutes"
    root = "apis" if "/" in version[1] else "api"
    within = "" if kind[1] == "Namespace" else "/namespaces/default"
    return f"/{root}/{version[1]}{within}/{kind[1].lower()}s"


def judged(cluster, file: Path) -> Answer:
    text = file.read_bytes().decode()
    return try_to_create(cluster, collection(text), text)


@pytest.mark.parametrize("name", REFUSED_ALIKE)
def test_api_server_and_decoder_name_the_same_fields(cluster, name):
    answer = judged(cluster, FILES[name])
    assert 400 <= answer.status < 500, answer
    assert named_fields(answer) == {field for field, _ in expectations(FILES[name])}, answer.text
    assert "evaluating rule" not in answer.text, "a rule met what another bound refuses"


@pytest.mark.parametrize("name", REFUSED_OTHERWISE)
def test_the_api_server_refuses_it_in_other_words(cluster, name):
    answer = judged(cluster, FILES[name])
    assert 400 <= answer.status < 500, answer
    assert named_fields(answer) != {field for field, _ in expectations(FILES[name])}, answer.text


@pytest.mark.parametrize("name", ACCEPTED)
def test_only_the_decoder_refuses_it(cluster, name):
    answer = judged(cluster, FILES[name])
    assert answer.status == 201, answer


def test_every_bound_of_the_crd_is_broken_by_a_manifest_that_both_refuse():
    broken = {
        (without_positions(field), message)
        for name in [*REFUSED_ALIKE, *REFUSED_OTHERWISE]
        for field, message in expectations(FILES[name])
    }
    assert len(REFUSED_ALIKE) >= 30
    assert bounds() - broken == set()

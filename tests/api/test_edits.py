"""Goal: a laptop and a cluster decide alike about any route, not only about those somebody thought of.
Method: random edits of the route that has every field, given to a controller that reads a directory
and, strictly and without being kept, to a real API server. HOLDFAST_SEED replays a run."""

import copy
import json
import os
import random
from pathlib import Path

import yaml

from harness.gateway import Controller
from harness.paths import REPO
from harness.waiting import eventually
from kube.verdict import named_fields, try_to_create

EDITS = 400
ROUTES = "/apis/holdfast.dev/v1alpha1/namespaces/default/websocketroutes"
# Values that are right in one place and wrong in most others.
VALUES = [
    None, True, 0, -1, 1, 80, 65536, 1001, 1012, 1.0, 1.5, 1e9, [], {}, [None], [""], {"a": 1},
    "", " ", "a", "A", "1", "true", "a.b", "*.a.b", "*.*", "10.0.0.1", "a_b", "-a", "a-", "ü", "\t",
    "a\nb", "/", "/a/", "//", "/.", "/..", "/%2F", "/%zz", "/a?b", "Exact", "Keep", "Close", "keep",
    "0s", "1ms", "5s", "10s", "99999h", "24h1ms", "1h30m", "1.5s", "1d", "s", "http://a", "null",
    "https://a:443", "http://a:80", "http://a:443", "http://[::1]", "http://[::g]", "http://[1:2]",
    "a" * 63, "a" * 64, "A" * 128, "ü" * 256, "a" * 253, "a" * 254, "/" + "a" * 1023, "/" + "a" * 1024,
]  # fmt: skip


def places(tree, path=()):
    """The path of every value in a tree, its own first."""
    yield path
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from places(value, (*path, key))
    if isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from places(value, (*path, index))


def edit(tree: dict, chance: random.Random) -> str:
    """Changes one value somewhere, and tells how."""
    *above, key = chance.choice([path for path in places(tree) if path])
    parent = tree
    for step in above:
        parent = parent[step]
    kind = chance.choice(["remove", "replace", "replace", "replace", "repeat", "add"])
    if kind == "replace":
        parent[key] = chance.choice(VALUES)
    elif kind == "remove":
        del parent[key]
    elif kind == "repeat" and isinstance(parent, list):
        parent.extend([copy.deepcopy(parent[key])] * chance.choice([1, 8, 40]))
    elif isinstance(parent, dict):
        parent[chance.choice(["unknown", "name", "path", "port", "namespace"])] = "added"
    return f"{kind} at {'.'.join(map(str, [*above, key]))}"


def edited_routes(chance: random.Random) -> dict[str, tuple[str, str]]:
    """By name, the manifest as JSON, which is YAML, and what was done to it."""
    whole = yaml.safe_load((REPO / "tests" / "manifests" / "good" / "everything.yaml").read_text())
    routes = {}
    for number in range(EDITS):
        name = f"edit-{number}"
        edited = {"spec": copy.deepcopy(whole["spec"])}
        told = edit(edited, chance)
        metadata = {"name": name, "namespace": "default"}
        head = {"apiVersion": whole["apiVersion"], "kind": whole["kind"], "metadata": metadata}
        routes[name] = json.dumps({**head, **edited}), told
    return routes


def fields_of_the_decoder(folder: Path, routes: dict) -> dict[str, set[str]]:
    """What a controller on a directory complains of, by the route."""
    manifests = folder / "manifests"
    manifests.mkdir()
    for name, (text, _) in routes.items():
        (manifests / f"{name}.yaml").write_text(text)
    controller = Controller(folder, ("--manifests", manifests))

    def read():
        source = controller.status()["source"]
        return source if source["synced"] and source["files"] == len(routes) else None

    source = eventually(read, "the controller has read every route")
    assert controller.stop() == []
    named = {name: set() for name in routes}
    for problem in source["problems"]:
        named[Path(problem["file"]).stem].add(problem["field"])
    return named


def one_is_within(inner: set[str], outer: set[str]) -> bool:
    return any(f"{a}.".startswith((f"{b}.", f"{b}[")) for a in inner for b in outer)


def test_random_edits_are_judged_alike(cluster, tmp_path):
    seed = int(os.environ.get("HOLDFAST_SEED") or random.randrange(2**32))
    print(f"HOLDFAST_SEED={seed}")
    routes = edited_routes(random.Random(seed))
    decoder = fields_of_the_decoder(tmp_path, routes)
    refused = 0
    for name, (text, told) in routes.items():
        answer = try_to_create(cluster, ROUTES, text)
        if answer.status == 201:
            assert decoder[name] == set(), told
            continue
        refused += 1
        assert 400 <= answer.status < 500 and decoder[name], (told, answer.text)
        # The API server stops at unknown fields, and at the first that repeats others.
        named = named_fields(answer)
        assert one_is_within(named, decoder[name]), (told, named, decoder[name])
    assert EDITS / 10 < refused < EDITS * 9 / 10

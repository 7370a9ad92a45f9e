"""The chart's values as a table, made of the comments of values.yaml: `# -- ` begins what is said of
the next key."""

import re

import yaml

from harness.paths import REPO

CHART = REPO / "charts" / "holdfast"
BEGIN, END = "<!-- values: begin -->", "<!-- values: end -->"


def values() -> dict:
    return yaml.safe_load((CHART / "values.yaml").read_text())


def table() -> str:
    rows = ["| value | default | |", "|---|---|---|"]
    told = _told()
    for path, default in _leaves(values(), ""):
        shown = yaml.safe_dump(default, default_flow_style=True, width=1000, sort_keys=False)
        shown = shown.removesuffix("\n").removesuffix("\n...").removesuffix("\n")
        rows.append(f"| `{path}` | `{shown}` | {told.get(path, '')} |")
    return "\n".join(rows)


def _told() -> dict[str, str]:
    told: dict[str, str] = {}
    comment: list[str] = []
    parents: list[tuple[int, str]] = []
    for line in (CHART / "values.yaml").read_text().splitlines():
        text = line.strip()
        if text.startswith("# -- "):
            comment = [text[5:]]
        elif text.startswith("# ") and comment:
            comment.append(text[2:])
        elif match := re.match(r"^( *)(\w+):", line):
            depth = len(match[1])
            parents = [each for each in parents if each[0] < depth] + [(depth, match[2])]
            if comment:
                told[".".join(name for _, name in parents)] = " ".join(comment)
            comment = []
    return told


def _leaves(value: dict, prefix: str):
    for name, each in value.items():
        path = f"{prefix}{name}"
        if isinstance(each, dict) and each and path not in WHOLE:
            yield from _leaves(each, f"{path}.")
        else:
            yield path, each


#: Kubernetes' own objects, shown as one.
WHOLE = {"controller.resources", "dataplane.resources", "podSecurityContext"}

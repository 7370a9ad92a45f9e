"""Goal: the reference documents and the programs name the same flags and metrics.
Method: what the programs print, against the tables, both ways. (The data plane's metrics are
compared with the code by a unit test.)"""

import re
import subprocess

import pytest

from harness.paths import REPO, program

OPTION = re.compile(r"^  (?:-h,)?(--[a-z-]+)(.*?)(?:  +|\n +)\S", re.MULTILINE)
EVERYWHERE = {"--help", "--version"}


def section(document: str, title: str) -> str:
    """The part of a document under a heading, up to the next one."""
    text = (REPO / "docs" / document).read_text()
    _, found, rest = text.partition(f"# {title}\n")
    assert found, f"{document} has no section {title!r}"
    return re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def documented_flags(title: str) -> dict[str, str]:
    """Flag → default, as the document has them."""
    return {
        flag: default.strip("`")
        for flags, default, _ in rows(section("operations.md", title))
        for flag in re.findall(r"--[a-z-]+", flags)
    }


def printed_flags(title: str) -> dict[str, str]:
    """Flag → default, "required", or nothing where --help names none."""
    name, *command = title.split(" ")
    run = [program(name), *command, "--help"]
    text = subprocess.run(run, text=True, capture_output=True, timeout=60, check=True).stdout
    return {flag: default_of(usage) for flag, usage in OPTION.findall(text)}


def default_of(usage: str) -> str:
    if usage.endswith("REQUIRED"):
        return "required"
    found = re.search(r"\[([^\[\]]+)\] ?$", usage)
    return found[1] if found else ""


@pytest.mark.parametrize(
    "title", ["holdfast-controller", "holdfast-controller certgen", "holdfast-dataplane"]
)
def test_every_flag_is_documented_with_its_default(title):
    documented, printed = documented_flags(title), printed_flags(title)
    assert set(documented) == set(printed) - EVERYWHERE
    printed.pop("--workers", None)  # Its default is the machine's.
    named = {flag: default for flag, default in printed.items() if default}
    assert {flag: documented[flag] for flag in named} == named


def test_every_metric_of_the_controller_is_documented(gateway):
    gateway.serve()
    metrics = gateway.start().controller.metrics()
    helps, types = (
        dict(re.findall(rf"^# {word} (\S+) (.*)$", metrics.text, re.MULTILINE))
        for word in ("HELP", "TYPE")
    )
    labels = {name: set() for name in types}
    for name, found, _ in metrics.samples:
        labels.setdefault(name, set()).update(found)
    documented = rows(section("metrics.md", "Controller"))
    assert {(name.strip("`"), kind, named) for name, kind, named, _ in documented} == {
        (name, kind, ", ".join(sorted(labels[name]))) for name, kind in types.items()
    }
    # A document may say more than a scrape does.
    meanings = {name.strip("`"): meaning for name, _, _, meaning in documented}
    assert [name for name in helps if not meanings[name].startswith(helps[name].rstrip("."))] == []

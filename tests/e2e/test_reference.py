"""Goal: the reference documents and the programs name the same flags and metrics.
Method: what the programs print, against the tables, both ways. (The data plane's metrics are
compared with the code by a unit test.)"""

import re
import subprocess

import pytest

from harness.paths import program
from harness.reference import differences, rows, section

OPTION = re.compile(r"^  (?:-[a-z],)?(--[a-z-]+)(.*?)(?:  +|\n +|(?<=REQUIRED) )\S", re.MULTILINE)
EVERYWHERE = {"--help", "--version"}


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
    "title",
    [
        "holdfast-controller",
        "holdfast-controller certgen",
        "holdfast-controller translate",
        "holdfast-dataplane",
    ],
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
    assert differences(metrics, "Controller") == []

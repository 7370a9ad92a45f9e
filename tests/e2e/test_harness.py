"""Goal: the harness does not deceive: no check passes on what is not there, and no process outlives
the test run that started it. Method: a run that is killed, and a scrape written by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.http import Metrics
from harness.paths import TESTS
from harness.waiting import eventually

RUN = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from harness.process import Process
print(Process("child", ["sleep", "600"], pathlib.Path(sys.argv[2])).pid, flush=True)
sys.stdin.read()
"""


def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path):
    command = [sys.executable, "-c", RUN, TESTS, tmp_path]
    pipe = subprocess.PIPE
    with subprocess.Popen([str(part) for part in command], stdin=pipe, stdout=pipe) as run:
        child = Path("/proc") / run.stdout.readline().decode().strip()
        eventually(lambda: (child / "comm").read_text() == "sleep\n", "the child runs")
        run.kill()
    eventually(lambda: ended(child), "the child has ended")


def ended(process: Path) -> bool:
    """It is gone, or waits only for whoever has inherited it to take note."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_a_metric_that_does_not_exist_is_no_zero():
    metrics = Metrics('# TYPE a_total counter\na_total{code="1"} 2\n# TYPE b_total counter\n')
    assert metrics.total("a_total") == metrics.total("a_total", code=1) == 2
    assert metrics.total("a_total", code=2) == metrics.total("b_total") == 0
    with pytest.raises(KeyError):
        metrics.total("c_total")
    with pytest.raises(KeyError):
        metrics.by("c_total", "code")

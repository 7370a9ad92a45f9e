"""Numbers of running processes, from /proc and strace."""

import re
import signal
import statistics
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.waiting import eventually


def cpu_nanoseconds(pids: list[int]) -> int:
    """On-CPU time of every thread so far."""
    return sum(
        int(task.read_text().split()[0])
        for pid in pids
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat")
    )


def pss_bytes(pids: list[int]) -> int:
    """Memory that counts for these processes alone, shared pages split among their users."""
    total = 0
    for pid in pids:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1]) * 1024
    return total


def settled_pss_bytes(pids: list[int]) -> int:
    """The same once it has stopped moving: some give buffers back only after a while."""
    last = pss_bytes(pids)
    for _ in range(10):
        time.sleep(0.5)
        now = pss_bytes(pids)
        if now == last:
            return now
        last = now
    return last


@contextmanager
def counted_syscalls(pids: list[int], scratch: Path):
    """Counts every system call while the block runs; yields a dict that is filled at its end."""
    counts: dict[str, int] = {}
    file = scratch / "strace"
    messages = scratch / "strace.err"
    command = [
        "strace",
        "-f",
        "-c",
        "-o",
        file,
        *(part for pid in pids for part in ("-p", str(pid))),
    ]
    with messages.open("w") as err:
        tracer = subprocess.Popen([str(part) for part in command], stderr=err)
    try:
        eventually(
            lambda: messages.read_text().count("attached") >= len(pids), "strace is attached"
        )
        yield counts
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(30)
    for line in file.read_text().splitlines():
        columns = line.split()
        if len(columns) >= 5 and columns[3].isdigit() and columns[-1] != "total":
            counts[columns[-1]] = counts.get(columns[-1], 0) + int(columns[3])


@dataclass
class Series:
    """One number per round for one contender, and its ratio to the floor's of that round."""

    values: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def best_ratio(self) -> float:
        return min(self.ratios)

    @property
    def spread(self) -> float:
        """Interquartile range, as a share of the median."""
        if len(self.values) < 4:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4)
        return (high - low) / self.median


def add_ratios(series: dict[str, Series]) -> None:
    for one in series.values():
        one.ratios = [mine / floor for mine, floor in zip(one.values, series["floor"].values)]

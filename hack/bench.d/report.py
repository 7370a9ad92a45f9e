"""Tables in Markdown, and the same as plain data."""

import os
import platform
from pathlib import Path

from harness.paths import REPO
from measure import Series

DOCUMENT = REPO / "docs" / "performance.md"
BEGIN, END = "<!-- hack/bench --write: begin -->", "<!-- hack/bench --write: end -->"
# Above this the floor itself was disturbed, and ratios are worth less.
QUIET_SPREAD = 0.15


def tables(results: dict) -> str:
    names = list(results["versions"])
    parts = [
        _machine(),
        _list(f"{name}: {version}" for name, version in results["versions"].items()),
        _noise(results),
        _messages(results, names),
        _sessions(results, names),
        _syscalls(results, names),
        _idle(results, names),
        _expectations(results),
    ]
    return "\n\n".join(parts)


def plain(value):
    if isinstance(value, Series):
        return {"values": value.values, "ratios": value.ratios}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value


def write(text: str) -> None:
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def syscalls_per_message(results: dict, name: str, load: str) -> float:
    return sum(results["syscalls"][name][load].values())


def _machine() -> str:
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / (1 << 20)
    return (
        f"Machine: {model}, {os.cpu_count()} CPUs, {memory:.0f} GiB, Linux {platform.release()}, "
        "loopback. Proxies on CPU 1; client and backend on CPU 0."
    )


def _noise(results: dict) -> str:
    spreads = {size: series["floor"].spread for size, series in results["messages"].items()}
    worst = max(spreads.values())
    rounds = len(next(iter(results["messages"].values()))["floor"].values)
    word = "quiet" if worst <= QUIET_SPREAD else "disturbed: trust ratios, and them less"
    if rounds < 4:
        word = "too few rounds to tell"
    return (
        f"{rounds} rounds of {results['plan']['slice_ms']} ms. The floor's interquartile range: "
        + ", ".join(f"{_size(size)} {spread:.0%}" for size, spread in spreads.items())
        + f" ({word})."
    )


def _messages(results: dict, names: list) -> str:
    rows = [
        [name, *(_cell(results["messages"][size][name]) for size in results["messages"])]
        for name in names
    ]
    return (
        "CPU per relayed message, µs: median (median and lowest ratio to the floor of the same "
        "round).\n\n" + _table(["", *(_size(size) for size in results["messages"])], rows)
    )


def _sessions(results: dict, names: list) -> str:
    rows = [[name, _cell(results["sessions"][name])] for name in names]
    return (
        "CPU of one whole session (connect, upgrade, a message and its echo, Close both ways), µs."
        "\n\n" + _table(["", "per session"], rows)
    )


def _syscalls(results: dict, names: list) -> str:
    rows = []
    for name in names:
        row = [name]
        for load in ("saturated", "quiet"):
            calls = sorted(results["syscalls"][name][load].items(), key=lambda item: -item[1])
            told = ", ".join(f"{call} {count:.2f}" for call, count in calls if count >= 0.01)
            row.append(f"{syscalls_per_message(results, name, load):.2f} ({told})")
        rows.append(row)
    return "System calls per relayed 64 B message: 64 connections busy, and one.\n\n" + _table(
        ["", "saturated", "quiet"], rows
    )


def _idle(results: dict, names: list) -> str:
    few, many = results["plan"]["idle_sessions"]
    rows = [[name, f"{results['idle_memory'][name] / 1024:.2f} KiB"] for name in names]
    return f"Memory of one idle session (slope of PSS from {few} to {many} sessions).\n\n" + _table(
        ["", "per session"], rows
    )


def _expectations(results: dict) -> str:
    def against_nginx(size: int) -> float:
        mine, theirs = (results["messages"][size][name].ratio for name in ("holdfast", "nginx"))
        return mine / theirs

    rows = []
    for what, value, bound, unit in (
        ("CPU per 64 B message, against nginx", against_nginx(64), 1.1, "×"),
        ("CPU per 1 KiB message, against nginx", against_nginx(1024), 1.1, "×"),
        (
            "system calls per message at saturation",
            syscalls_per_message(results, "holdfast", "saturated"),
            2.1,
            "",
        ),
        ("memory of an idle session", results["idle_memory"]["holdfast"] / 1024, 4.6, " KiB"),
    ):
        verdict = "met" if value <= bound else "**missed**"
        rows.append([what, f"≤ {bound}{unit}", f"{value:.2f}{unit}", verdict])
    return "What was set out to reach:\n\n" + _table(["", "expected", "measured", ""], rows)


def _cell(series: Series) -> str:
    return f"{series.median:.2f} ({series.ratio:.2f}, {series.best_ratio:.2f})"


def _size(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size // 1024} KiB"


def _list(items) -> str:
    return "\n".join(f"- {item}" for item in items)


def _table(head: list, rows: list) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

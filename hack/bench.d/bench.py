"""hack/bench: see there. Loopback only; the number of slices and of sessions is bounded."""

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import contenders
import report
from contenders import CLIENT_CPU, pinned
from harness.paths import program
from harness.process import Process
from harness.waiting import eventually
from measure import Series, add_ratios, counted_syscalls, cpu_nanoseconds, settled_pss_bytes


@dataclass(frozen=True)
class Plan:
    rounds: int
    slice_ms: int
    sessions_per_slice: int
    idle_sessions: tuple[int, int]
    # Bytes of a message → connections that are busy with it.
    sizes: tuple = ((64, 64), (1024, 64), (65536, 16))


FULL = Plan(rounds=15, slice_ms=500, sessions_per_slice=200, idle_sessions=(1000, 3000))
QUICK = Plan(rounds=3, slice_ms=150, sessions_per_slice=50, idle_sessions=(200, 600))
# What the design promises; a run that breaks it fails, since syscalls do not depend on noise.
SYSCALLS_PER_MESSAGE_MAX = 2.1


class Load:
    """The load generator: a command in, a line of JSON out."""

    def __init__(self):
        self._process = subprocess.Popen(
            [*pinned(CLIENT_CPU), program("bench_load")],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __call__(self, *words) -> dict:
        self._process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load generator ended at: {words}")
        return json.loads(line)

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(20)


def messages(plan: Plan, peers: list, load: Load) -> dict:
    """CPU per relayed message. A round trip is two of them."""
    for peer in peers:
        load("open", peer.name, peer.endpoint, max(busy for _, busy in plan.sizes))
    found = {}
    for size, busy in plan.sizes:

        def one_slice(peer, size=size, busy=busy) -> int:
            return 2 * load("pingpong", peer.name, size, busy, plan.slice_ms)["round_trips"]

        found[size] = take_turns(plan.rounds, peers, one_slice)
    for peer in peers:
        load("close", peer.name)
    return found


def sessions(plan: Plan, peers: list, load: Load) -> dict:
    """CPU of one whole session: connect, upgrade, one message and its echo, Close."""
    return take_turns(
        plan.rounds,
        peers,
        lambda peer: load("sessions", peer.endpoint, plan.sessions_per_slice)["sessions"],
    )


def take_turns(rounds: int, peers: list, one_slice) -> dict[str, Series]:
    """Microseconds of CPU per unit of work, of which `one_slice` returns how many it had done.
    Every round begins with another contender; the first is a warm-up that does not count."""
    series = {peer.name: Series() for peer in peers}
    for number in range(rounds + 1):
        shift = number % len(peers)
        for peer in peers[shift:] + peers[:shift]:
            before = cpu_nanoseconds(peer.process_ids())
            work = one_slice(peer)
            spent = cpu_nanoseconds(peer.process_ids()) - before
            if number > 0:
                series[peer.name].values.append(spent / 1000 / work)
    add_ratios(series)
    return series


def syscalls(plan: Plan, peers: list, load: Load, scratch: Path) -> dict:
    """System calls per relayed 64 B message: with many connections busy, and with one."""
    found = {}
    for peer in peers:
        load("open", peer.name, peer.endpoint, 64)
        found[peer.name] = {}
        for name, busy in (("saturated", 64), ("quiet", 1)):
            load("pingpong", peer.name, 64, busy, 50)
            with counted_syscalls(peer.process_ids(), scratch) as counts:
                done = load("pingpong", peer.name, 64, busy, max(300, plan.slice_ms))
            relayed = 2 * done["round_trips"]
            found[peer.name][name] = {call: count / relayed for call, count in counts.items()}
        load("close", peer.name)
    return found


def idle_memory(plan: Plan, peers: list, load: Load) -> dict:
    """Bytes of memory per idle session that has carried one message each way."""
    few, many = plan.idle_sessions
    found = {}
    for peer in peers:
        pools = (("warm", 100), ("few", few), ("many", many - few))
        sizes = {}
        for pool, count in pools:
            load("open", pool, peer.endpoint, count)
            load("once", pool, 64)
            sizes[pool] = settled_pss_bytes(peer.process_ids())
        for pool, _ in pools:
            load("close", pool)
        found[peer.name] = (sizes["many"] - sizes["few"]) / (many - few)
    return found


def run(plan: Plan, scratch: Path) -> dict:
    started, complaints = [], []
    echo = Process("echo", [*pinned(CLIENT_CPU), program("bench_echo")], scratch)
    try:
        port = eventually(lambda: echo.out.read_text().strip(), "the backend listens")
        peers = [kind(scratch, f"127.0.0.1:{port}") for kind in contenders.ALL]
        for peer in peers:
            peer.start()
            started.append(peer)
        load = Load()
        results = {"plan": asdict(plan), "versions": {peer.name: peer.version() for peer in peers}}
        for title, measurement in (
            ("messages", lambda: messages(plan, peers, load)),
            ("sessions", lambda: sessions(plan, peers, load)),
            ("syscalls", lambda: syscalls(plan, peers, load, scratch)),
            ("idle_memory", lambda: idle_memory(plan, peers, load)),
        ):
            print(f"==> {title}", file=sys.stderr, flush=True)
            results[title] = measurement()
        load.stop()
        return results
    finally:
        for peer in started:
            complaints += peer.stop()
        echo.kill()
        for complaint in complaints:
            print(complaint, file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(prog="hack/bench")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter slices")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--json", type=Path, help="write the raw numbers to this file")
    arguments = parser.parse_args()

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    # Ended by a signal, the run still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as scratch:
        results = run(QUICK if arguments.quick else FULL, Path(scratch))
    if arguments.json:
        arguments.json.write_text(json.dumps(report.plain(results), indent=1))
    text = report.tables(results)
    print(text)
    if arguments.write:
        report.write(text)
    used = report.syscalls_per_message(results, "holdfast", "saturated")
    if used > SYSCALLS_PER_MESSAGE_MAX:
        print(
            f"holdfast uses {used:.2f} system calls per message at saturation; "
            f"{SYSCALLS_PER_MESSAGE_MAX} are allowed",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs the Autobahn fuzzing client directly and then through Holdfast, and compares verdicts.

The client always exits with 0: what counts is its index.json. A verdict that differs from the
direct connection's is the gateway's doing, since it must neither break what the backend does well
nor hide what it does badly. The backend is npm `ws`, which answers a message before it looks at
the bytes behind it: where several frames arrive together, as they may behind any proxy, a backend
that answers later gives up its answer at the first bad frame, and verdicts would depend on time."""

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from harness.gateway import Gateway
from harness.node_server import node_server
from harness.process import Process

TIME_MAX = 600  # Seconds for one client's run; it takes near one minute.
# By default: what there is but limits (9), compression (12, 13), which need more time or a backend
# that compresses, and misbehaviour that was taken out of the suite (8, 10, 11).
CASES = "1.* 2.* 3.* 4.* 5.* 6.* 7.*"
CASES_COUNT = 246


def start_client(name: str, url: str, arguments, scratch: Path) -> Process:
    """Starts the fuzzing client against a server; its report goes to a folder of this name."""
    reports = arguments.reports / name
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    config = scratch / f"{name}.json"
    config.write_text(
        json.dumps(
            {
                "outdir": str(reports),
                "servers": [{"agent": name, "url": url}],
                "cases": (arguments.cases or CASES).split(),
                "exclude-cases": [],
                "exclude-agent-cases": {},
            }
        )
    )
    return Process(
        f"wstest-{name}", [*arguments.wstest, "-m", "fuzzingclient", "-s", config], scratch
    )


def verdicts(name: str, arguments) -> dict[str, tuple[str, str]]:
    file = arguments.reports / name / "index.json"
    index = json.loads(file.read_text()) if file.exists() else {name: {}}
    return {case: (told["behavior"], told["behaviorClose"]) for case, told in index[name].items()}


def run(arguments, scratch: Path) -> list[str]:
    gateway = Gateway(scratch)
    with node_server("ws_backend.cjs", scratch, "echo") as backend:
        try:
            gateway.serve(backend)
            gateway.start()
            urls = {"direct": f"ws://{backend}/", "gateway": gateway.url("/")}
            # One after another: some cases are about time, and two clients would share a backend.
            for name, url in urls.items():
                start_client(name, url, arguments, scratch).wait(TIME_MAX)
        finally:
            complaints = gateway.stop()
    wanted = 1 if arguments.cases else CASES_COUNT
    return complaints + compare(*(verdicts(name, arguments) for name in urls), wanted)


def compare(direct: dict, through: dict, wanted: int) -> list[str]:
    """What differs, or that fewer cases ran than wanted; and says how the cases went."""
    for name, found in (("direct", direct), ("gateway", through)):
        counts = Counter(behavior for behavior, _ in found.values())
        print(
            f"{name}: {len(found)} cases, "
            + ", ".join(f"{count} {behavior}" for behavior, count in sorted(counts.items()))
        )
    differences = []
    if len(direct) < wanted:
        differences.append(f"{len(direct)} cases ran directly, and {wanted} should have")
    for case in sorted(direct.keys() | through.keys(), key=_order):
        if direct.get(case) != through.get(case):
            differences.append(
                f"case {case}: direct {direct.get(case)}, gateway {through.get(case)}"
            )
    return differences


def _order(case: str) -> list[int]:
    return [int(part) for part in case.split(".")]


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/conformance/run")
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("--cases", default="", help="fewer than all, such as '6.* 7.1.1'")
    parser.add_argument("wstest", nargs="+")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-conformance-") as scratch:
        wrong = run(arguments, Path(scratch))
    for one in wrong:
        print(f"conformance: {one}", file=sys.stderr)
    print(f"reports are in {arguments.reports}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

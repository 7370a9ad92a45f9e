"""Runs the Autobahn fuzzing client twice, directly and through Holdfast, and compares verdicts.

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

TIME_MAX = 600  # Seconds for one whole run; it takes near one minute.
CASES_MIN = 1


def fuzz(name: str, url: str, arguments, scratch: Path) -> Process:
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
                "cases": arguments.cases.split(),
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
            clients = [fuzz(name, url, arguments, scratch) for name, url in urls.items()]
            for client in clients:
                client.wait(TIME_MAX)
        finally:
            complaints = gateway.stop()
    return complaints + compare(*(verdicts(name, arguments) for name in urls))


def compare(direct: dict, through: dict) -> list[str]:
    """What differs; and says how the cases went."""
    for name, found in (("direct", direct), ("gateway", through)):
        counts = Counter(behavior for behavior, _ in found.values())
        print(
            f"{name}: {len(found)} cases, "
            + ", ".join(f"{count} {behavior}" for behavior, count in sorted(counts.items()))
        )
    differences = []
    if len(direct) < CASES_MIN:
        differences.append("no case ran")
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
    parser.add_argument("--cases", required=True)
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

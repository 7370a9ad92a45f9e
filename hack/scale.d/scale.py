"""What a controller costs, and how fast it is, when a cluster is large."""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from applied import Applied
from harness import http
from harness.manifests import gateway, listener, rule
from harness.paths import REPO
from harness.waiting import eventually
from kube.cluster import Cluster
from kube.bulk import Api, objects_of, slice_of
from kube.fleet import Fleet, gateway_class

DOCUMENT = REPO / "docs" / "performance.md"
BEGIN, END = "<!-- hack/scale --write: begin -->", "<!-- hack/scale --write: end -->"


@dataclass
class Size:
    routes: int = 1000
    services: int = 200
    endpoints: int = 5000
    planes: int = 20
    edits: int = 200


def resident_mib(process) -> float:
    return process.resident_bytes() / (1 << 20)


def peak_mib(process) -> float:
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+) kB", text, re.M)[1]) / 1024


def pushed(fleet: Fleet) -> tuple[float, float]:
    """Frames with something in them, and bytes, from both controllers together."""
    frames = total = 0.0
    for controller in fleet.controllers:
        metrics = controller.metrics()
        kinds = metrics.by("holdfast_controller_push_total", "frame")
        frames += kinds["snapshot"] + kinds["delta"]
        total += metrics.total("holdfast_controller_push_bytes_total")
    return frames, total


def cpu_seconds(process) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ready(controller) -> bool:
    return http.request(controller.status_address, "/readyz").status == 200


def current(controller) -> float:
    """Data planes of which it knows that they have the newest table."""
    return controller.metrics().total("holdfast_controller_dataplanes", state="current")


class Scale:
    def __init__(self, folder: Path, size: Size):
        self.size = size
        self.rows: list[tuple[str, str]] = []
        self.goals: list[tuple[str, str, str, bool]] = []
        self.cluster = Cluster(folder)
        self.fleet = Fleet(self.cluster, folder)
        self.api = Api(self.cluster)
        self.applied: list[Applied] = []
        self.peak = 0.0
        self.load = os.getloadavg()[0]  # Of others: nothing of ours runs yet.

    def row(self, what: str, value: str) -> None:
        self.rows.append((what, value))
        print(f"{what}: {value}", flush=True)

    def goal(self, what: str, value: float, bound: float, unit: str) -> None:
        self.goals.append((what, f"< {bound:g} {unit}", f"{value:.3g} {unit}", value < bound))

    def run(self) -> None:
        size, fleet = self.size, self.fleet
        self.cluster.apply(gateway_class(), gateway(listener(fleet.port)))
        self.api.create(objects_of(size.routes, size.services, size.endpoints))
        began = time.monotonic()
        for _ in range(2):
            fleet.start_controller()
        for controller in fleet.controllers:
            eventually(lambda one=controller: ready(one), "ready", within=120)
        self.row("from start to ready, all objects there", f"{time.monotonic() - began:.2f} s")
        for _ in range(size.planes):
            fleet.add_plane(flags=("--workers", "1"))
        for plane in fleet.planes:
            plane.wait_ready()
        self.applied = [Applied(plane) for plane in fleet.planes]
        self.statuses(began)
        self.memory("after the start")
        self.edits()
        self.endpoints()
        self.memory("after the edits")
        self.nothing_new()
        self.memory("once replaced")
        self.goal("the most memory of a controller", self.peak, 256, "MiB")

    def statuses(self, began: float) -> None:
        def all_programmed():
            time.sleep(0.5)  # A list of everything is work for the API server.
            listed = self.api.call(
                "GET", "/apis/holdfast.dev/v1alpha1/namespaces/default/websocketroutes"
            )
            return all(
                any(
                    each["type"] == "Programmed" and each["status"] == "True"
                    for parent in route.get("status", {}).get("parents", [])
                    for each in parent["conditions"]
                )
                for route in listed["items"]
            )

        eventually(all_programmed, "all routes are Programmed", within=300)
        self.row(
            "from start until every route says Programmed=True",
            f"{time.monotonic() - began:.1f} s",
        )

    def memory(self, when: str) -> None:
        now = " and ".join(f"{resident_mib(one):.0f}" for one in self.fleet.controllers)
        peaks = [peak_mib(one) for one in self.fleet.controllers]
        self.peak = max(self.peak, *peaks)
        peak = " and ".join(f"{one:.0f}" for one in peaks)
        self.row(f"memory of two controllers, {when}", f"{now} MiB (peak {peak})")

    def in_force(self) -> str:
        """The hash of the table that all data planes have in force; none while they differ."""
        hashes = {each.look().hash for each in self.applied}
        return hashes.pop() if len(hashes) == 1 else ""

    def until_in_force(self, change, what: str) -> float:
        """Seconds from the request that changes something until the last data plane has it."""
        before = self.in_force()
        began = time.time()
        change()
        eventually(lambda: self.in_force() not in ("", before), f"{what} is in force everywhere")
        return max(each.time for each in self.applied) - began

    def edits(self) -> None:
        def edit(index: int) -> None:
            edited = rule("svc-0", path=f"/edited/{index}")
            name = f"route-{index % self.size.routes}"
            self.api.merge("WebSocketRoute", name, {"spec": {"rules": [edited]}})

        spent = [cpu_seconds(one) for one in self.fleet.controllers]
        seconds, rebuilds = self.rebuilds()
        count, planes = self.size.edits, self.size.planes
        times = [self.until_in_force(lambda: edit(one), f"edit {one}") for one in range(count)]
        spent = [
            cpu_seconds(one) - before for one, before in zip(self.fleet.controllers, spent)
        ]
        seconds, rebuilds = (now - then for now, then in zip(self.rebuilds(), (seconds, rebuilds)))
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        what = f"from a route's edit to in force on all {planes} data planes"
        self.row(what, f"p50 {cuts[49]:.3f} s, p99 {cuts[98]:.3f} s ({count} edits)")
        self.goal(f"{what}, p99", cuts[98], 2, "s")
        self.row("one rebuild of all tables", f"{seconds / rebuilds * 1000:.1f} ms")
        self.row(
            "CPU of the two controllers for an edit, with the statuses that follow",
            " and ".join(f"{one / count * 1000:.0f}" for one in spent)
            + f" ms ({rebuilds / count / 2:.1f} rebuilds)",
        )

    def rebuilds(self) -> tuple[float, float]:
        """Seconds spent on them, and how many there were, by both controllers."""
        samples = [each for one in self.fleet.controllers for each in one.metrics().samples]
        name = "holdfast_controller_rebuild_duration_seconds"
        return tuple(
            sum(value for found, _, value in samples if found == f"{name}_{part}")
            for part in ("sum", "count")
        )

    def endpoints(self) -> None:
        def change(count: int) -> None:
            changed = slice_of("svc-1", 1, count)
            self.api.merge("EndpointSlice", "svc-1-0", {"endpoints": changed["endpoints"]})

        before = pushed(self.fleet)[1]
        each = self.size.endpoints // self.size.services
        changes = 20
        for index in range(changes):
            self.until_in_force(lambda: change(each - 1 - index % 2), "the change")
        spent = pushed(self.fleet)[1] - before
        self.row(
            f"bytes pushed to a data plane when one Service of {each} endpoints changes",
            f"{spent / changes / self.size.planes:.0f}",
        )

    def nothing_new(self) -> None:
        """Everything is listed anew, and controllers come back: no table moves."""
        before, lists = pushed(self.fleet)[0], self.lists()
        applied = [each.look().count for each in self.applied]
        self.cluster.stop_api()
        self.cluster.compact()
        self.cluster.start_api()
        eventually(
            lambda: all(now > then for now, then in zip(self.lists(), lists)),
            "all is listed anew",
            within=120,
        )
        self.row("tables pushed when all is listed anew", f"{pushed(self.fleet)[0] - before:.0f}")
        for controller in self.fleet.controllers:
            assert controller.stop() == []
        for place in (0, 1):
            self.fleet.start_controller(place)
        eventually(
            lambda: all(current(one) == self.size.planes for one in self.fleet.controllers),
            "new controllers know that all data planes have the newest table",
            within=120,
        )
        moved = pushed(self.fleet)[0]
        self.row("tables pushed when both controllers are replaced", f"{moved:.0f}")
        assert [each.look().count for each in self.applied] == applied

    def lists(self) -> list[float]:
        """By each controller, of each kind that there are many of."""
        return [
            one.metrics().total("holdfast_controller_watch_lists_total", resource=kind)
            for one in self.fleet.controllers
            for kind in ("websocketroutes", "services", "endpointslices")
        ]

    def stop(self) -> list[str]:
        return self.fleet.stop() + self.cluster.stop()


def table(scale: Scale) -> str:
    size = scale.size
    head = (
        f"{size.routes:,} routes, {size.services} Services, {size.endpoints:,} endpoints, "
        f"{size.planes} data planes, two controllers, etcd and kube-apiserver on the same "
        f"{os.cpu_count()} cores (load before: {scale.load:.1f})."
    )
    rows = [f"| {what} | {value} |" for what, value in scale.rows]
    goals = [
        f"| {what} | {bound} | {value} | {'met' if met else '**missed**'} |"
        for what, bound, value, met in scale.goals
    ]
    return "\n".join(
        [
            *(head, "", "|  |  |", "| --- | --- |", *rows, ""),
            *("What was set out to reach:", "", "|  | expected | measured |  |"),
            *("| --- | --- | --- | --- |", *goals),
        ]
    )


def write(text: str) -> None:
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="hack/scale")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--write", action="store_true", help="write into docs/performance.md")
    kinds.add_argument("--large", action="store_true", help="5,000 routes, 20,000 endpoints")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-scale-") as folder:
        size = Size(routes=5000, endpoints=20000) if arguments.large else Size()
        scale = Scale(Path(folder), size)
        try:
            scale.run()
        finally:
            complaints = scale.stop()
    for complaint in complaints:
        print(f"holdfast: {complaint}", file=sys.stderr)
    if arguments.write and not complaints:
        write(table(scale))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

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

from harness.gateway import DataPlane
from harness.manifests import gateway, listener
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


def wanted(fleet: Fleet) -> str:
    return fleet.controllers[0].status()["gateways"][0]["table"]["hash"]


def hashes(planes: list[DataPlane]) -> list[str]:
    return [
        next(iter(plane.metrics().by("holdfast_config_version_info", "hash"))) for plane in planes
    ]


def settled(fleet: Fleet):
    target = wanted(fleet)
    known = fleet.controllers[0].status()["dataplanes"]
    return (
        len(known) == len(fleet.planes)
        and {one["inForce"] for one in known} == {target}
        and target
    )


class Scale:
    def __init__(self, folder: Path, size: Size):
        self.size = size
        self.rows: list[tuple[str, str]] = []
        self.cluster = Cluster(folder)
        self.fleet = Fleet(self.cluster, folder)
        self.api = Api(self.cluster)

    def row(self, what: str, value: str) -> None:
        self.rows.append((what, value))
        print(f"{what}: {value}", flush=True)

    def run(self) -> None:
        size, fleet = self.size, self.fleet
        self.cluster.apply(gateway_class(), gateway(listener(fleet.port)))
        self.api.create(objects_of(size.routes, size.services, size.endpoints))
        began = time.monotonic()
        for _ in range(2):
            fleet.start_controller()
        for controller in fleet.controllers:
            eventually(lambda one=controller: one.status()["ready"], "ready", within=120)
        self.row("from start to ready, all objects there", f"{time.monotonic() - began:.2f} s")
        for _ in range(size.planes):
            fleet.add_plane(flags=("--workers", "1"))
        for plane in fleet.planes:
            plane.wait_ready()
        eventually(lambda: settled(fleet), "all data planes have the table", within=120)
        self.statuses(began)
        self.memory("after the start")
        self.edits()
        self.endpoints()
        self.nothing_new()
        self.memory("in the end")

    def statuses(self, began: float) -> None:
        def all_programmed():
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
        peak = " and ".join(f"{peak_mib(one):.0f}" for one in self.fleet.controllers)
        self.row(f"memory of the two controllers, {when}", f"{now} MiB (peak {peak})")

    def edits(self) -> None:
        """From the answer to a PATCH until the last data plane has the table that follows."""
        times = []
        spent, made = self.rebuilds()
        for index in range(self.size.edits):
            name = f"route-{index % self.size.routes}"
            marker = f"/edited/{index}"
            patch = {
                "spec": {
                    "rules": [
                        {
                            "matches": [{"path": {"type": "PathPrefix", "value": marker}}],
                            "backendRefs": [{"name": "svc-0", "port": 80}],
                        }
                    ]
                }
            }
            before = wanted(self.fleet)
            began = time.monotonic()
            self.api.merge("WebSocketRoute", name, patch)
            eventually(
                lambda: wanted(self.fleet) != before and settled(self.fleet),
                f"{marker} is in force everywhere",
                within=60,
            )
            times.append(time.monotonic() - began)
        spent, made = (after - before for after, before in zip(self.rebuilds(), (spent, made)))
        cuts = statistics.quantiles(times, n=100)
        self.row(
            f"from a route's edit to in force on all {len(self.fleet.planes)} data planes",
            f"p50 {cuts[49]:.3f} s, p99 {cuts[98]:.3f} s ({len(times)} edits)",
        )
        self.row("one rebuild of all tables", f"{spent / made * 1000:.0f} ms")

    def rebuilds(self) -> tuple[float, float]:
        """Seconds spent on them, and how many there were, by both controllers."""
        samples = [each for one in self.fleet.controllers for each in one.metrics().samples]
        name = "holdfast_controller_rebuild_duration_seconds"
        return tuple(
            sum(value for found, _, value in samples if found == f"{name}_{part}")
            for part in ("sum", "count")
        )

    def endpoints(self) -> None:
        before = pushed(self.fleet)[1]
        each = self.size.endpoints // self.size.services
        changes = 20
        for index in range(changes):
            table = wanted(self.fleet)
            changed = slice_of("svc-1", 1, each - 1 - index % 2)
            self.api.merge("EndpointSlice", "svc-1-0", {"endpoints": changed["endpoints"]})
            eventually(
                lambda: wanted(self.fleet) != table and settled(self.fleet), "the change is in force"
            )
        spent = pushed(self.fleet)[1] - before
        self.row(
            f"bytes pushed to a data plane when one Service of {each} endpoints changes",
            f"{spent / changes / len(self.fleet.planes):.0f}",
        )

    def nothing_new(self) -> None:
        """Everything is listed anew, and controllers come back: no table moves."""
        before = pushed(self.fleet)[0]
        lists = self.lists()
        self.cluster.stop_api()
        self.cluster.compact()
        self.cluster.start_api()
        eventually(lambda: self.lists() >= lists + 6, "all is listed anew", within=120)
        eventually(lambda: settled(self.fleet), "the fleet is settled", within=60)
        self.row("tables pushed when all is listed anew", f"{pushed(self.fleet)[0] - before:.0f}")
        tables = hashes(self.fleet.planes)
        for place in (0, 1):
            assert self.fleet.controllers[place].stop() == []
            self.fleet.start_controller(place)
            fresh = self.fleet.controllers[place]
            eventually(lambda: fresh.status()["ready"], "ready", within=120)
        eventually(lambda: settled(self.fleet), "the fleet is settled", within=120)
        moved = pushed(self.fleet)[0]
        assert hashes(self.fleet.planes) == tables
        self.row("tables pushed when both controllers are replaced", f"{moved:.0f}")

    def lists(self) -> float:
        return self.fleet.controllers[0].metrics().total("holdfast_controller_watch_lists_total")

    def stop(self) -> list[str]:
        return self.fleet.stop() + self.cluster.stop()


def table(scale: Scale) -> str:
    size = scale.size
    head = (
        f"{size.routes:,} routes, {size.services} Services, {size.endpoints:,} endpoints, "
        f"{size.planes} data planes, two controllers, etcd and kube-apiserver on the same "
        f"{os.cpu_count()} cores (load {os.getloadavg()[0]:.1f})."
    )
    rows = "\n".join(f"| {what} | {value} |" for what, value in scale.rows)
    return f"{head}\n\n|  |  |\n| --- | --- |\n{rows}"


def write(text: str) -> None:
    document = DOCUMENT.read_text()
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="hack/scale")
    parser.add_argument("--write", action="store_true", help="write into docs/performance.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="holdfast-scale-") as folder:
        scale = Scale(Path(folder), Size())
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

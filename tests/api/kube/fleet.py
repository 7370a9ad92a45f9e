"""Holdfast at a real API server: controllers that read it as their ServiceAccount, and data planes
that have a stream to each of them."""

import socket
from pathlib import Path

from harness.gateway import Controller, DataPlane
from harness.manifests import GATEWAY, NAMESPACE, gateway, listener, route, rule, service
from harness.ports import free_port
from harness.waiting import eventually

from . import rights
from .cluster import Cluster

LEASE_TIMES = (
    *("--leader-elect-lease-duration", "5s"),
    *("--leader-elect-renew-deadline", "3s"),
    *("--leader-elect-retry-period", "1s"),
)


def node_address() -> str:
    """An address of this machine that an EndpointSlice may hold: loopback it may not."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("198.51.100.1", 9))  # Sends nothing; asks the kernel for a route.
        return probe.getsockname()[0]


class Fleet:
    def __init__(self, cluster: Cluster, folder: Path):
        self.cluster = cluster
        self.folder = folder
        self.port = free_port(tuple(f"127.0.0.{n}" for n in range(1, 4)))
        self.controllers: list[Controller] = []
        self.planes: list[DataPlane] = []
        self._ended: list = []
        cluster.apply(self.rights())
        self.kubeconfig = cluster.kubeconfig_of(rights.ACCOUNT, rights.NAMESPACE)

    @staticmethod
    def rights(without: str = "") -> list[dict]:
        return rights.rights(without)

    def serve(self, *backends: str, listeners: list | None = None, **more) -> None:
        """One Gateway with one listener, one route, one Service with these endpoints."""
        self.cluster.apply(
            gateway_class(),
            gateway(*(listeners or [listener(self.port)])),
            service("echo", *backends),
            route("echo", rule("echo", **more)),
        )

    def start(self, controllers: int = 1, planes: int = 2) -> "Fleet":
        for _ in range(controllers):
            self.start_controller()
        for _ in range(planes):
            self.add_plane()
        for plane in self.planes:
            plane.wait_ready()
        return self

    def start_controller(self, place: int | None = None, flags: tuple = ()) -> Controller:
        """A new one, or one in the place of another that has ended: at the same socket."""
        name = f"controller-{len(self._ended)}"
        path = self.folder / f"push-{len(self.controllers) if place is None else place}.sock"
        source = ("--kubeconfig", self.kubeconfig, "--identity", name, *LEASE_TIMES)
        controller = Controller(
            self.folder, source, name, ("--push-socket", path, *(str(flag) for flag in flags))
        )
        controller.socket = path
        if place is None:
            self.controllers.append(controller)
        else:
            self.controllers[place] = controller
        self._ended.append(controller)
        return controller

    def add_plane(self, flags: tuple = (), controllers: list[str] | None = None) -> DataPlane:
        """With a stream to each controller, by its socket where nothing else is said."""
        plane = DataPlane(
            self.folder,
            f"127.0.0.{len(self.planes) + 1}",
            controllers or [f"unix:{controller.socket}" for controller in self.controllers],
            name=f"dataplane-{len(self._ended)}",
            flags=flags,
        )
        self._ended.append(plane)
        self.planes.append(plane)
        return plane

    @property
    def plane(self) -> DataPlane:
        return self.planes[0]

    def url(self, path: str = "/", plane: int = 0) -> str:
        return f"ws://{self.planes[plane].address}:{self.port}{path}"

    def wait_config(self, text: str, present: bool = True) -> None:
        for plane in self.planes:
            plane.wait_config(text, present)

    def leader(self) -> Controller:
        """Waits until one of the controllers leads."""

        def find():
            running = [each for each in self.controllers if each.running()]
            leading = [each for each in running if each.status()["leader"]["leads"]]
            assert len(leading) <= 1, "two controllers lead"
            return leading and leading[0]

        return eventually(find, "a controller leads", within=30)

    def conditions(self, *what: str) -> dict[str, dict]:
        """The conditions of an object by their type; of a route those of its first parent."""
        status = self.cluster.read(*what, "-n", NAMESPACE).get("status", {})
        if "parents" in status:
            status = status["parents"][0] if status["parents"] else {}
        return {each["type"]: each for each in status.get("conditions", [])}

    def wait_condition(self, what: tuple, kind: str, status: str, within: float = 30) -> dict:
        def find():
            found = self.conditions(*what).get(kind)
            return found if found and found["status"] == status else None

        return eventually(find, f"{' '.join(what)} is {kind}={status}", within=within)

    def stop(self) -> list[str]:
        """Data planes first: a controller that is gone must not be what ends them well."""
        complaints = []
        for process in reversed(self._ended):
            complaints += process.stop()
        return complaints


def gateway_class() -> dict:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "holdfast"},
        "spec": {"controllerName": "holdfast.dev/gateway-controller"},
    }


__all__ = ["Fleet", "GATEWAY", "NAMESPACE", "gateway_class", "node_address"]

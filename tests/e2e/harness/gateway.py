"""A whole Holdfast on loopback: one controller on a directory, data planes on 127.0.0.1, .2, …"""

import json
from pathlib import Path

from . import http
from .manifests import GATEWAY, NAMESPACE, Manifests, listener, rule
from .paths import program
from .ports import free_port
from .process import Process
from .waiting import PATIENCE, eventually

GATEWAY_KEY = f"{NAMESPACE}/{GATEWAY}"


class Controller(Process):
    """`source` are the flags that say where its objects come from."""

    def __init__(self, folder: Path, source: tuple, name: str = "controller", flags: tuple = ()):
        self.socket = folder / "push.sock"
        super().__init__(
            name,
            [
                program("holdfast-controller"),
                "run",
                *source,
                "--status-listen",
                "127.0.0.1:0",
                *(flags or ("--push-socket", self.socket)),
            ],
            folder,
        )

    @property
    def status_address(self) -> str:
        return self.listening("status")

    def status(self) -> dict:
        return http.request(self.status_address, "/status").json()

    def metrics(self) -> http.Metrics:
        return http.metrics(self.status_address)


class DataPlane(Process):
    def __init__(
        self,
        folder: Path,
        address: str,
        controllers: list[str],
        name: str | None = None,
        flags: tuple = (),
        wrapper: tuple = (),
    ):
        self.address = address
        name = name or f"dataplane-{address}"
        self.access_log_file = folder / f"{name}.access"
        given = [str(flag) for flag in flags]
        defaults = {
            "--workers": "2",
            "--drain-delay": "200ms",
            "--drain-timeout": "10s",
            "--access-log": str(self.access_log_file),
        }
        for flag, value in defaults.items():
            if flag not in given:
                given += [flag, value]
        super().__init__(
            name,
            [
                *wrapper,
                program("holdfast-dataplane"),
                "--gateway",
                GATEWAY_KEY,
                "--node",
                name,
                *(part for each in controllers for part in ("--controller", each)),
                "--bind",
                address,
                "--admin-listen",
                "127.0.0.1:0",
                "--probes-listen",
                "127.0.0.1:0",
                *given,
            ],
            folder,
        )

    @property
    def admin_address(self) -> str:
        return self.listening("admin")

    @property
    def probes_address(self) -> str:
        return self.listening("probes")

    def admin(self, path: str, method: str = "GET") -> http.Answer:
        return http.request(self.admin_address, path, method)

    def ready(self) -> bool:
        return http.request(self.probes_address, "/readyz").status == 200

    def wait_ready(self) -> None:
        def check():
            assert self.running(), f"{self.name} ended:\n{self.tail()}"
            return self.ready()

        eventually(check, f"{self.name} is ready")

    def config(self) -> str:
        """The table in force, as text."""
        return self.admin("/config_dump").text

    def wait_config(self, text: str, present: bool = True) -> None:
        """Waits until the table in force holds a text, or no longer does."""
        what = f"{self.name} serves a table {'with' if present else 'without'} {text!r}"
        eventually(lambda: (text in self.config()) == present, what)

    def metrics(self) -> http.Metrics:
        return http.metrics(self.probes_address)

    def sessions(self) -> float:
        return self.metrics().total("holdfast_connections_active")

    def access_log(self) -> list[dict]:
        if not self.access_log_file.exists():
            return []
        text = self.access_log_file.read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def wait_logged(self, count: int = 1, within: float = PATIENCE, **fields) -> list[dict]:
        """Waits for that many lines of the access log with these fields."""

        def find():
            lines = [
                line
                for line in self.access_log()
                if all(line.get(key) == value for key, value in fields.items())
            ]
            return lines if len(lines) >= count else None

        try:
            return eventually(find, f"{self.name} logs {count} × {fields}", within)
        except AssertionError as error:
            raise AssertionError(f"{error}; last of the log: {self.access_log()[-3:]}") from None


class Gateway:
    """The parts together. `start` runs them; `stop` ends them and returns every complaint."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.manifests = Manifests(folder)
        self.port = free_port(tuple(f"127.0.0.{n}" for n in range(1, 4)))
        self.controller: Controller | None = None
        self.planes: list[DataPlane] = []
        self._ended: list[Process] = []

    def serve(self, *backends: str, **more) -> None:
        """The simplest table: one listener, one route, one Service with these endpoints."""
        self.manifests.gateway(listener(self.port))
        self.manifests.service("echo", *backends)
        self.manifests.route("echo", rule("echo", **more))

    def start(self, planes: int = 1, flags: tuple = (), wrapper: tuple = ()) -> "Gateway":
        self.start_controller()
        for _ in range(planes):
            self.add_plane(flags=flags, wrapper=wrapper)
        for plane in self.planes:
            plane.wait_ready()
        return self

    def start_controller(self, flags: tuple = ()) -> Controller:
        name = f"controller-{len(self._ended)}"
        source = ("--manifests", self.manifests.folder)
        self.controller = Controller(self.folder, source, name, flags)
        self._ended.append(self.controller)
        return self.controller

    def add_plane(
        self,
        flags: tuple = (),
        wrapper: tuple = (),
        controllers: list | None = None,
        address: str | None = None,
    ) -> DataPlane:
        address = address or f"127.0.0.{len(self.planes) + 1}"
        plane = DataPlane(
            self.folder,
            address,
            controllers if controllers is not None else [f"unix:{self.controller.socket}"],
            name=f"dataplane-{len(self._ended)}",
            flags=flags,
            wrapper=wrapper,
        )
        self._ended.append(plane)
        self.planes.append(plane)
        return plane

    @property
    def plane(self) -> DataPlane:
        return self.planes[0]

    def url(self, path: str = "/", plane: int = 0, scheme: str = "ws") -> str:
        return f"{scheme}://{self.planes[plane].address}:{self.port}{path}"

    def wait_config(self, text: str, present: bool = True) -> None:
        for plane in self.planes:
            if plane.running():
                plane.wait_config(text, present)

    def stop(self) -> list[str]:
        """Data planes first: a controller that is gone must not be what ends them well."""
        complaints = []
        for process in reversed(self._ended):
            complaints += process.stop()
        return complaints

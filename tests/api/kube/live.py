"""A fleet in full use: sessions that talk on every data plane, and changes at the API server."""

import time
from contextlib import contextmanager
from pathlib import Path

from harness.backend import EchoBackend
from harness.gateway import Controller
from harness.manifests import gateway, listener, tls_listener
from harness.numbered import NumberedClient, faults, tally
from harness.ports import free_port
from harness.probe import whoami
from harness.waiting import eventually

from .changes import SECRET, Changes
from .cluster import Cluster
from .crowd import Crowd
from .fleet import Fleet, gateway_class, node_address

SESSIONS = 500
PAUSE = 2.0  # Seconds between two messages of one session, on average.
# A watch that could not be had for long is tried again after up to 30 s.
ARRIVES_WITHIN = 60


class Live:
    """Two controllers and two data planes; every fifth session is over TLS."""

    def __init__(self, cluster: Cluster, folder: Path, backend: EchoBackend):
        self.cluster = cluster
        self.backend = backend
        self.fleet = Fleet(cluster, folder)
        self._authority = cluster.credentials.authority
        self._tls_port = free_port(("127.0.0.1", "127.0.0.2"))
        listeners = [listener(self.fleet.port), tls_listener(self._tls_port, SECRET)]
        cluster.apply(gateway_class(), gateway(*listeners))
        self.changes = Changes(cluster, self._authority, backend.address, self._tls_port)
        self.fleet.start(controllers=2, planes=2)
        self.crowd = Crowd([self._client(index) for index in range(SESSIONS)])
        self._pids = [plane.pid for plane in self.fleet.planes]
        self._ends_before = 0

    def _client(self, index: int) -> NumberedClient:
        plane = self.fleet.planes[index % 2]
        prefix = ("/strict", "/edited")[index // 2 % 2]
        scheme, port = ("wss", self._tls_port) if index % 5 == 0 else ("ws", self.fleet.port)
        tls = self._authority.client_context()
        return NumberedClient(index, [f"{scheme}://{plane.address}:{port}"], PAUSE, prefix, tls)

    @contextmanager
    def running(self):
        """While sessions live. In the end nothing that anyone said may be missing."""
        with self.crowd:
            self.settle()
            yield self
            self.wait_no_problem()
        ends = self.crowd.ends
        print(f"{len(self.crowd)} sessions: {tally(ends)}; {self.changes.made} changes")
        assert len(ends) == len(self.crowd), "a session did not live to the end"
        assert faults(ends, self.backend, 1000, "done") == []

    # --- what must hold, always ----------------------------------------------------------------

    def must_go_on(self) -> None:
        """No session has closed, each of them talks, and the data planes are the ones they were."""
        self.crowd.must_echo()
        self.must_stay()

    def must_stay(self) -> None:
        new = self.crowd.ends[self._ends_before :]
        self._ends_before += len(new)
        assert not new, f"{len(new)} sessions closed: {tally(new)}"
        assert [plane.pid for plane in self.fleet.planes if plane.running()] == self._pids

    def pass_time(self, seconds: float) -> None:
        """Looks on for so long."""
        until = time.monotonic() + seconds

        def check():
            self.must_stay()
            return time.monotonic() >= until

        eventually(check, "the time passes", within=seconds + 60)
        self.must_be_served()

    def must_be_served(self) -> None:
        """New sessions are served by each data plane."""
        for plane in (0, 1):
            assert whoami(self.fleet, "/strict/new", plane).status == 101

    # --- changes -------------------------------------------------------------------------------

    def change(self) -> None:
        """Makes one change of every kind but certificates, and waits until all are in force."""
        self.changes.make()
        self.must_arrive()

    def must_arrive(self) -> None:
        for plane in self.fleet.planes:
            arrived = lambda plane=plane: self.changes.has_arrived(plane)
            eventually(arrived, f"the changes are in force on {plane.name}", ARRIVES_WITHIN)

    def change_certificate(self) -> None:
        self.changes.apply_secret()
        self.certificate_must_arrive()

    def certificate_must_arrive(self) -> None:
        for plane in self.fleet.planes:
            arrived = lambda plane=plane: self.changes.certificate_has_arrived(plane)
            eventually(arrived, f"{plane.name} has the new certificate", ARRIVES_WITHIN)

    def status_must_follow(self) -> None:
        """The leader tells of the last change in the route's status."""

        def check():
            route = self.cluster.read("wsr", "edited")
            told = self.fleet.conditions("wsr", "edited")["Programmed"]
            generation = route["metadata"]["generation"]
            assert (told["status"], told["observedGeneration"]) == ("True", generation), told
            return True

        eventually(check, "the status tells of the last change", within=ARRIVES_WITHIN)

    # --- controllers ---------------------------------------------------------------------------

    def other(self, controller: Controller) -> Controller:
        first, second = self.fleet.controllers
        return second if controller is first else first

    def replace(self, controller: Controller) -> None:
        """Starts another one in the place of one that has ended."""
        self.fleet.start_controller(place=self.fleet.controllers.index(controller))

    def settle(self) -> None:
        """Waits until each controller knows both data planes to be current."""

        def check():
            for controller in self.fleet.controllers:
                states = [one["state"] for one in controller.status()["dataplanes"]]
                assert states == ["current", "current"], f"{controller.name}: {states}"
            return True

        eventually(check, "both controllers have both data planes", within=ARRIVES_WITHIN)

    def wait_no_problem(self) -> None:
        """Waits until each controller reads everything again."""
        for controller in self.fleet.controllers:
            read = lambda controller=controller: controller.status()["source"]["problems"] == []
            eventually(read, f"{controller.name} reads everything", ARRIVES_WITHIN)

    def wait_problem(self, *texts: str) -> None:
        """Waits until each controller names a problem of its source with all of these words."""
        for controller in self.fleet.controllers:

            def check(controller=controller):
                problems = controller.status()["source"]["problems"]
                told = [f"{each['object']}: {each['message']}" for each in problems]
                return [each for each in told if all(text in each for text in texts)]

            (problem, *_) = eventually(check, f"{controller.name} tells of {texts}")
            print(f"{controller.name}: {problem}")
            controller.wait_log(message="the Kubernetes API is not read as it should be")

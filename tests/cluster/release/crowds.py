"""300 clients by a library of others, through the Service: half of them to a backend beside the
cluster, which remembers what arrived, half to backends in Pods, which come and go."""

import json
import subprocess

from harness.backend import EchoBackend
from harness.manifests import metadata, route, rule, service
from harness.numbered import NumberedClient, tally
from harness.waiting import eventually
from kube.crowd import Crowd
from node import network

from .release import NAME, NAMESPACE, Release

EACH = 150
PAUSE = 1.0  # Seconds between two messages of one session, on average.
BACKEND = "backend"


class Crowds:
    def __init__(self, release: Release):
        self.release = release
        self.node = release.node
        self.beside = EchoBackend(host=network.ADDRESS)
        self._before: set[int] = set()
        self._refusals_before = 0

    def __enter__(self):
        self.beside.__enter__()
        self.node.apply(
            service("beside", self.beside.address),
            self.route("beside"),
            _deployment(),
            _service(),
            self.route(BACKEND),
        )
        self.node.kubectl("rollout", "status", f"deployment/{BACKEND}", "--timeout=60s")
        for name in ("beside", BACKEND):
            self.node.kubectl("wait", *WSR_PROGRAMMED, f"wsr/{name}", "--timeout=60s")
        url = self.release.url()
        self._crowds = tuple(
            Crowd([_client(index, url, name) for index in range(EACH)])
            for name in ("beside", BACKEND)
        )
        for each in self._crowds:
            each.__enter__()
        return self

    def __exit__(self, *_):
        for each in self._crowds:
            each.__exit__()
        self.beside.__exit__()

    @staticmethod
    def route(name: str, backend: str = "", **more) -> dict:
        """From the path /NAME to the Service of that name, or to another one."""
        made = route(name, rule(backend or name, path=f"/{name}", **more))
        made["spec"]["parentRefs"] = [{"name": NAME, "namespace": NAMESPACE}]
        return made

    def come_back(self) -> None:
        """The Service is another one, and has another address."""
        for each in self._crowds:
            each.go_to(self.release.url())

    def begin(self) -> None:
        self.must_echo()
        self._before = {id(end) for each in self._crowds for end in each.ends}
        self._refusals_before = sum(each.refusals for each in self._crowds)

    @property
    def beside_ends(self) -> list:
        """Sessions with the backend beside the cluster that ended since `begin`."""
        return self._since(self._crowds[0])

    @property
    def pod_ends(self) -> list:
        """The same of those with backends in Pods."""
        return self._since(self._crowds[1])

    @property
    def ends(self) -> list:
        return self.beside_ends + self.pod_ends

    @property
    def refusals(self) -> int:
        return sum(each.refusals for each in self._crowds) - self._refusals_before

    def must_echo(self) -> None:
        """Waits until everyone has heard an echo from now on."""
        for each in self._crowds:
            each.must_echo()

    def must_be_untouched(self) -> None:
        self.must_echo()
        assert not self.ends, tally(self.ends)
        assert not self.refusals

    def tally(self) -> str:
        beside, in_pods = tally(self.beside_ends), tally(self.pod_ends)
        refusals = f"{self.refusals} refusals"
        return f"{2 * EACH} clients; beside: {beside}; in Pods: {in_pods}; {refusals}"

    # --- backends in Pods ----------------------------------------------------------------------

    def backend_pods(self) -> list[str]:
        found = self.node.read("pods", "-l", f"app={BACKEND}")["items"]
        return [
            each["metadata"]["name"]
            for each in found
            if "deletionTimestamp" not in each["metadata"]
        ]

    def scale(self, replicas: int) -> int:
        """Scales the backends; returns how many sessions those that went had at their end."""
        before = self.backend_pods()
        logs = {name: self._follow(name) for name in before}
        self.node.kubectl("scale", f"deployment/{BACKEND}", f"--replicas={replicas}")
        self.node.kubectl("rollout", "status", f"deployment/{BACKEND}", "--timeout=60s")
        left = eventually(lambda: self._exactly(replicas), f"{replicas} backends")
        gone = set(before) - set(left)
        sessions = 0
        for name, log in logs.items():
            if name in gone:
                told, _ = log.communicate(timeout=60)
                sessions += json.loads(told.splitlines()[-1])["sessions"]
            else:
                log.kill()
                log.wait()
        return sessions

    def _since(self, crowd: Crowd) -> list:
        # In order of clients, not of time.
        return [end for end in crowd.ends if id(end) not in self._before]

    def _exactly(self, count: int) -> list[str] | None:
        pods = self.backend_pods()
        return pods if len(pods) == count else None

    def _follow(self, pod: str) -> subprocess.Popen:
        return subprocess.Popen(
            ["kubectl", "logs", "-f", pod],
            env=self.node.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )


def _client(index: int, url: str, name: str) -> NumberedClient:
    return NumberedClient(index, [url], PAUSE, f"/{name}", may_be_refused=True)


WSR_PROGRAMMED = (
    r'--for=jsonpath={.status.parents[0].conditions[?(@.type=="Programmed")].status}=True',
)


def _deployment() -> dict:
    container = {
        "name": "echo",
        "image": "localhost/backend:dev",
        "imagePullPolicy": "Never",
        "ports": [{"containerPort": 8080}],
        "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(BACKEND),
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": BACKEND}},
            "template": {
                "metadata": {"labels": {"app": BACKEND}},
                "spec": {"containers": [container]},
            },
        },
    }


def _service() -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(BACKEND),
        "spec": {"selector": {"app": BACKEND}, "ports": [{"port": 80, "targetPort": 8080}]},
    }

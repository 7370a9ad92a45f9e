"""Holdfast as its users install it: by Helm, with the image that its Dockerfile makes."""

import json
import subprocess
from pathlib import Path

from harness import http
from harness.paths import REPO
from harness.waiting import eventually
from node.node import Node

from . import readme

CHART = REPO / "charts" / "holdfast"
NAMESPACE, NAME = "holdfast-system", "holdfast"
#: With the port of their metrics.
COMPONENTS = {"controller": 19002, "dataplane": 19001}
#: Short, so that a rollout takes less than a minute. The delay has to cover how far apart new Pods
#: turn ready for clients: by probes every 2 s, and by kube-proxy, which may wait for a second.
DRAIN_DELAY, DRAIN_TIMEOUT = 10, 20
VALUES = {
    "image": {"repository": "localhost/holdfast", "tag": "dev", "pullPolicy": "Never"},
    "dataplane": {
        "service": {"type": "ClusterIP"},
        "drain": {"delaySeconds": DRAIN_DELAY, "timeoutSeconds": DRAIN_TIMEOUT},
    },
}


class Release:
    def __init__(self, node: Node):
        self.node = node
        self.shown = ""  # By the last of the README's commands.

    def install_by_readme(self) -> None:
        """Then with the settings of these tests."""
        self.shown = readme.follow(self.node)
        before = self.pods("dataplane")
        self.upgrade()
        self.wait_ready()
        self.wait_gone(before)

    def install(self) -> None:
        self.helm("install", NAME, CHART, "--create-namespace", "--values", self._values())
        self.wait_ready()

    def upgrade(self, chart: Path = CHART, **values: object) -> None:
        """`controller__logLevel="debug"` sets controller.logLevel."""
        sets = [
            f"--set-json={path.replace('__', '.')}={json.dumps(value)}"
            for path, value in values.items()
        ]
        self.helm("upgrade", NAME, chart, "--values", self._values(), *sets)

    def helm(self, *arguments) -> str:
        done = subprocess.run(
            ["helm", *map(str, arguments), "--namespace", NAMESPACE],
            env=self.node.environment(),
            text=True,
            capture_output=True,
            timeout=300,
        )
        assert done.returncode == 0, f"helm {arguments}:\n{done.stderr}"
        return done.stdout

    def kubectl(self, *arguments, **more) -> str:
        return self.node.kubectl("-n", NAMESPACE, *arguments, **more).stdout

    def wait_ready(self) -> None:
        """Everything runs as the Deployments say, and the Gateway is programmed."""
        for each in COMPONENTS:
            self.kubectl("rollout", "status", f"deployment/{NAME}-{each}", "--timeout=120s")
        self.kubectl("wait", "--for=condition=Programmed", "--timeout=60s", f"gateway/{NAME}")

    def pods(self, component: str) -> list[dict]:
        """Those that are not on their way out."""
        selector = f"app.kubernetes.io/component={component}"
        found = self.node.read("pods", "-n", NAMESPACE, "-l", selector)["items"]
        return [each for each in found if "deletionTimestamp" not in each["metadata"]]

    def restarts(self) -> dict[str, int]:
        """By Pod, how often a container in it was started again; Pods without are left out."""
        counts = {
            pod["metadata"]["name"]: sum(each["restartCount"] for each in containers(pod))
            for component in COMPONENTS
            for pod in self.pods(component)
        }
        return {name: count for name, count in counts.items() if count}

    def metrics(self, pod: dict) -> http.Metrics:
        port = COMPONENTS[pod["metadata"]["labels"]["app.kubernetes.io/component"]]
        return http.metrics(f"{pod['status']['podIP']}:{port}")

    def status(self, controller: dict) -> dict:
        """What a controller says of everything."""
        address = f"{controller['status']['podIP']}:{COMPONENTS['controller']}"
        return http.request(address, "/status").json()

    def sessions(self, pod: dict) -> int:
        """How many a data plane holds."""
        return int(self.metrics(pod).total("holdfast_connections_active"))

    def url(self) -> str:
        """By the address of the Service."""
        service = self.node.read("service", f"{NAME}-dataplane", "-n", NAMESPACE)
        return f"ws://{service['spec']['clusterIP']}"

    def wait_gone(self, pods: list[dict]) -> None:
        """Until the kubelet has nothing left of them."""
        names = {each["metadata"]["name"] for each in pods}

        def check():
            found = self.node.read("pods", "-n", NAMESPACE)["items"]
            return not names & {each["metadata"]["name"] for each in found}

        eventually(check, f"{names} are gone", within=120)

    def _values(self) -> Path:
        path = self.node.folder / "values.yaml"
        path.write_text(json.dumps(VALUES))
        return path


def containers(pod: dict) -> list[dict]:
    """What the kubelet says of them."""
    return pod["status"].get("containerStatuses", [])

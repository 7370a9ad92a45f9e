"""Kubernetes with a node: Pods start, Services have addresses, Deployments are rolled out."""

import json
import os
import subprocess
from pathlib import Path

import yaml

from harness import http
from harness.process import Process
from harness.waiting import eventually
from kube import programs
from kube.cluster import Cluster

from . import network
from .containers import SOCKET, start_containerd

NAME = "node"
#: Of the kubelet. It is not in the node's folder: sockets live here, whose paths have a bound.
KUBELET = "/run/kubelet"
DNS_READY = f"{network.ADDRESS}:8181"


class Node(Cluster):
    """Wants to be made in namespaces of its own (network, processes, mounts), as root. Ready when
    it is made; Holdfast's CRD is its chart's to bring. `cgroup` is the name of a control group that
    exists; `archives` are images."""

    definitions = ()

    def __init__(self, folder: Path, cgroup: str, archives: list[Path]):
        network.make()
        super().__init__(folder, network.ADDRESS, (network.API_SERVICE,))
        self._controllers = self._start("kube-controller-manager", *self._controller_flags())
        self._scheduler = self._start("kube-scheduler", *self._admin_flags())
        self._containerd = start_containerd(folder)
        for archive in archives:
            self.load(archive)
        self._kubelet = self._start_kubelet(cgroup)
        self.start_proxy()
        self.start_dns()
        eventually(self._ready, "the node is ready", within=60)

    def load(self, archive: Path) -> None:
        """An image as `docker save` and `buildah push … docker-archive:` write it."""
        command = ["ctr", "--address", SOCKET, "--namespace", "k8s.io", "images", "import"]
        subprocess.run([*command, archive], check=True, stdout=subprocess.DEVNULL)

    def environment(self) -> dict[str, str]:
        """Of programs that use the cluster, found in its PATH. What kubectl and Helm keep is kept
        in the node's folder: HOME is not the tests'."""
        kept = {
            "KUBECACHEDIR": "kubectl",
            "HELM_CACHE_HOME": "helm/cache",
            "HELM_CONFIG_HOME": "helm/config",
            "HELM_DATA_HOME": "helm/data",
        }
        return {
            **os.environ,
            "PATH": f"{programs.folder()}:{os.environ['PATH']}",
            "KUBECONFIG": str(self.kubeconfig),
            **{name: str(self.folder / path) for name, path in kept.items()},
        }

    def start_proxy(self) -> None:
        """Waits until Services have addresses."""
        self.proxy = self._start(
            "kube-proxy",
            f"--kubeconfig={self.kubeconfig}",
            "--proxy-mode=iptables",
            f"--hostname-override={NAME}",
            f"--cluster-cidr={network.PODS}",
            # The machine's table is not ours to size.
            "--conntrack-max-per-core=0",
        )
        self._wait_healthy(self.proxy, "127.0.0.1:10256", "/healthz")

    def start_dns(self) -> None:
        """Waits until Services have names."""
        corefile = self.folder / "Corefile"
        corefile.write_text(
            f""".:53 {{
    bind {network.ADDRESS}
    errors
    ready {DNS_READY}
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {self.kubeconfig}
        endpoint_pod_names
        ttl 5
    }}
    cache 5
}}
"""
        )
        self.dns = self._start("coredns", "-conf", corefile)
        self._wait_healthy(self.dns, DNS_READY, "/ready")

    def api_flags(self) -> list[str]:
        certificate, key = self.credentials.admin
        return [
            f"--service-cluster-ip-range={network.SERVICES}",
            f"--advertise-address={network.ADDRESS}",
            f"--kubelet-client-certificate={certificate}",
            f"--kubelet-client-key={key}",
            # The node's name is in no DNS.
            "--kubelet-preferred-address-types=InternalIP",
        ]

    def stop(self) -> list[str]:
        for process in (
            *(self.proxy, self.dns, self._kubelet, self._containerd),
            *(self._scheduler, self._controllers),
        ):
            process.kill()
        # In good order it would wait up to a minute for the watches of what is still running.
        self.stop_api()
        return super().stop()

    def _start(self, name: str, *flags) -> Process:
        return Process(name, [programs.program(name), *flags], self.folder)

    @staticmethod
    def _wait_healthy(process: Process, address: str, path: str) -> None:
        def healthy():
            assert process.running(), f"{process.name} ended:\n{process.tail()}"
            return http.request(address, path).status == 200

        eventually(healthy, f"{process.name} is healthy", within=60)

    def _admin_flags(self) -> list[str]:
        return [
            f"--kubeconfig={self.kubeconfig}",
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
        ]

    def _controller_flags(self) -> list[str]:
        return [
            *self._admin_flags(),
            f"--service-account-private-key-file={self.credentials.token_key}",
            f"--root-ca-file={self.credentials.ca}",
            "--use-service-account-credentials=true",
        ]

    def _start_kubelet(self, cgroup: str) -> Process:
        pair = self.credentials.issue("node", f"system:node:{NAME}", organization="system:nodes")
        user = dict(zip(("client-certificate", "client-key"), map(str, pair)))
        kubeconfig = self.credentials.kubeconfig("node", self.address, user)
        resolver = self.folder / "resolv.conf"
        resolver.write_text(f"nameserver {network.ADDRESS}\n")
        configuration = self.folder / "kubelet.yaml"
        configuration.write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "kubelet.config.k8s.io/v1beta1",
                    "kind": "KubeletConfiguration",
                    "authentication": {
                        "anonymous": {"enabled": False},
                        "webhook": {"enabled": True},
                        "x509": {"clientCAFile": str(self.credentials.ca)},
                    },
                    "authorization": {"mode": "Webhook"},
                    "cgroupDriver": "cgroupfs",
                    "cgroupRoot": f"/{cgroup}",
                    "clusterDNS": [network.ADDRESS],
                    "clusterDomain": "cluster.local",
                    "containerRuntimeEndpoint": f"unix://{SOCKET}",
                    "failCgroupV1": False,
                    "failSwapOn": False,
                    # The disk is the machine's, and how full it is its owner's business.
                    "evictionHard": {"memory.available": "100Mi"},
                    "imageGCHighThresholdPercent": 100,
                    "localStorageCapacityIsolation": False,
                    "podLogsDir": str(self.folder / "pod-logs"),
                    "resolvConf": str(resolver),
                    "volumePluginDir": str(self.folder / "volume-plugins"),
                    # Many Pods start at once in a rollout.
                    "registryPullQPS": 0,
                }
            )
        )
        return self._start(
            "kubelet",
            f"--config={configuration}",
            f"--kubeconfig={kubeconfig}",
            f"--root-dir={KUBELET}",
            f"--cert-dir={self.folder / 'kubelet-pki'}",
            f"--hostname-override={NAME}",
            f"--node-ip={network.ADDRESS}",
        )

    def _ready(self) -> bool:
        done = self.kubectl("get", "node", NAME, "-o", "json", check=False)
        if done.returncode != 0:
            return False
        conditions = json.loads(done.stdout)["status"]["conditions"]
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

"""containerd, as a small machine needs it, and the network of its Pods."""

import json
from pathlib import Path

from harness.process import Process
from harness.waiting import eventually

from . import network

SOCKET = "/run/containerd/containerd.sock"
#: Of the sandbox of every Pod. There is nowhere to pull it from.
PAUSE_IMAGE = "localhost/pause:1"


def start_containerd(folder: Path) -> Process:
    plugins = folder / "cni"
    plugins.mkdir()
    (plugins / "10-pods.conflist").write_text(json.dumps(_pod_network(folder)))
    configuration = folder / "containerd.toml"
    configuration.write_text(
        f"""version = 2
root = "{folder}/containerd"
state = "/run/containerd"
[grpc]
address = "{SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{PAUSE_IMAGE}"
# Without CAP_SYS_RESOURCE nobody may lower a score.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{plugins}"
"""
    )
    process = Process("containerd", ["containerd", "--config", configuration], folder)
    eventually(lambda: Path(SOCKET).exists(), "containerd listens")
    return process


def _pod_network(folder: Path) -> dict:
    addresses = {
        "type": "host-local",
        "dataDir": str(folder / "pod-addresses"),
        "ranges": [[{"subnet": network.PODS}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {
        "type": "bridge",
        "bridge": "pods0",
        "isGateway": True,
        "ipMasq": True,
        # A Pod may be sent to itself by its own Service.
        "hairpinMode": True,
        "ipam": addresses,
    }
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge, ports]}

"""What the README says of a cluster, as it stands there."""

import re
import shlex
import subprocess

from harness.paths import REPO
from kube.programs import folder
from node.node import Node

INSIDE = "hack/cluster run "


def commands() -> list[str]:
    section = (REPO / "README.md").read_text().partition("## On Kubernetes")[2]
    blocks = re.findall(r"```sh\n(.*?)```", section.partition("\n## ")[0], re.S)
    return [line for block in blocks for line in block.splitlines()]


def follow(node: Node) -> str:
    """Runs the commands that are for the inside of a cluster; returns what the last one shows."""
    shown = ""
    for line in commands():
        if line.startswith(INSIDE):
            shown = _run(node, line.removeprefix(INSIDE))
    return shown


def _run(node: Node, line: str) -> str:
    done = subprocess.run(
        shlex.split(line),
        cwd=REPO,
        env={
            "KUBECONFIG": str(node.kubeconfig),
            "PATH": f"{folder()}:/usr/bin:/bin",
            "HOME": str(node.folder),
        },
        text=True,
        capture_output=True,
        timeout=180,
    )
    assert done.returncode == 0, f"{line}:\n{done.stderr}"
    return done.stdout

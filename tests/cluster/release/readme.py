"""What the README says of a cluster, as it stands there."""

import shlex
import subprocess

from harness import documents
from harness.paths import REPO
from node.node import Node

INSIDE = "hack/cluster run "


def commands() -> list[str]:
    return documents.commands_in("On Kubernetes")


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
        env=node.environment(),
        text=True,
        capture_output=True,
        timeout=180,
    )
    assert done.returncode == 0, f"{line}:\n{done.stderr}"
    return done.stdout

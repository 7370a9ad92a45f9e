"""The programs of Kubernetes and etcd, made ready by hack/kube."""

import functools
import subprocess
from pathlib import Path

from harness.paths import REPO


@functools.cache
def folder() -> Path:
    done = subprocess.run([REPO / "hack" / "kube"], check=True, stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.strip())


def program(name: str) -> Path:
    return folder() / name


def gateway_api() -> Path:
    """The folder of Gateway API's CRDs."""
    # kubectl reads a folder, and no link to one.
    return (folder().parent / "gateway-api").resolve()

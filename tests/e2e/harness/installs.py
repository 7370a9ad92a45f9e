"""Third-party clients, installed from the locks in the tree into the cache, once per lock."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from .paths import BIN, CACHE, TESTS

CLIENTS = TESTS / "clients"


def node(script: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command and the environment that run a script of clients/node."""
    return ["node", str(CLIENTS / "node" / script), *arguments], {"NODE_PATH": str(node_modules())}


def node_modules() -> Path:
    sources = [CLIENTS / "node" / name for name in ("package.json", "package-lock.json")]

    def install(folder: Path) -> None:
        for source in sources:
            shutil.copy(source, folder)
        _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)

    return _installed("node", sources, install) / "node_modules"


def gorilla_client() -> Path:
    sources = sorted((CLIENTS / "go").iterdir())

    def install(folder: Path) -> None:
        _run(
            ["go", "build", "-o", folder / "gorilla_client", "."],
            CLIENTS / "go",
            GOTOOLCHAIN="local",
            GOFLAGS="-mod=readonly -modcacherw -buildvcs=false",
        )

    return _installed("go", sources, install) / "gorilla_client"


def beast_client() -> Path:
    path = BIN / "e2e_beast_client"
    assert path.exists(), f"{path} is missing: build the target e2e_beast_client"
    return path


def _installed(name: str, sources: list[Path], install) -> Path:
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    folder = CACHE / "e2e" / f"{name}-{digest}"
    with _locked(CACHE / "e2e" / f"{name}.lock"):
        if not (folder / ".ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(folder)
            (folder / ".ready").touch()
    return folder


@contextmanager
def _locked(path: Path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list, folder: Path, **env: str) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        text=True,
        env={**os.environ, **env},
        timeout=600,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout[-4000:]}"

"""Where things are. Every path can be set from outside; nothing is written into the checkout."""

import os
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
TESTS = REPO / "tests" / "e2e"
EXAMPLES = REPO / "examples"
BIN = Path(os.environ.get("HOLDFAST_BIN", REPO / "build" / "release" / "bin"))
CACHE = Path(
    os.environ.get("HOLDFAST_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "holdfast"
)


def program(name: str) -> Path:
    path = BIN / name
    assert path.exists(), f"{path} is missing: build it, or say where it is with HOLDFAST_BIN"
    return path

"""Servers in clients/node: programs that print the port that they listen on."""

from contextlib import contextmanager
from pathlib import Path

from . import installs
from .process import Process
from .waiting import eventually


@contextmanager
def node_server(script: str, folder: Path, *arguments: str, **environment: str):
    """Runs a script; yields its address."""
    command, env = installs.node(script, *arguments)
    process = Process(script, command, folder, {**env, **environment})
    try:
        port = eventually(lambda: process.out.read_text().strip(), f"{script} listens")
        yield f"127.0.0.1:{port}"
    finally:
        complaints = process.stop()
    assert not complaints, complaints

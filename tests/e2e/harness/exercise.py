"""One exercise for every client library: texts, bytes, sizes at the edges of frame headers, pings
and Close frames both ways. Each client is a program that does it and prints the steps done."""

import json
import os
import subprocess

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from . import installs

STEPS = [
    "subprotocol",
    "text",
    "binary",
    "megabyte",
    "client-ping",
    "backend-ping",
    "client-close",
    "backend-close",
]


def run_program(command: list, env: dict | None = None) -> list[str]:
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(env or {})},
        text=True,
        capture_output=True,
        timeout=90,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
    return json.loads(done.stdout)["steps"]


def npm_ws(url: str) -> list[str]:
    return run_program(*installs.node("ws_client.cjs", url))


def gorilla(url: str) -> list[str]:
    return run_program([installs.gorilla_client(), url])


def beast(url: str) -> list[str]:
    return run_program([installs.beast_client(), url])


def pattern(size: int) -> bytes:
    return bytes((i * 31 + (i >> 8)) & 255 for i in range(size))


def python_websockets(url: str) -> list[str]:
    steps = []
    with connect(url, subprotocols=["echo.v1", "other"], max_size=None, proxy=None) as client:
        assert client.subprotocol == "echo.v1"
        steps.append("subprotocol")
        texts = ["hello", "grüße, 世界 🚀", ""]
        binaries = [pattern(size) for size in (256, 0, 125, 126, 65535, 65536)]
        megabytes = [pattern(1 << 20), "x" * (1 << 20)]
        for step, messages in (("text", texts), ("binary", binaries), ("megabyte", megabytes)):
            for message in messages:
                client.send(message)
                assert client.recv(timeout=30) == message
            steps.append(step)
        assert client.ping("are you there").wait(30)
        steps.append("client-ping")
        client.send("!ping from-the-backend")
        assert client.recv(timeout=30) == "!ponged"
        steps.append("backend-ping")
        client.close(4001, "client is done")
        assert client.close_code == 4001
        steps.append("client-close")
    with connect(url, subprotocols=["echo.v1"], proxy=None) as client:
        client.send("!close 4002 backend is done")
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=30)
        assert (client.close_code, client.close_reason) == (4002, "backend is done")
        steps.append("backend-close")
    return steps

"""The story that hack/demo tells: a controller on a copy of examples/chat, two data planes, and two
generations of one backend."""

import argparse
import contextlib
import signal
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import yaml
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from harness.chromium import static_site
from harness.gateway import Gateway
from harness.manifests import service
from harness.paths import EXAMPLES
from harness.ports import free_port, is_free
from harness.process import Process
from harness.waiting import eventually

CLIENTS = 10
# As in the examples; a port that is taken is replaced in the copy.
LISTENER_PORT, BACKEND_PORT, PATH = 8080, 9001, "/chat"


class Client:
    """A client as it should be: told to come back, it comes back, by the next address."""

    def __init__(self, addresses: list[str]):
        self._addresses = addresses
        self.closes: list[tuple[int, str]] = []
        self.at = addresses[0]
        self._socket = connect(self.at, proxy=None)

    def ask(self, text: str) -> str:
        """Sends a text; returns who answered it."""
        while True:
            try:
                self._socket.send(text)
                backend, _, echoed = self._socket.recv(timeout=20).partition(": ")
                assert echoed == text, f"sent {text!r}, got {echoed!r}"
                return backend
            except ConnectionClosed as closed:
                received = closed.rcvd
                self.closes.append((received.code, received.reason) if received else (1006, ""))
                self._addresses = self._addresses[1:] + self._addresses[:1]
                self.at = self._addresses[0]
                self._socket = connect(self.at, proxy=None)

    def close(self) -> None:
        self._socket.close(1000, "the demo is over")


class Demo:
    def __init__(self, folder: Path):
        self.folder = folder
        self.gateway = Gateway(folder)
        self.manifests = self.gateway.manifests.folder
        self.route = self.manifests / "chat.yaml"
        self.backends: list[Process] = []
        self._step = 0

    def say(self, text: str) -> None:
        self._step += 1
        print(textwrap.fill(f"{self._step}. {text}", 96, subsequent_indent="   "), flush=True)

    def show(self, lines) -> None:
        for line in lines:
            print(f"     {line}", flush=True)

    def start(self) -> None:
        self.gateway.port = _example_port(LISTENER_PORT)
        chat = self.start_backend("chat", _example_port(BACKEND_PORT))
        green = self.start_backend("chat-green", free_port())
        for source in sorted((EXAMPLES / "chat").rglob("*.yaml")):
            text = source.read_text()
            text = text.replace(f"port: {LISTENER_PORT}", f"port: {self.gateway.port}")
            self.put(source.name, text.replace(f"port: {BACKEND_PORT}", f"port: {chat}"))
        self.put("green.yaml", yaml.safe_dump_all(service("chat-green", f"127.0.0.1:{green}")))
        self.gateway.start(planes=2, flags=("--drain-delay", "1s", "--drain-timeout", "8s"))

    def start_backend(self, name: str, port: int) -> int:
        command = [sys.executable, EXAMPLES / "echo" / "echo.py", "--name", name, "--port", port]
        backend = Process(name, command, self.folder)
        self.backends.append(backend)
        eventually(lambda: "listens" in backend.out.read_text(), f"backend {name} listens")
        return port

    def put(self, name: str, text: str) -> None:
        """A manifest appears, or changes, in one step."""
        staged = self.folder / "staged"
        staged.write_text(text)
        staged.rename(self.manifests / name)

    def stop(self) -> list[str]:
        complaints = self.gateway.stop()
        for backend in self.backends:
            complaints += backend.stop()
        return complaints

    def move_route(self) -> None:
        """What an editor would do: the rule's backendRef names the other Service."""
        edited = self.route.read_text().replace("    - name: chat\n", "    - name: chat-green\n")
        self.put(self.route.name, edited)
        self.gateway.wait_config("default/chat-green:80")

    def tell(self) -> None:
        first, second = self.gateway.planes
        addresses = [self.gateway.url(PATH, plane) for plane in (0, 1)]
        self.say(
            f"A controller reads the manifests in {self.manifests}; two data "
            f"planes serve them at {addresses[0]} and {addresses[1]}."
        )

        clients = [Client(addresses if n % 2 == 0 else addresses[::-1]) for n in range(CLIENTS)]
        there = [client for client in clients if client.at == addresses[0]]
        answers = {client.ask("hello") for client in clients}
        expect(answers == {"chat"}, f"chat answers everyone, not {answers}")
        self.say(
            f"{CLIENTS} clients connect, half of them to each data plane. Each says hello and "
            "is answered by the backend named chat."
        )

        self.move_route()
        late = Client(addresses[::-1])
        answers = {client.ask("still there?") for client in clients}
        expect(answers == {"chat"}, f"live sessions stay on chat, not {answers}")
        expect(late.ask("hello") == "chat-green", "a new session goes to chat-green")
        expect(not any(client.closes for client in clients), "no session was closed")
        self.say(
            "chat.yaml now names another backend, chat-green. The live sessions still talk to "
            "chat, a new one gets chat-green, and no socket was closed."
        )

        first.admin("/drain", "POST")
        eventually(lambda: first.sessions() == 0, "the first data plane is empty", within=30)
        answers = {client.ask("and now?") for client in there}
        closes = {close for client in there for close in client.closes}
        expect(all(len(client.closes) == 1 for client in there), "one Close frame for each client")
        expect(closes == {(1012, "service restart")}, f"Close 1012, not {closes}")
        expect(answers == {"chat-green"}, f"who comes back gets chat-green, not {answers}")
        expect(
            all(client.ask("hello") for client in clients if client not in there), "the others live"
        )
        expect(
            not any(client.closes for client in clients if client not in there),
            "no session of the second data plane was closed",
        )
        self.say(
            f"POST /drain to the first data plane: its {len(there)} sessions are closed one "
            'after another with 1012 "service restart"; the clients come back through the '
            "second one, to chat-green. The others noticed nothing. Its access log says:"
        )
        lines = first.wait_logged(len(there), reason="drain", close_code=1012)
        shown = (
            "side",
            "reason",
            "close_code",
            "messages_from_client",
            "messages_to_client",
            "endpoint",
            "duration_ms",
        )
        self.show(", ".join(f"{key}={line.get(key)}" for key in shown) for line in lines)
        self.say("And its metrics:")
        metrics = first.metrics()
        wanted = (
            "holdfast_draining",
            "holdfast_connections_active",
            "holdfast_closes_total",
            "holdfast_messages_total",
        )
        self.show(line for line in metrics.text.splitlines() if line.startswith(wanted))
        expect(
            metrics.total("holdfast_closes_total", reason="drain", code=1012) == len(there),
            "the metrics count the same closes",
        )
        for client in (*clients, late):
            client.close()


def _example_port(written: int) -> int:
    return written if is_free(written) else free_port()


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise AssertionError(f"not as told: {what}")


def keep(demo: Demo) -> None:
    """Stays up until Ctrl-C or SIGTERM."""
    first, second = demo.gateway.planes
    first.admin("/undrain", "POST")
    first.wait_ready()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    addresses = "%20".join(demo.gateway.url(PATH, plane) for plane in (0, 1))
    with static_site(EXAMPLES / "page") as site:
        print(
            textwrap.dedent(f"""
            Everything stays up until Ctrl-C. Try:
              open {site}/?urls={addresses}
                  connect, send, and watch what follows from the page
              $EDITOR {demo.route}
                  move the route back to chat, or share it out by weights; sockets stay open
              curl -X POST http://{first.admin_address}/drain
                  the page is told 1012 and comes back through the other data plane
              curl -X POST http://{first.admin_address}/undrain
              curl http://{first.admin_address}/sessions
              curl http://{first.admin_address}/config_dump
              curl http://{first.probes_address}/metrics
              curl http://{demo.gateway.controller.status_address}/status
              tail -f {first.access_log_file} {second.access_log_file}
            """),
            flush=True,
        )
        while not stopped.wait(1):
            for process in (demo.gateway.controller, *demo.gateway.planes):
                expect(process.running(), f"{process.name} runs")


def main() -> int:
    parser = argparse.ArgumentParser(prog="hack/demo")
    parser.add_argument("--keep", action="store_true", help="stay up and say what to try")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="holdfast-demo-") as folder:
        demo = Demo(Path(folder))
        failed: list[str] = []
        try:
            demo.start()
            demo.tell()
            if arguments.keep:
                keep(demo)
        except AssertionError as error:
            failed.append(str(error))
        except KeyboardInterrupt:
            print()
        finally:
            with contextlib.suppress(KeyboardInterrupt):
                failed += demo.stop()
        for complaint in failed:
            print(f"holdfast: {complaint}", file=sys.stderr)
        if not failed:
            demo.say("Every process has ended cleanly.")
        return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

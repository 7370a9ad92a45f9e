"""Goal: clients that nobody here wrote talk to backends that nobody here wrote.
Method: one exercise, every client with every backend, first directly, then through the gateway."""

from contextlib import contextmanager

import pytest

from harness import exercise
from harness.backend import EchoBackend
from harness.chromium import chromium_page, static_site
from harness.node_server import node_server
from harness.paths import EXAMPLES, TESTS
from harness.waiting import eventually

CLIENTS = [exercise.npm_ws, exercise.python_websockets, exercise.gorilla, exercise.beast]


@contextmanager
def python_backend(_folder):
    with EchoBackend(compression="deflate") as backend:
        yield backend.address
        for session in backend.sessions:
            assert session.ended.wait(20)
        first, second = backend.sessions
        assert (first.close_code, first.close_reason) == (4001, "client is done")
        assert second.close_code == 4002


def node_backend(folder):
    return node_server("ws_backend.cjs", folder, "node", DEFLATE="1")


@pytest.mark.parametrize("backend", [python_backend, node_backend])
@pytest.mark.parametrize("client", CLIENTS)
def test_every_step_of_the_exercise_works(client, backend, reach, tmp_path):
    with backend(tmp_path) as address:
        steps = client(reach(address))
    assert steps == exercise.STEPS


def test_chromium_does_the_exercise_on_the_demo_page(reach, tmp_path):
    script = (TESTS / "clients" / "browser" / "exercise.js").read_text()
    with (
        python_backend(tmp_path) as address,
        static_site(EXAMPLES / "page") as site,
        chromium_page(tmp_path) as page,
    ):
        page.open(site)
        page.run(script)
        steps = page.run(f"exercise({reach(address)!r})")
    assert steps == [step for step in exercise.STEPS if step != "client-ping"]


def test_the_demo_page_connects_sends_and_shows_the_close(reach, tmp_path):
    with (
        EchoBackend(name="blue") as backend,
        static_site(EXAMPLES / "page") as site,
        chromium_page(tmp_path) as page,
    ):
        page.open(f"{site}/?urls={reach(backend.address)}")
        lines = log_lines(page)
        page.run("document.querySelector('#connect button').click()")
        eventually(lambda: lines("open"), "the page says that it is connected")
        page.run("document.querySelector('#message').value = '!whoami'")
        page.run("document.querySelector('#send button').click()")
        eventually(lambda: "blue" in lines("received"), "the page shows the backend's answer")
        page.run("socket.send('!close 4002 enough')")
        eventually(lambda: "4002 enough" in lines("closed"), "the page shows the close")
        assert "not clean" not in lines("closed")


def log_lines(page):
    """A function that returns the page's log lines of one kind, as one text."""
    query = "Array.from(document.querySelectorAll('#log [data-kind={}]'), e => e.textContent)"
    return lambda kind: "\n".join(page.run(query.format(kind)))

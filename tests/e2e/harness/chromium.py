"""Headless Chromium, driven over its DevTools protocol: one page, and JavaScript in it."""

import functools
import itertools
import json
import re
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from websockets.sync.client import connect

from .process import Process
from .waiting import eventually


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def static_site(folder: Path):
    """Serves a folder; yields the address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class Page:
    def __init__(self, devtools):
        self._devtools = devtools
        self._ids = itertools.count(1)
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = None
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)
        eventually(lambda: self.run("document.readyState") == "complete", f"{url} is loaded")

    def run(self, expression: str):
        """The value of a JavaScript expression; promises are awaited, exceptions raised."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(json.dumps(answer["exceptionDetails"].get("exception")))
        return answer["result"].get("value")

    def _call(self, method: str, **parameters) -> dict:
        call = {"id": next(self._ids), "method": method, "params": parameters}
        if getattr(self, "_session", None):
            call["sessionId"] = self._session
        self._devtools.send(json.dumps(call))
        while True:
            answer = json.loads(self._devtools.recv(timeout=60))
            if answer.get("id") == call["id"]:
                assert "error" not in answer, answer
                return answer["result"]


@contextmanager
def chromium_page(folder: Path, flags: tuple = ()):
    process = Process(
        "chromium",
        [
            "chromium",
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--disable-extensions",
            "--remote-debugging-port=0",
            "--remote-allow-origins=*",
            f"--user-data-dir={folder / 'chromium'}",
            *flags,
            "about:blank",
        ],
        folder,
        # Its crash reporter and caches would go to the user's home.
        env={"XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
    )

    def devtools_url():
        assert process.running(), process.tail()
        found = re.search(r"DevTools listening on (ws://\S+)", process.err.read_text())
        return found and found[1]

    try:
        url = eventually(devtools_url, "Chromium listens for DevTools")
        with connect(url, max_size=None, proxy=None) as devtools:
            yield Page(devtools)
            devtools.send(json.dumps({"id": 0, "method": "Browser.close"}))
        process.wait(20)
    finally:
        if process.running():
            process.kill()

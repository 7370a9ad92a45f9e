"""Many changes in a short time, each by a connection that stays."""

import json
import threading
import time
from collections.abc import Callable

from harness.manifests import rule

from .cluster import Cluster

EDITS_A_SECOND, FLAPS_A_SECOND = 50, 100
ROUTE = "/apis/holdfast.dev/v1alpha1/namespaces/default/websocketroutes/edited"
SLICE = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/echo-0"


def storm(cluster: Cluster, backend: str, seconds: float) -> str:
    """Edits a route, and lets the endpoints of all sessions come and go. Tells what was done."""
    host = backend.rpartition(":")[0]
    edits = Patches(cluster, ROUTE, _edit, EDITS_A_SECOND, seconds)
    flaps = Patches(cluster, SLICE, lambda number: _flap(host, number), FLAPS_A_SECOND, seconds)
    for each in (edits, flaps):
        each.start()
    for each in (edits, flaps):
        each.join()
        assert each.failure is None, f"a patch failed: {each.failure!r}"
    return f"{edits.made} edits in {edits.took:.1f} s, {flaps.made} flaps in {flaps.took:.1f} s"


class Patches(threading.Thread):
    """One object is patched for so many seconds, or longer where the API server does not keep up
    with the rate."""

    def __init__(
        self,
        cluster: Cluster,
        path: str,
        body: Callable[[int], dict],
        rate: int,
        seconds: float,
    ):
        super().__init__(daemon=True)
        self._connection = cluster.connect()
        self._path = path
        self._body = body
        self._rate = rate
        self._count = int(rate * seconds)
        self.made = 0
        self.took = 0.0
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            self._patch_all()
        except Exception as failure:
            self.failure = failure
        finally:
            self._connection.close()

    def _patch_all(self) -> None:
        began = time.monotonic()
        for number in range(self._count):
            time.sleep(max(0.0, began + number / self._rate - time.monotonic()))
            body = json.dumps(self._body(number))
            kind = {"Content-Type": "application/merge-patch+json"}
            self._connection.request("PATCH", self._path, body, kind)
            answer = self._connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            self.made += 1
        self.took = time.monotonic() - began


def _edit(number: int) -> dict:
    idle = {"idle": f"{2000 + number}s"}
    edited = rule("echo", path="/edited", name="main", timeouts=idle, onRouteDelete="Close")
    return {"spec": {"rules": [edited]}}


def _flap(host: str, number: int) -> dict:
    """Ready, then on its way out, then beside one that nobody answers at, then gone."""
    here, nowhere = {"addresses": [host]}, {"addresses": ["198.51.100.7"]}
    leaving = {"ready": False, "serving": True, "terminating": True}
    states = ([here], [here | {"conditions": leaving}], [here, nowhere], [])
    return {"endpoints": states[number % len(states)]}

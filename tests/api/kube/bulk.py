"""Many objects and many data planes at once, made without a process for each."""

import http.client
import json
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor

from harness.manifests import metadata, route, rule

from .cluster import Cluster

COLLECTIONS = {
    "Service": "/api/v1/namespaces/default/services",
    "EndpointSlice": "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
    "WebSocketRoute": "/apis/holdfast.dev/v1alpha1/namespaces/default/websocketroutes",
}


class Api:
    """The API server by connections that are kept, one for each thread, as the administrator."""

    def __init__(self, cluster: Cluster):
        self._address = cluster.address
        self._tls = ssl.create_default_context(cafile=cluster.credentials.ca)
        self._tls.load_cert_chain(*cluster.credentials.admin)
        self._own = threading.local()

    def call(self, method: str, path: str, body: dict | None = None, kind: str = "") -> dict:
        text = json.dumps(body) if body is not None else None
        headers = {"Content-Type": kind or "application/json"}
        for last in (False, True):
            connection = getattr(self._own, "connection", None)
            if connection is None:
                connection = http.client.HTTPSConnection(
                    self._address, timeout=60, context=self._tls
                )
                self._own.connection = connection
            try:
                connection.request(method, path, text, headers)
                answer = connection.getresponse()
                data = answer.read()
                break
            except (http.client.HTTPException, OSError):
                self._own.connection = None
                if last:
                    raise
        assert answer.status < 300, f"{method} {path}: {answer.status} {data[:300]!r}"
        return json.loads(data)

    def create(self, objects: list[dict]) -> None:
        with ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda one: self.call("POST", COLLECTIONS[one["kind"]], one), objects):
                pass

    def merge(self, kind: str, name: str, patch: dict) -> dict:
        path = f"{COLLECTIONS[kind]}/{name}"
        return self.call("PATCH", path, patch, "application/merge-patch+json")


def objects_of(routes: int, services: int, endpoints: int) -> list[dict]:
    """Routes of a path each, spread over Services of equally many endpoints, which nobody dials."""
    each = endpoints // services
    objects = []
    for index in range(services):
        name = f"svc-{index}"
        objects.append(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": metadata(name),
                "spec": {"ports": [{"name": "ws", "port": 80}]},
            }
        )
        objects.append(slice_of(name, index, each))
    objects += [
        route(f"route-{index}", rule(f"svc-{index % services}", path=f"/r/{index}"))
        for index in range(routes)
    ]
    return objects


def slice_of(service: str, index: int, count: int, port: int = 9000) -> dict:
    labels = {"kubernetes.io/service-name": service}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": metadata(f"{service}-0", labels=labels),
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": [f"198.19.{index % 250}.{host + 1}"]} for host in range(count)
        ],
        "ports": [{"name": "ws", "port": port}],
    }

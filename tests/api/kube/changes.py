"""One change of every kind, made at the API server, and how it shows on a data plane."""

import socket

from harness.certificates import Authority, common_name
from harness.gateway import DataPlane
from harness.manifests import route, rule, service, tls_secret

from .cluster import Cluster

SECRET = "certificate"


class Changes:
    """Rules of two kinds for sessions, and changes beside them. `/strict` is never changed, and its
    sessions would not outlive a change; `/edited` is changed all the time, and its sessions stay.
    Neither's sessions would outlive the loss of their route."""

    def __init__(self, cluster: Cluster, authority: Authority, backend: str, tls_port: int):
        self._cluster = cluster
        self._authority = authority
        self._backend = backend
        self._tls_port = tls_port
        self._number = 1000
        self._deleted = 0
        self._certificate = ""
        self.made = 0
        self.apply_secret()
        self.apply_all()

    def apply_all(self) -> None:
        """Every route and Service as it should be now."""
        self._cluster.apply(service("echo", self._backend), self._strict(), self._changing())

    def apply_secret(self) -> None:
        """A new certificate for the listener with TLS."""
        self._certificate = f"certificate-{self.made}.test"
        pair = self._authority.issue(self._certificate, "127.0.0.1", "127.0.0.2")
        self._cluster.apply(tls_secret(SECRET, *pair))
        self.made += 1

    def edit(self) -> None:
        """A route is changed, one is made, and endpoints change."""
        self._number += 1
        self._cluster.apply(self._changing())
        self.made += 3

    def make(self) -> None:
        """The same, and a route is deleted."""
        self._deleted = self._number
        self.edit()
        self._cluster.kubectl("delete", "wsr", f"new-{self._deleted}")
        self.made += 1

    def has_arrived(self, plane: DataPlane) -> bool:
        config = plane.config()
        number = self._number
        wanted = (f"/new-{number}", f'"idle":{number}000', f'"port":{20_000 + number}', "/strict")
        missing = [text for text in wanted if text not in config]
        assert not missing, f"{plane.name} has no {missing}"
        assert f"/new-{self._deleted}" not in config, f"{plane.name} has a route that is deleted"
        return True

    def served_certificate(self, plane: DataPlane) -> str:
        """The name in the certificate with which a handshake is answered now."""
        tls = self._authority.client_context()
        with socket.create_connection((plane.address, self._tls_port), timeout=20) as stream:
            with tls.wrap_socket(stream, server_hostname=plane.address) as session:
                return common_name(session.getpeercert())

    def certificate_has_arrived(self, plane: DataPlane) -> bool:
        return self.served_certificate(plane) == self._certificate

    def _strict(self) -> dict:
        closing = {"onRouteChange": "Close", "onRouteDelete": "Close"}
        return route("strict", rule("echo", path="/strict", name="main", **closing))

    def _changing(self) -> list[dict]:
        number = self._number
        host = self._backend.rpartition(":")[0]
        idle = {"idle": f"{number}s"}
        edited = rule("echo", path="/edited", name="main", timeouts=idle, onRouteDelete="Close")
        return [
            *service("other", f"{host}:{20_000 + number}"),
            route("edited", edited),
            route(f"new-{number}", rule("other", path=f"/new-{number}")),
        ]

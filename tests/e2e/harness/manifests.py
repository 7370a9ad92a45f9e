"""Manifests as `kubectl apply` takes them, in a directory that the controller watches."""

import base64
import os
from pathlib import Path

import yaml

NAMESPACE = "default"
GATEWAY = "edge"


class Manifests:
    """Every file appears, changes and goes in one step."""

    def __init__(self, folder: Path):
        self.folder = folder / "manifests"
        self._staging = folder / "staging"
        for each in (self.folder, self._staging):
            each.mkdir()

    def write(self, name: str, *objects: dict) -> None:
        self.write_text(name, yaml.safe_dump_all(objects, sort_keys=False))

    def write_text(self, name: str, text: str) -> None:
        staged = self._staging / name
        staged.write_text(text)
        os.replace(staged, self.folder / f"{name}.yaml")

    def remove(self, name: str) -> None:
        (self.folder / f"{name}.yaml").unlink()

    def gateway(self, *listeners: dict) -> None:
        self.write("gateway", gateway(*listeners))

    def service(self, name: str, *addresses: str, namespace: str = NAMESPACE) -> None:
        self.write(f"service-{name}", *service(name, *addresses, namespace=namespace))

    def route(self, name: str, *rules: dict, **spec) -> None:
        self.write(f"route-{name}", route(name, *rules, **spec))


def metadata(name: str, namespace: str = NAMESPACE, **more) -> dict:
    return {"name": name, "namespace": namespace, **more}


def gateway(*listeners: dict) -> dict:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": metadata(GATEWAY),
        "spec": {"gatewayClassName": "holdfast", "listeners": list(listeners)},
    }


def listener(port: int, name: str = "web", **more) -> dict:
    return {"name": name, "port": port, "protocol": "HTTP", **more}


def tls_listener(port: int, *secrets: str, name: str = "tls", **more) -> dict:
    tls = {"certificateRefs": [{"name": secret} for secret in secrets]}
    return {"name": name, "port": port, "protocol": "HTTPS", "tls": tls, **more}


def route(
    name: str,
    *rules: dict,
    hostnames: list | None = None,
    section: str | None = None,
    namespace: str = NAMESPACE,
    **more,
) -> dict:
    parent = {"name": GATEWAY, **({"sectionName": section} if section else {})}
    spec = {"parentRefs": [parent], **({"hostnames": hostnames} if hostnames else {})}
    return {
        "apiVersion": "holdfast.dev/v1alpha1",
        "kind": "WebSocketRoute",
        "metadata": metadata(name, namespace, **more),
        "spec": {**spec, "rules": list(rules)},
    }


def rule(
    *backends: str,
    path: str = "/",
    exact: bool = False,
    match: dict | None = None,
    weights: list[int] | None = None,
    **more,
) -> dict:
    """A rule with one match, and one backendRef on port 80 for each Service named."""
    kind = "Exact" if exact else "PathPrefix"
    refs = [{"name": name, "port": 80} for name in backends]
    for ref, weight in zip(refs, weights or []):
        ref["weight"] = weight
    found = {"path": {"type": kind, "value": path}, **(match or {})}
    return {"matches": [found], "backendRefs": refs, **more}


def service(name: str, *addresses: str, namespace: str = NAMESPACE) -> list[dict]:
    """A Service, and one EndpointSlice for each `host:port`, as the ports differ."""
    objects = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(name, namespace),
            "spec": {"ports": [{"name": "ws", "port": 80}]},
        }
    ]
    for index, address in enumerate(addresses):
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        objects.append(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": metadata(
                    f"{name}-{index}", namespace, labels={"kubernetes.io/service-name": name}
                ),
                "addressType": "IPv6" if ":" in host else "IPv4",
                "endpoints": [{"addresses": [host]}],
                "ports": [{"name": "ws", "port": int(port)}],
            }
        )
    return objects


def tls_secret(name: str, certificate: str, key: str) -> dict:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": metadata(name),
        "data": {"tls.crt": encoded(certificate), "tls.key": encoded(key)},
    }

"""etcd and kube-apiserver: Kubernetes as far as a controller that watches and writes sees it. There
are no nodes and no controllers: no Pod starts, and nobody makes EndpointSlices but the test."""

import http.client
import json
import ssl
import subprocess
import urllib.request
from pathlib import Path

import yaml

from harness.http import Answer
from harness.paths import REPO
from harness.ports import free_port
from harness.process import Process
from harness.waiting import eventually

from .credentials import Credentials
from .programs import gateway_api, program

CRDS = REPO / "crds"


class Cluster:
    """Starts when it is made, and is ready then, with the CRDs of Gateway API and of Holdfast. Ports
    and data stay the same for its life; `stop` ends it and returns every complaint."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", names: tuple = ()):
        """`host` is where the API server listens, `names` what else its certificate is for."""
        self.folder = folder
        self.credentials = Credentials(folder, (host, *names))
        self.address = f"{host}:{free_port((host,))}"
        self._etcd_address = f"127.0.0.1:{free_port()}"
        admin = dict(zip(("client-certificate", "client-key"), map(str, self.credentials.admin)))
        self.kubeconfig = self.credentials.kubeconfig("admin", self.address, admin)
        self._tls = ssl.create_default_context(cafile=self.credentials.ca)
        self._tls.load_cert_chain(*self.credentials.admin)
        self._etcd = self._start_etcd()
        self.start_api()
        self.install_crds()

    def kubectl(
        self,
        *arguments: str | Path,
        input: str | None = None,
        check: bool = True,
        kubeconfig: Path | None = None,
    ) -> subprocess.CompletedProcess:
        """Runs kubectl, as the administrator unless told otherwise; `check` asserts that it
        succeeds."""
        done = subprocess.run(
            [
                program("kubectl"),
                f"--kubeconfig={kubeconfig or self.kubeconfig}",
                f"--cache-dir={self.folder / 'kubectl'}",
                *arguments,
            ],
            input=input,
            text=True,
            capture_output=True,
            timeout=120,
        )
        assert not check or done.returncode == 0, f"kubectl {arguments}:\n{done.stderr}"
        return done

    def apply(self, *manifests: dict | list) -> None:
        """`kubectl apply` of objects, and of lists of them."""
        flat = [each for some in manifests for each in (some if isinstance(some, list) else [some])]
        self.kubectl("apply", "-f", "-", input=yaml.safe_dump_all(flat))

    def read(self, *arguments: str) -> dict:
        """`kubectl get` of an object, or of a list."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json").stdout)

    def get(self, path: str, token: str | None = None) -> Answer:
        """One GET as the administrator, or as whom the token speaks for. It ends when the answer
        does: a watch wants a timeoutSeconds."""
        return self._request("GET", path, token=token)

    def post(self, path: str, manifest: str) -> Answer:
        """Creates an object from its manifest, which the API server reads as it is."""
        return self._request("POST", path, manifest.encode())

    def connect(self, tls: ssl.SSLContext | None = None) -> http.client.HTTPSConnection:
        """A connection of the administrator, or of whom the context speaks for, for many requests
        one after another."""
        return http.client.HTTPSConnection(self.address, timeout=60, context=tls or self._tls)

    def _request(
        self, method: str, path: str, body: bytes | None = None, token: str | None = None
    ) -> Answer:
        tls = self._tls
        headers = {"Content-Type": "application/yaml", "Accept": "application/json"}
        if token:
            tls = ssl.create_default_context(cafile=self.credentials.ca)
            headers["Authorization"] = f"Bearer {token}"
        connection = self.connect(tls)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, fields, answer.read())
        finally:
            connection.close()

    def token(self, service_account: str, namespace: str = "default") -> str:
        """A token of a ServiceAccount, valid for an hour and not after the account is deleted."""
        return self.kubectl("create", "token", service_account, "-n", namespace).stdout.strip()

    def kubeconfig_of(self, service_account: str, namespace: str = "default") -> Path:
        """The file by which a ServiceAccount reaches the API server. Its token is in a file of its
        own, as in a Pod, and is replaced by another call."""
        name = f"{namespace}.{service_account}"
        token_file = self.folder / f"{name}.token"
        fresh = token_file.with_suffix(".new")
        fresh.write_text(self.token(service_account, namespace))
        fresh.replace(token_file)
        return self.credentials.kubeconfig(name, self.address, {"tokenFile": str(token_file)})

    #: What is installed at the start, besides Gateway API's.
    definitions = (CRDS,)

    def install_crds(self) -> None:
        """Also those that have been deleted, and waits until their collections are served."""
        # Gateway API's are too large for the annotation that a client-side apply keeps.
        files = (gateway_api(), *self.definitions)
        self.kubectl("apply", "--server-side", *(f"--filename={file}" for file in files))
        self.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        # Established is said some time before the API server serves the collection.
        for path in (
            *(["/apis/holdfast.dev/v1alpha1/websocketroutes"] if self.definitions else []),
            "/apis/gateway.networking.k8s.io/v1/gateways",
            "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
            "/apis/gateway.networking.k8s.io/v1beta1/referencegrants",
        ):
            eventually(lambda path=path: self.get(path).status == 200, f"{path} is served")

    def stop_api(self) -> None:
        """Ends the API server at once, as a crash does. In good order it would wait up to a minute
        for its watches."""
        self._api.kill()

    def start_api(self) -> None:
        """Starts it again, at the same address with the same data, and waits until it is ready."""
        certificate, key = self.credentials.server
        host, port = self.address.split(":")
        self._api = Process(
            "kube-apiserver",
            [
                program("kube-apiserver"),
                f"--bind-address={host}",
                f"--secure-port={port}",
                f"--etcd-servers=http://{self._etcd_address}",
                "--authorization-mode=Node,RBAC",
                f"--client-ca-file={self.credentials.ca}",
                f"--tls-cert-file={certificate}",
                f"--tls-private-key-file={key}",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={self.credentials.token_public_key}",
                f"--service-account-signing-key-file={self.credentials.token_key}",
                *self.api_flags(),
            ],
            self.folder,
        )

        def ready():
            assert self._api.running(), f"kube-apiserver ended:\n{self._api.tail()}"
            return self.get("/readyz").status == 200

        eventually(ready, "kube-apiserver is ready", within=120)

    def api_flags(self) -> list[str]:
        return [
            "--service-cluster-ip-range=10.96.0.0/16",
            # Nobody reaches the API server by its Service, and loopback is no endpoint.
            "--endpoint-reconciler-type=none",
        ]

    def compact(self) -> None:
        """Makes etcd forget every resourceVersion but the present one. The API server still knows
        what it has seen: stop_api, compact and start_api make it answer 410 for the past."""
        # Beyond the present too: a bookmark may have told of it.
        for _ in range(10):
            answer = self._ask_etcd("put", {"key": "AA==", "value": "AA=="})
        revision = answer["header"]["revision"]
        self._ask_etcd("compaction", {"revision": revision, "physical": True})

    def stop(self) -> list[str]:
        complaints = self._api.stop()
        self._etcd.kill()
        return complaints

    def _start_etcd(self) -> Process:
        client, peer = f"http://{self._etcd_address}", f"http://127.0.0.1:{free_port()}"
        etcd = Process(
            "etcd",
            [
                program("etcd"),
                f"--data-dir={self.folder / 'etcd'}",
                # A cluster lives for a test, and no test outlives the machine.
                "--unsafe-no-fsync",
                f"--listen-client-urls={client}",
                f"--advertise-client-urls={client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
            ],
            self.folder,
        )

        def ready():
            assert etcd.running(), f"etcd ended:\n{etcd.tail()}"
            return self._ask_etcd("range", {"key": "AA=="})

        eventually(ready, "etcd answers")
        return etcd

    def _ask_etcd(self, method: str, body: dict) -> dict:
        request = urllib.request.Request(
            f"http://{self._etcd_address}/v3/kv/{method}", json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

"""Goal: certgen makes the certificates of the push stream as Secrets, with the least of rights.
Method: a ServiceAccount that has just these rights; OpenSSL reads what is stored, and a controller
and a data plane have a stream by it."""

import base64
import subprocess

import pytest
from cryptography import x509

from harness import exercise
from harness.backend import EchoBackend
from harness.gateway import GATEWAY_KEY
from harness.paths import program

from kube.fleet import node_address

ACCOUNT, NAMESPACE = "certgen", "push"
CA, CONTROLLER, DATAPLANE = NAMES = ("edge-ca", "edge-controller-tls", "edge-dataplane-tls")
MAY_CREATE = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}
MAY_CHANGE = {**MAY_CREATE, "resourceNames": NAMES, "verbs": ["get", "update"]}


def rights(*rules: dict) -> list[dict]:
    """The namespace, and the account that has these rights in it."""
    rbac = "rbac.authorization.k8s.io"
    metadata = {"name": ACCOUNT, "namespace": NAMESPACE}
    rules = [{key: list(value) for key, value in rule.items()} for rule in rules]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": ACCOUNT},
            "subjects": [{"kind": "ServiceAccount", **metadata}],
        },
    ]


class Certgen:
    """certgen as the account; every Secret goes with it."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.allow(MAY_CREATE, MAY_CHANGE)
        self._kubeconfig = cluster.kubeconfig_of(ACCOUNT, NAMESPACE)

    def allow(self, *rules: dict) -> None:
        self.cluster.apply(rights(*rules))

    def start(self, *flags: str) -> subprocess.Popen:
        command = [
            *(program("holdfast-controller"), "certgen"),
            *("--secrets", f"{NAMESPACE}/edge", "--kubeconfig", self._kubeconfig),
            *("--gateway", GATEWAY_KEY, "--dns", "localhost", *flags),
        ]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *flags: str) -> list[str]:
        """What it says of the Secrets, in order."""
        with self.start(*flags) as started:
            out, error = started.communicate(timeout=90)
        assert started.returncode == 0, error
        return out.splitlines()

    def refusal(self) -> str:
        with self.start() as started:
            _, error = started.communicate(timeout=90)
        assert started.returncode == 1
        return error

    def secret(self, name: str) -> dict:
        return self.cluster.read("secret", name, "-n", NAMESPACE)

    def versions(self) -> list[str]:
        return [self.secret(name)["metadata"]["resourceVersion"] for name in NAMES]

    def data(self, name: str) -> dict[str, bytes]:
        return {key: base64.b64decode(value) for key, value in self.secret(name)["data"].items()}

    def delete(self, *names: str) -> None:
        self.cluster.kubectl("delete", "secret", "-n", NAMESPACE, "--ignore-not-found", *names)


@pytest.fixture
def certgen(cluster):
    made = Certgen(cluster)
    yield made
    made.delete(*NAMES)


def told(*words: str) -> list[str]:
    return [f"{word} {NAMESPACE}/{name}" for word, name in zip(words, NAMES, strict=True)]


def test_it_makes_three_secrets_once_and_keeps_them(certgen):
    assert certgen.run() == told("made", "made", "made")
    for name in NAMES:
        secret = certgen.secret(name)
        assert secret["type"] == "kubernetes.io/tls"
        labels = secret["metadata"]["labels"]
        assert labels == {"app.kubernetes.io/managed-by": "holdfast-certgen"}
        keys = {"tls.crt", "tls.key"} | (set() if name == CA else {"ca.crt"})
        assert set(secret["data"]) == keys
    before = certgen.versions()
    assert certgen.run() == told("kept", "kept", "kept")
    assert certgen.versions() == before


def test_it_renews_what_does_not_do_any_more(certgen):
    certgen.run()
    assert certgen.run("--gateway", "default/inner") == told("kept", "kept", "renewed")
    assert certgen.run("--dns", "push.test") == told("kept", "renewed", "kept")
    certgen.delete(CA)
    assert certgen.run() == told("made", "renewed", "renewed")
    authority = x509.load_pem_x509_certificate(certgen.data(CA)["tls.crt"])
    for name in (CONTROLLER, DATAPLANE):
        data = certgen.data(name)
        x509.load_pem_x509_certificate(data["tls.crt"]).verify_directly_issued_by(authority)
        assert data["ca.crt"] == certgen.data(CA)["tls.crt"]


def test_several_at_once_agree(certgen):
    started = [certgen.start() for _ in range(4)]
    ends = [each.communicate(timeout=90) for each in started]
    assert [each.returncode for each in started] == [0] * 4, ends
    lines = sorted(line for out, _ in ends for line in out.splitlines())
    assert len(lines) == 12
    assert [line for line in lines if line.startswith("made")] == told("made", "made", "made")
    assert certgen.run() == told("kept", "kept", "kept")


def test_it_names_the_right_that_it_lacks(certgen):
    certgen.allow(MAY_CHANGE)
    assert f"the right to create secrets in {NAMESPACE}" in certgen.refusal()
    certgen.allow(MAY_CREATE)
    refusal = certgen.refusal()
    assert f"the right to get secrets in {NAMESPACE}, of the name {CA}" in refusal
    assert f'User "system:serviceaccount:{NAMESPACE}:{ACCOUNT}" cannot get' in refusal


def test_it_leaves_the_secrets_of_others_alone(certgen):
    create = ("create", "secret", "generic", "-n", NAMESPACE, "--from-literal=mine=1")
    certgen.cluster.kubectl(*create, DATAPLANE)
    assert f"{NAMESPACE}/{DATAPLANE} is not certgen's" in certgen.refusal()
    assert certgen.data(DATAPLANE) == {"mine": b"1"}


def test_the_push_stream_stands_by_what_the_secrets_hold(fleet, tmp_path):
    certgen = Certgen(fleet.cluster)
    certgen.run()

    def tls_flags(name: str) -> tuple:
        """The Secret as a pod has it: a file for each key."""
        folder = tmp_path / name
        folder.mkdir()
        for key, value in certgen.data(name).items():
            (folder / key).write_bytes(value)
        files = {"cert": "tls.crt", "key": "tls.key", "ca": "ca.crt"}
        return tuple(part for flag, file in files.items() for part in (f"--tls-{flag}", folder / file))

    with EchoBackend(host=node_address()) as backend:
        fleet.serve(backend.address)
        flags = ("--push-listen", "127.0.0.1:0", *tls_flags(CONTROLLER))
        controller = fleet.start_controller(flags=flags)
        port = controller.listening("push").rpartition(":")[2]
        fleet.add_plane(flags=tls_flags(DATAPLANE), controllers=[f"localhost:{port}"])
        fleet.plane.wait_ready()
        exercise.python_websockets(fleet.url())

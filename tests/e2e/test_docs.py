"""Goal: whoever does what the documents say gets what they say.
Method: every block and every command of the documents and the examples is run as it stands, but for
ports, folders and the place of the programs; or it is listed below with the reason why not."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
import yaml
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from harness import documents, http
from harness.manifests import gateway as gateway_object
from harness.manifests import listener
from harness.paths import BIN, EXAMPLES, REPO, TESTS
from harness.ports import free_port
from harness.process import Process
from harness.tls import threaded_context
from harness.waiting import eventually

LISTENER, LISTENER_TLS, BACKEND = 8080, 8443, 9001  # As the examples have them.
FENCES = {
    "yaml": "a manifest that a controller takes as it is",
    "sh": "commands, one a line",
    "text": "neither",
}
ECHO = "hack/shell python3 examples/echo/echo.py"
CONTROLLER = "hack/shell build/release/bin/holdfast-controller"
DATAPLANE = "hack/shell build/release/bin/holdfast-dataplane"
OPENSSL = "openssl req -x509"
SECRET = "printf '{apiVersion: v1, kind: Secret"
CERTGEN = "holdfast-controller certgen --out DIR --gateway default/edge"
TRANSLATE = "holdfast-controller translate -f examples/chat"
EXECUTED = (
    *(ECHO, CONTROLLER, DATAPLANE, OPENSSL, SECRET, CERTGEN, TRANSLATE),
    "hack/demo --keep",
)
#: What hack/test cluster types, line by line.
IN_A_CLUSTER = "On Kubernetes"
NOT_EXECUTED = {
    "hack/cluster test": "hack/test cluster",
    "hack/cluster test -k NAME -s": "a synopsis",
    "kubectl logs job/…-certgen": "a synopsis",
    "kubectl describe job,pod": "a synopsis",
    "kubectl get events": "a synopsis",
    "kubectl apply edit-last-applied": "opens an editor",
    "kubectl apply --server-side -f https://github.com/kubernetes-sigs/gateway-api/releases/download/"
    "v1.5.1/standard-install.yaml": "fetches; tests take the same release from the Go module",
    "helm template": "tests/cluster/test_chart.py",
    "hack/cluster down": "hack/test cluster does",
    "docker build .": "names the command",
    "docker build --build-arg VERSION=0.1.0 --tag REGISTRY/holdfast:0.1.0 .": "hack/cluster load-image"
    " builds the same file",
    "helm install holdfast charts/holdfast --namespace holdfast-system --create-namespace"
    " --set image.repository=REGISTRY/holdfast": "tests/cluster, with another image's name",
    "helm install": "names the command",
    "helm install --take-ownership": "a choice of Helm's",
    "kubectl delete pod --force": "tests/cluster/test_rollout.py does it to a Pod",
    "kubectl rollout restart": "tests/cluster/test_rollout.py does it to a Deployment",
    "hack/demo": "CI runs it; with --keep the same story is told here",
    "hack/test": "runs this test",
    "hack/test asan": "runs beside this test",
    "hack/shell": "asks for a terminal; the tests run inside it",
    "cmake --preset asan && cmake --build --preset asan && ctest --preset asan": "hack/test asan",
    "kubectl apply": "names the format",
    "kubectl apply -f examples/chat": "needs a cluster; a controller takes the same folder here",
    "hack/scale --write": "takes minutes; tests/api runs the same script with a small cluster",
    "hack/scale --large": "takes minutes; the same script with greater numbers",
    "holdfast-controller --manifests DIR": "a synopsis; every test does it",
    "holdfast-controller certgen --out DIR --gateway NAMESPACE/NAME": "a synopsis",
}


def test_every_block_says_what_it_is():
    kinds = {fence.place: fence.language for fence in documents.fences()}
    assert {place: kind for place, kind in kinds.items() if kind not in FENCES} == {}


def test_every_command_is_executed_or_says_why_not():
    commands = documents.commands() - set(documents.commands_in(IN_A_CLUSTER))
    assert {each for each in commands if not each.startswith(EXECUTED)} == set(NOT_EXECUTED)
    assert [each for each in EXECUTED if not documents.command(each)] == []


# --- manifests ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fence",
    [fence for fence in documents.fences() if fence.language == "yaml"],
    ids=lambda fence: fence.place,
)
def test_a_manifest_of_the_documents_is_accepted(gateway, fence):
    manifests = gateway.manifests
    manifests.write("gateway", gateway_object(listener(gateway.port)))
    (route,) = yaml.safe_load_all(fence.text)
    for rule in route["spec"]["rules"]:
        for ref in rule["backendRefs"]:
            manifests.write(f"service-{ref['name']}", service_of(ref))
    manifests.write_text("documented", fence.text)
    assert problems(gateway.start_controller(), routes=1) == []


def service_of(ref: dict) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": ref["name"], "namespace": "default"},
        "spec": {"ports": [{"name": "ws", "port": ref["port"]}]},
    }


def test_the_chat_example_is_accepted(gateway):
    shutil.copytree(EXAMPLES / "chat", gateway.manifests.folder, dirs_exist_ok=True)
    assert problems(gateway.start_controller(), routes=1) == []


def test_the_test_sees_a_reference_that_leads_nowhere(gateway):
    """The negative control: the TLS example without the Secret that it asks for."""
    shutil.copytree(EXAMPLES, gateway.manifests.folder, dirs_exist_ok=True)
    found = problems(gateway.start_controller(), routes=2)
    assert found and all("default/edge-tls" in one for one in found), found


def problems(controller, routes: int) -> list[str]:
    """What /status has against the manifests, once they are read: so many routes among them."""
    eventually(lambda: controller.status()["ready"], "the controller is ready")
    status = controller.status()
    assert len(status["routes"]) == routes, status
    return problems_in(status)


def problems_in(status: dict) -> list[str]:
    stated = [(route["name"], parent) for route in status["routes"] for parent in route["parents"]]
    for each in status["gateways"]:
        stated += [(each["name"], one) for one in each["listeners"]]
    return [str(problem) for problem in status["source"]["problems"]] + [
        f"{name}: {condition}"
        for name, subject in stated
        for condition in subject["conditions"]
        if condition["type"] in ("Accepted", "ResolvedRefs") and condition["status"] != "True"
    ]


# --- by hand -----------------------------------------------------------------------------------


@pytest.fixture
def by_hand(tmp_path):
    """Starts what the documents say, on ports of the test's own and a copy of the examples."""
    hand = ByHand(tmp_path)
    yield hand
    complaints = [one for each in reversed(hand.started) for one in each.stop()]
    assert not complaints, "\n".join(complaints)


class ByHand:
    def __init__(self, folder):
        self.folder = folder
        self.examples = folder / "examples"
        self.ports = {port: free_port() for port in (LISTENER, LISTENER_TLS, BACKEND)}
        self.started: list[Process] = []
        shutil.copytree(EXAMPLES, self.examples)
        for file in self.examples.rglob("*.yaml"):
            text = file.read_text()
            for written, free in self.ports.items():
                text = re.sub(rf"([pP]ort: ){written}\b", rf"\g<1>{free}", text)
            file.write_text(text)

    def words(self, command: str) -> list[str]:
        replaced = {
            "hack/shell ": "",  # The tests run inside it.
            "build/release/bin": str(BIN),
            "/tmp/holdfast.sock": str(self.folder / "holdfast.sock"),
            " examples": f" {self.examples}",
            f"--port {BACKEND}": f"--port {self.ports[BACKEND]}",
        }
        for old, new in replaced.items():
            command = command.replace(old, new)
        return shlex.split(command)

    def start(self, command: str, *more: str) -> Process:
        words = [*self.words(command), *more]
        process = Process(f"by-hand-{len(self.started)}", words, self.folder)
        self.started.append(process)
        return process

    def start_all(self, manifests: str, gateway: str) -> None:
        """The README's three lines, which name examples/chat and its Gateway."""
        controller, plane = (documents.command(each) for each in (CONTROLLER, DATAPLANE))
        assert controller.count(" examples/chat ") == plane.count(" default/edge") == 1
        echo = self.start(documents.command(ECHO))
        self.start(
            controller.replace(" examples/chat ", f" {manifests} "),
            *("--status-listen", "127.0.0.1:0"),
        )
        serving = self.start(
            plane.replace(" default/edge", f" {gateway}"),
            *("--admin-listen", "127.0.0.1:0", "--probes-listen", "127.0.0.1:0"),
            *("--drain-delay", "0s", "--drain-timeout", "10s"),
        )
        probes = serving.listening("probes")
        eventually(lambda: http.request(probes, "/readyz").status == 200, "it is ready")
        eventually(lambda: "listens on" in echo.out.read_text(), "the backend is ready")


def test_the_lines_of_the_readme_make_a_service(by_hand):
    by_hand.start_all("examples/chat", "default/edge")
    with connect(f"ws://localhost:{by_hand.ports[LISTENER]}/chat", proxy=None) as client:
        client.send("hello")
        assert client.recv(timeout=20) == "echo: hello"


def test_the_tls_example_makes_a_service_with_a_certificate_of_ones_own(by_hand):
    folder = by_hand.folder
    for line in (OPENSSL, SECRET):
        command = documents.command(line)
        subprocess.run(["bash", "-c", command], cwd=folder, check=True, timeout=60)
    by_hand.start_all("examples", "default/edge-tls")
    trusting = threaded_context(folder / "tls.crt")
    url = f"wss://localhost:{by_hand.ports[LISTENER_TLS]}/chat"
    with connect(url, proxy=None, ssl=trusting) as client:
        client.send("hello")
        assert client.recv(timeout=20) == "echo: hello"
    controller = by_hand.started[1]
    status = http.request(controller.listening("status"), "/status").json()
    assert problems_in(status) == []


def test_certgen_writes_what_the_push_stream_needs(by_hand):
    folder = by_hand.folder / "certificates"
    command = documents.command(CERTGEN).replace(" DIR ", f" {folder} ")
    program = shlex.split(command.replace("holdfast-controller", f"{BIN}/holdfast-controller", 1))
    subprocess.run(program, check=True, timeout=60)
    names = {file.name for file in folder.iterdir()}
    for owner in ("ca", "controller", "dataplane"):
        assert {f"{owner}.crt", f"{owner}.key"} <= names


def test_translate_prints_what_manifests_give(by_hand):
    program = f"{BIN}/holdfast-controller"
    command = documents.command(TRANSLATE).replace("holdfast-controller", program)
    done = subprocess.run(
        shlex.split(command), cwd=REPO, capture_output=True, text=True, check=True, timeout=60
    )
    printed = json.loads(done.stdout)
    assert list(printed["tables"]) == ["default/edge"]
    conditions = printed["routes"]["default/chat"]["parents"][0]["conditions"]
    assert {each["type"]: each["status"] for each in conditions} == {
        "Accepted": "True",
        "ResolvedRefs": "True",
    }


def test_translate_names_every_problem_and_prints_nothing(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{}]}\n")
    done = subprocess.run(
        [f"{BIN}/holdfast-controller", "translate", "-f", broken], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{broken}:4:16: Service default/a: spec.ports[0].port: is required" in done.stderr


# --- the demo, kept up -------------------------------------------------------------------------


@pytest.fixture
def demo(tmp_path):
    """hack/demo --keep, without the building; it is told to end by Ctrl-C."""
    command = [sys.executable, REPO / "hack" / "demo.d" / "demo.py", "--keep"]
    process = Process("demo", command, tmp_path, {"PYTHONPATH": str(TESTS)})

    def hints():
        assert process.running(), process.out.read_text() + process.tail()
        _, found, text = process.out.read_text().partition("until Ctrl-C. Try:\n")
        return found and re.findall(r"^  (\S.*)$", text, re.MULTILINE)

    try:
        yield eventually(hints, "the demo says what to try", within=120)
        process.signal(signal.SIGINT)
        assert process.wait() == 0, process.out.read_text() + process.tail()
        assert "Every process has ended cleanly." in process.out.read_text()
    finally:
        if process.running():
            process.kill()


def test_what_the_kept_demo_says_to_try_works(demo):
    argument = {line.split()[0]: line.split()[-1] for line in demo}
    curls = [line for line in demo if line.startswith("curl ")]
    assert set(argument) == {"open", "$EDITOR", "curl", "tail"}
    (drain,), (undrain,) = (each_ending(curls, end) for end in ("/drain", "/undrain"))

    site, _, query = argument["open"].partition("/?urls=")
    assert "<title>Holdfast" in http.request(site.removeprefix("http://"), "/").text
    first, second = urllib.parse.unquote(query).split(" ")
    with connect(first, proxy=None) as client:
        route = Path(argument["$EDITOR"])
        route.write_text(route.read_text().replace("- name: chat-green\n", "- name: chat\n"))
        eventually(lambda: asked(second) == "chat: hello", "the route is moved back")
        client.send("hello")
        assert client.recv(timeout=20) == "chat-green: hello", "the socket stays where it is"
        for line in curls:
            if line not in (drain, undrain):
                assert typed(line)
        typed(drain)
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=30)
        assert closed.value.rcvd.code == 1012
    typed(undrain)
    eventually(lambda: asked(first) == "chat: hello", "the drained one serves again")
    (tail,) = (line for line in demo if line.startswith("tail "))
    assert '"reason":"drain"' in typed(tail.replace(" -f ", " "))


def each_ending(lines: list[str], end: str) -> list[str]:
    return [line for line in lines if line.endswith(end)]


def asked(url: str) -> str:
    with connect(url, proxy=None) as client:
        client.send("hello")
        return client.recv(timeout=20)


def typed(line: str) -> str:
    words = shlex.split(line)
    if words[0] == "curl":
        words[1:1] = ["--fail", "--silent", "--show-error"]
    return subprocess.run(words, check=True, timeout=60, text=True, capture_output=True).stdout

"""Goal: Prometheus finds and reads every Pod, and finds what the documents promise.
Method: Debian's Prometheus, which discovers Pods at the API server as it does in a cluster."""

import json
import re
import time
import urllib.parse

import pytest
import yaml

from harness import http, promtool
from harness.paths import REPO
from harness.process import Process
from harness.waiting import eventually
from node import network
from release.release import NAMESPACE

COMPONENTS = {"controller": "status", "dataplane": "probes"}
TITLES = {"controller": "Controller", "dataplane": "Data plane"}


@pytest.fixture(scope="module")
def prometheus(release):
    folder = release.node.folder
    configuration = folder / "prometheus.yaml"
    configuration.write_text(yaml.safe_dump({"scrape_configs": [_pods(release)]}))
    address = f"{network.ADDRESS}:9090"
    process = Process(
        "prometheus",
        [
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address={address}",
        ],
        folder,
    )
    yield address
    process.kill()


def _pods(release) -> dict:
    """A job that keeps the ports of our Pods that have metrics, by their names."""
    return {
        "job_name": "holdfast",
        "scrape_interval": "1s",
        "kubernetes_sd_configs": [
            {
                "role": "pod",
                "kubeconfig_file": str(release.node.kubeconfig),
                "namespaces": {"names": [NAMESPACE]},
            }
        ],
        "relabel_configs": [
            {
                "source_labels": ["__meta_kubernetes_pod_container_port_name"],
                "regex": "|".join(COMPONENTS.values()),
                "action": "keep",
            },
            {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
        ],
    }


def query(address: str, expression: str) -> list[dict]:
    path = f"/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    answer = json.loads(http.request(address, path).body)
    return answer["data"]["result"]


def test_prometheus_reads_every_pod(prometheus, release):
    wanted = {each["metadata"]["name"] for name in COMPONENTS for each in release.pods(name)}

    def read():
        return {each["metric"]["pod"] for each in query(prometheus, "up == 1")} >= wanted

    eventually(read, f"Prometheus reads {wanted}", within=60)


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_metric_of_the_documents_is_there_and_well_formed(crowds, release, component):
    document = (REPO / "docs" / "metrics.md").read_text()
    sections = re.split(r"^## ", document, flags=re.M)[1:]
    ours = "".join(each for each in sections if each.startswith(TITLES[component]))
    promised = set(re.findall(r"^\| `(holdfast_\w+)`", ours, re.M))
    assert promised
    (pod, *_) = release.pods(component)
    scrape = release.metrics(pod)
    assert promtool.complaints(scrape.text) == ""
    missing = promised - scrape.families
    assert not missing


def test_the_end_of_the_push_certificates_is_told(release):
    for component, metric, labels in (
        ("controller", "holdfast_controller_push_certificate_expiry_timestamp_seconds", {}),
        (
            "dataplane",
            "holdfast_certificate_expiry_timestamp_seconds",
            {"certificate": "push"},
        ),
    ):
        (pod, *_) = release.pods(component)
        ends = release.metrics(pod).total(metric, **labels)
        assert 0 < ends - time.time() < 1826 * 86400

"""Goal: the cluster that the other tests stand on is what they take it for.
Method: each promise of kube.cluster is tried by itself."""

import json

import pytest

SECRETS = "/api/v1/namespaces/default/secrets"


def config_map(name: str, **data: str) -> dict:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def account(name: str) -> dict:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}


def watch(cluster, version: str) -> list[dict]:
    """What a watch of ConfigMaps from a resourceVersion tells within a second."""
    path = "/api/v1/namespaces/default/configmaps"
    answer = cluster.get(f"{path}?watch=1&timeoutSeconds=1&resourceVersion={version}")
    assert answer.status == 200
    return [json.loads(line) for line in answer.body.splitlines()]


def test_a_service_account_may_do_what_it_was_given_and_no_more(cluster):
    cluster.apply(account("reader"))
    cluster.kubectl("create", "role", "reader", "--verb=list", "--resource=websocketroutes")
    to = "--serviceaccount=default:reader"
    cluster.kubectl("create", "rolebinding", "reader", "--role=reader", to)
    kubeconfig = cluster.kubeconfig_of("reader")
    cluster.kubectl("get", "websocketroutes", kubeconfig=kubeconfig)
    refused = cluster.kubectl("get", "secrets", kubeconfig=kubeconfig, check=False)
    assert "Forbidden" in refused.stderr
    assert cluster.get(SECRETS, token=cluster.token("reader")).status == 403
    assert cluster.get(SECRETS).status == 200


def test_the_data_outlive_the_api_server(own_cluster):
    own_cluster.apply(config_map("kept", key="value"))
    own_cluster.stop_api()
    with pytest.raises(OSError):
        own_cluster.get("/readyz")
    own_cluster.start_api()
    assert own_cluster.read("configmap", "kept")["data"] == {"key": "value"}


def test_a_watch_from_before_a_compaction_answers_410(own_cluster):
    own_cluster.apply(config_map("changed", key="old"))
    before = own_cluster.read("configmap", "changed")["metadata"]["resourceVersion"]
    own_cluster.apply(config_map("changed", key="new"))
    (modified,) = watch(own_cluster, before)
    assert modified["type"] == "MODIFIED"
    own_cluster.stop_api()
    own_cluster.compact()
    own_cluster.start_api()
    (error,) = watch(own_cluster, before)
    assert (error["type"], error["object"]["code"]) == ("ERROR", 410)

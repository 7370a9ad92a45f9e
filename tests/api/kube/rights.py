"""What a controller may do: the least that it needs, as a ClusterRole and a Role."""

GATEWAY_API = "gateway.networking.k8s.io"
READ = ["list", "watch"]
# Of what has a status of ours: one object is read again after a conflict.
READ_AGAIN = ["get", *READ]

# By the resource, so that a test can take one away.
CLUSTER_RULES = {
    "routes": {
        "apiGroups": ["holdfast.dev"],
        "resources": ["websocketroutes"],
        "verbs": READ_AGAIN,
    },
    "gateways": {
        "apiGroups": [GATEWAY_API],
        "resources": ["gatewayclasses", "gateways"],
        "verbs": READ_AGAIN,
    },
    "grants": {"apiGroups": [GATEWAY_API], "resources": ["referencegrants"], "verbs": READ},
    "route statuses": {
        "apiGroups": ["holdfast.dev"],
        "resources": ["websocketroutes/status"],
        "verbs": ["patch"],
    },
    "gateway statuses": {
        "apiGroups": [GATEWAY_API],
        "resources": ["gateways/status", "gatewayclasses/status"],
        "verbs": ["patch"],
    },
    "services": {"apiGroups": [""], "resources": ["services"], "verbs": READ},
    "namespaces": {"apiGroups": [""], "resources": ["namespaces"], "verbs": READ},
    "endpoints": {
        "apiGroups": ["discovery.k8s.io"],
        "resources": ["endpointslices"],
        "verbs": READ,
    },
    "secrets": {"apiGroups": [""], "resources": ["secrets"], "verbs": READ},
    "events": {
        "apiGroups": ["events.k8s.io"],
        "resources": ["events"],
        "verbs": ["create", "patch"],
    },
}
LEASE_RULES = [
    {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]},
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "resourceNames": ["holdfast-controller"],
        "verbs": ["get", "update"],
    },
]
NAMESPACE, ACCOUNT = "holdfast-system", "holdfast-controller"


def rights(without: str = "") -> list[dict]:
    """A namespace, the controller's ServiceAccount and its rights, but for the rule of one name."""
    rules = [rule for name, rule in CLUSTER_RULES.items() if name != without]
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": ACCOUNT, "namespace": NAMESPACE},
        },
        _role("ClusterRole", rules),
        _binding("ClusterRoleBinding", "ClusterRole"),
        _role("Role", LEASE_RULES),
        _binding("RoleBinding", "Role"),
    ]


def _role(kind: str, rules: list[dict]) -> dict:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": ACCOUNT, "namespace": NAMESPACE},
        "rules": rules,
    }


def _binding(kind: str, role: str) -> dict:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": ACCOUNT, "namespace": NAMESPACE},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": ACCOUNT},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NAMESPACE}],
    }

"""What an API server says of a manifest, as `kubectl apply` would hear it, without keeping it."""

import re

from harness.http import Answer

from .cluster import Cluster

# Added where a field is bad, of rules that cannot be checked for that reason.
UNCHECKED = re.compile(r"some validation rules were not checked|evaluating rule")


def try_to_create(cluster: Cluster, collection: str, manifest: str) -> Answer:
    """201, or a refusal. Unknown fields are refused, which kubectl asks for by itself."""
    return cluster.post(f"{collection}?dryRun=All&fieldValidation=Strict", manifest)


def named_fields(refusal: Answer) -> set[str]:
    """The fields that are to blame."""
    status = refusal.json()
    causes = status.get("details", {}).get("causes", [])
    fields = {each["field"] for each in causes if not UNCHECKED.search(each["message"])}
    return fields | set(re.findall(r'unknown field "([^"]+)"', status["message"]))

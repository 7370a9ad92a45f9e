"""The CRD of WebSocketRoute as data: every bound of its spec, as the decoder names it."""

import re

import yaml

from .cluster import CRDS

Expectation = tuple[str, str]


def crd() -> dict:
    return yaml.safe_load((CRDS / "holdfast.dev_websocketroutes.yaml").read_text())


def bounds() -> set[Expectation]:
    """What there is to break: field, without the positions in lists, and message."""
    schema = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    spec = schema["properties"]["spec"]
    return {("spec", "is required"), *_bounds_of("spec", spec)}


def without_positions(field: str) -> str:
    return re.sub(r"\[\d+\]", "[]", field)


def _bounds_of(field: str, schema: dict):
    for key, message in _MESSAGES.items():
        if key in schema:
            yield field, message(schema[key])
    for name in schema.get("required", []):
        yield f"{field}.{name}", "is required"
    for rule in schema.get("x-kubernetes-validations", []):
        yield field + rule.get("fieldPath", ""), rule["message"]
    if schema.get("x-kubernetes-list-type") in ("set", "map"):
        yield f"{field}[]", "repeats item 0"
    for name, property in schema.get("properties", {}).items():
        yield from _bounds_of(f"{field}.{name}", property)
    if "items" in schema:
        yield from _bounds_of(f"{field}[]", schema["items"])


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


_MESSAGES = {
    "minItems": lambda bound: f"must have at least {_count(bound, 'item')}",
    "maxItems": lambda bound: f"must have at most {_count(bound, 'item')}",
    "minLength": lambda bound: f"must have at least {_count(bound, 'character')}",
    "maxLength": lambda bound: f"must have at most {_count(bound, 'character')}",
    "minimum": lambda bound: f"must be at least {bound}",
    "maximum": lambda bound: f"must be at most {bound}",
    "pattern": lambda bound: f"must match {bound}",
    "enum": lambda bound: f"must be one of {', '.join(map(str, bound))}",
}

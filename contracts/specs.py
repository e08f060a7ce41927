"""What openapi/ says of the operations: methods, paths, documented statuses, schemas compiled once."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE.parent / "openapi", _PACKAGE / "_openapi")
_FILES = {"asset-pricing": "asset-pricing.yaml", "go-network": "go-network.yaml"}
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options", "trace"})


@dataclass(frozen=True)
class Operation:
    """A documented operation; `template` is its path with parameters in braces, `statuses` all that it documents."""

    id: str
    api: str
    method: str
    template: str
    statuses: frozenset[int]
    needs_token: bool


def folder() -> Path:
    """The folder of the specs, of a checkout or of an installed wheel. Raises FileNotFoundError."""
    for place in _PLACES:
        if all((place / name).is_file() for name in _FILES.values()):
            return place
    message = f"the OpenAPI files are missing: neither {_PLACES[0]} nor {_PLACES[1]} holds them; install contracts again"
    raise FileNotFoundError(message)


@cache
def documents() -> Mapping[str, dict[str, Any]]:
    """Both documents by the name of their API, read once."""
    # The loader written in C is ten times as fast, and every start of the suite waits for it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts = {api: (folder() / name).read_bytes() for api, name in _FILES.items()}
    return {api: yaml.load(text, Loader=loader) for api, text in texts.items()}  # a safe loader


def digest() -> str:
    """SHA-256 over both files, in hex."""
    total = hashlib.sha256()
    for name in _FILES.values():
        total.update((folder() / name).read_bytes())
    return total.hexdigest()


def _entries() -> Iterator[tuple[Operation, dict[str, Any]]]:
    for api, document in documents().items():
        for template, item in document["paths"].items():
            for method, entry in item.items():
                if method in _METHODS:
                    statuses = frozenset(int(status) for status in entry["responses"])
                    security = entry.get("security", document.get("security", []))
                    needs = bool(security) and {} not in security
                    yield (
                        Operation(entry["operationId"], api, method.upper(), template, statuses, needs),
                        entry,
                    )


@cache
def operations() -> Mapping[str, Operation]:
    """The operations by their operationId."""
    return {operation.id: operation for operation, _ in _entries()}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Operation], ...]:
    return tuple(
        (re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", operation.template)))), operation)
        for operation in operations().values()
    )


def operation_for(method: str, target: str) -> Operation | None:
    """The operation that a method and a request target mean, or None."""
    path = target.partition("?")[0]
    for pattern, operation in _patterns():
        if operation.method == method and pattern.fullmatch(path):
            return operation
    return None


@cache
def _methods(path: str) -> frozenset[str]:
    return frozenset(operation.method for pattern, operation in _patterns() if pattern.fullmatch(path))


def documented_methods(target: str) -> frozenset[str]:
    """The methods that are documented for a request target; empty for an unknown path."""
    return _methods(target.partition("?")[0])


@cache
def response_validator(operation: str, status: int) -> jsonschema_rs.Draft202012Validator | None:
    """The compiled schema of an answer, or None where none is documented. Formats are judged elsewhere."""
    for known, entry in _entries():
        if known.id == operation and str(status) in entry["responses"]:
            return _compiled(known.api, _resolved(known.api, entry["responses"][str(status)]))
    return None


@cache
def request_validator(operation: str) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema of a request body. Raises KeyError for an operation without one."""
    for known, entry in _entries():
        if known.id == operation:
            validator = _compiled(known.api, _resolved(known.api, entry["requestBody"]))
            if validator is not None:
                return validator
    raise KeyError(operation)


def _resolved(api: str, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = documents()[api]
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def _compiled(api: str, body: dict[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
    schema = body.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    bundled = {**schema, "components": documents()[api].get("components", {})}
    return jsonschema_rs.Draft202012Validator(bundled, validate_formats=False)

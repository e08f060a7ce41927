"""What openapi/ documents: its operations, and validators compiled from its schemas."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, get_args

import jsonschema_rs
import yaml

from contracts import wire

Api = Literal["asset-pricing", "go-network"]
Document = dict[str, Any]

_APIS: Final[tuple[Api, ...]] = get_args(Api)
_METHODS: Final = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Both files in 4 ms instead of 34, at the start of every run and worker; the wheel of PyYAML has it nearly everywhere.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# jsonschema-rs gives up on describing a value that nests 256 levels or more. No schema here looks below its fifth.
_DEPTH_SHOWN: Final = 64


@dataclass(frozen=True)
class Operation:
    """One documented operation; `id` is its operationId, `template` its path with {parameters}."""

    id: str
    api: Api
    method: str
    template: str
    statuses: frozenset[int]
    needs_token: bool

    def matches(self, path: str) -> bool:
        """Whether a concrete path, without query, is one of this operation's: no parameter is empty or holds a slash."""
        return _pattern(self.template).fullmatch(path) is not None


@dataclass(frozen=True)
class Validator:
    """A compiled schema, for values as `wire.parse` gives them; formats are not judged here.

    jsonschema-rs takes a Decimal and an int of any size as they are, and raises on lone surrogates and on deep
    nesting, both legal in metadata. Such a value is judged by a stand-in: no schema here tells the two apart.
    """

    compiled: jsonschema_rs.Draft202012Validator

    def is_valid(self, value: wire.Json) -> bool:
        """Whether the value has the documented form."""
        try:
            return self.compiled.is_valid(value)
        except ValueError:  # UnicodeEncodeError included
            return self.compiled.is_valid(_stand_in(value))

    def iter_errors(self, value: wire.Json) -> Iterator[jsonschema_rs.ValidationError]:
        """Each deviation, with `instance_path` and `message`; the message may quote the value."""
        if not self.is_valid(value):
            yield from self.compiled.iter_errors(_stand_in(value))


def folder() -> Path:
    """Where the documents are: inside the installed wheel, or beside the package in a checkout.

    Raises FileNotFoundError when neither place has both.
    """
    package = Path(__file__).parent
    places = (package / "_openapi", package.parent / "openapi")
    for place in places:
        if all((place / f"{api}.yaml").is_file() for api in _APIS):
            return place
    raise FileNotFoundError(
        f"no OpenAPI documents in {places[0]} nor in {places[1]}: install contracts again"
    )


@cache
def document(api: Api) -> Document:
    """One API's document as parsed YAML; shared, so not to be changed."""
    loaded: Document = yaml.load(_file(api).read_bytes(), Loader=_LOADER)  # noqa: S506 -- both loaders are safe ones
    return loaded


@cache
def operations() -> Mapping[str, Operation]:
    """Every documented operation by its operationId, in the order of the documents."""
    found = (operation for api in _APIS for operation in _operations_of(api))
    return MappingProxyType({operation.id: operation for operation in found})


def operation_for(method: str, path: str) -> Operation | None:
    """The operation that a request means; `path` is concrete, and its query is ignored."""
    candidates = (operation for operation in _operations_at(path) if operation.method == method)
    return next(candidates, None)


def documented_methods(path: str) -> frozenset[str]:
    """The methods documented for a concrete path, in upper case; none for an undocumented path."""
    return frozenset(operation.method for operation in _operations_at(path))


@cache
def response_validator(operation_id: str, status: int) -> Validator | None:
    """Judges an answer's JSON body; None when the operation does not document the status. Raises KeyError for
    an unknown operation.
    """
    operation = operations()[operation_id]
    if status not in operation.statuses:
        return None
    responses = _definition(operation)["responses"]
    return _compiled(operation.api, responses[str(status)])


@cache
def request_validator(operation_id: str) -> Validator:
    """Judges a request's JSON body. Raises KeyError for an unknown operation."""
    operation = operations()[operation_id]
    return _compiled(operation.api, _definition(operation)["requestBody"])


@cache
def members() -> frozenset[str]:
    """The names that the documents give to members of requests and answers."""
    return frozenset(name for api in _APIS for name in _members_in(document(api)))


@cache
def digest() -> str:
    """SHA-256 over both files, in hex: reports name it, so that two runs tell whether they asked the same contract."""
    return hashlib.sha256(b"\0".join(_file(api).read_bytes() for api in _APIS)).hexdigest()


def resolve(api: Api, node: Document) -> Document:
    """`node`, or what its `$ref` into the same document leads to."""
    while "$ref" in node:
        target: Any = document(api)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _members_in(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", ())
        node = [*node.values()]
    for part in node if isinstance(node, list) else ():
        yield from _members_in(part)


def _file(api: Api) -> Path:
    return folder() / f"{api}.yaml"


def _operations_of(api: Api) -> Iterator[Operation]:
    for template, item in document(api)["paths"].items():
        for method in filter(_METHODS.__contains__, item):  # in the order of the document, in every process
            definition = item[method]
            yield Operation(
                id=definition["operationId"],
                api=api,
                method=method.upper(),
                template=template,
                statuses=frozenset(map(int, definition["responses"])),
                needs_token=all(definition["security"]),  # {} among the alternatives: none will do
            )


def _operations_at(path: str) -> Iterator[Operation]:
    bare = path.partition("?")[0]
    return (operation for operation in operations().values() if operation.matches(bare))


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", template)
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _definition(operation: Operation) -> Document:
    definition: Document = document(operation.api)["paths"][operation.template][operation.method.lower()]
    return definition


def _compiled(api: Api, holder: Document) -> Validator:
    """The validator of what a request body or a response (or a $ref to one) holds as JSON."""
    schema = resolve(api, holder)["content"]["application/json"]["schema"]
    # The components travel along, at the place where the schema's references look for them.
    bundled = {"allOf": [schema], "components": document(api)["components"]}
    return Validator(jsonschema_rs.Draft202012Validator(bundled, validate_formats=False))


def _stand_in(value: wire.Json, depth: int = 0) -> wire.Json:
    """The value with U+FFFD for each lone surrogate, and empty below a depth that no schema looks at."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        members = value.items() if depth < _DEPTH_SHOWN else ()
        return {_SURROGATE.sub("\ufffd", name): _stand_in(member, depth + 1) for name, member in members}
    if isinstance(value, list):
        return [_stand_in(item, depth + 1) for item in value] if depth < _DEPTH_SHOWN else []
    return value

"""Where in the repository an operation is described, so that a finding can be shown beside it."""

from functools import cache
from typing import Final, NamedTuple, get_args

import yaml

from contracts import specs
from contracts.clauses.catalogue import load

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Place(NamedTuple):
    """A line of a file, its path as the repository has it, wherever the package is installed."""

    file: str
    line: int


def place_of(operation: str, clause: str) -> Place:
    """Where the operation is described; for a finding of none, the operation that its clause names first."""
    known = _operations()
    named = (operation, *load()[clause].operations)
    return next((known[name] for name in named if name in known), Place(_file("go-network"), 1))


@cache
def _operations() -> dict[str, Place]:
    found = {}
    for api in get_args(specs.Api):
        text = (specs.folder() / f"{api}.yaml").read_bytes()
        root = yaml.compose(text, Loader=_LOADER)
        for _, item in _members(_member(root, "paths")):
            for _, definition in _members(item):
                name = _member(definition, "operationId")
                if isinstance(name, yaml.ScalarNode):
                    found[name.value] = Place(_file(api), name.start_mark.line + 1)
    return found


def _file(api: str) -> str:
    return f"openapi/{api}.yaml"


def _members(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _members(node) if key.value == name), None)

"""The libraries that are installed, held against those that this package asks for. Loads none of them but one that reads versions."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

PINNED = "install the pinned versions: make setup"
_PACKAGE = "contracts"


def needed() -> list[Requirement]:
    """What this package asks for on this machine; nothing where it runs from its source alone."""
    try:
        asked = [Requirement(text) for text in requires(_PACKAGE) or ()]
    except PackageNotFoundError:
        return []
    return [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]


def unmet() -> Iterator[str]:
    """What is missing, or there in a version that this package was not written against."""
    for requirement in needed():
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            yield f"{requirement.name} is not installed ({requirement.specifier})"
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield f"{requirement.name} {installed} is installed, {requirement.specifier} is needed"

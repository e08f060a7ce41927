"""Which operation a recorded request means, by method and path, on any host and behind any prefix."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from contracts import specs
from contracts.specs import Operation


@dataclass(frozen=True)
class Meant:
    """A request for an operation under contract: which, its target from the documented path on, its origin."""

    operation: Operation
    target: str
    origin: str


def meant(method: str, url: str) -> Meant | None:
    """What a request means; None where its path is none of the documented ones."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None  # whatever it is, it is none of ours
    for path in _suffixes(parts.path):
        operation = specs.operation_for(method, path) or _documented_at(path)
        if operation is not None:
            return Meant(operation, f"{path}?{parts.query}" if parts.query else path, _origin(parts))
    return None


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL. Raises ValueError."""
    return _origin(urlsplit(url))


def _suffixes(path: str) -> list[str]:
    """The path, and what is left of it behind each of its first segments: a gateway may have put some before it."""
    segments = path.split("/")
    return ["/" + "/".join(segments[number:]) for number in range(1, len(segments))]


def _origin(url: SplitResult) -> str:
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"


def _documented_at(path: str) -> Operation | None:
    """The operation whose path this is, for a method that it does not have: the one by POST, where there are two."""
    found = [operation for operation in specs.operations().values() if operation.matches(path)]
    return max(found, key=lambda operation: operation.method == "POST", default=None)

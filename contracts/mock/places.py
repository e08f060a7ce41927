"""Where a request goes: the operation that its target names, and for whom."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import httptools

from contracts.mock.messages import CREATE_ALLOCATION, CREATE_ASSET, SIGNING_PAYLOAD

ASSETS: Final = "/api/assetpricing/v1/internal/assets"
RESET: Final = "/_mock/reset"
NOWHERE: Final = "nowhere"
_ALLOCATIONS = re.compile(
    "/api/network/v1/enterprises/([^/]+)/clients/connections/([^/]+)/allocations(/signing)?"
)
_BY_PATH = {ASSETS: CREATE_ASSET, RESET: RESET}


@dataclass(frozen=True, slots=True)
class Place:
    """An operation with the ids in its path, decoded; `RESET` and `NOWHERE` are operations of the mock's own."""

    operation: str
    path: str
    enterprise_id: str = ""
    connection_id: str = ""
    query: str = ""


@lru_cache(256)  # a client asks few paths, each many times
def place_of(target: bytes) -> Place:
    """The place that a request's target names. Raises `httptools.HttpParserInvalidURLError` where it is no URL with a path."""
    url = httptools.parse_url(target)
    if url.path is None:
        raise httptools.HttpParserInvalidURLError("no path")
    path, query = unquote(url.path.decode("latin-1")), (url.query or b"").decode("latin-1")
    found = _ALLOCATIONS.fullmatch(path)
    if found is None:
        return Place(_BY_PATH.get(path, NOWHERE), path, query=query)
    enterprise, connection, signing = found.groups()
    return Place(SIGNING_PAYLOAD if signing else CREATE_ALLOCATION, path, enterprise, connection, query)

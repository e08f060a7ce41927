"""What passes between the HTTP side and the rules: a request as asked, an answer, a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from contracts.wire import Json

CREATE_ASSET = "create-asset"
SIGNING_PAYLOAD = "signing-payload"
CREATE_ALLOCATION = "create-allocation"


class Asked(NamedTuple):
    """A request: header names in lower case, repeated headers joined by a comma; no body where it was over the limit.

    Nothing honest depends on the `query`. A tuple, since one is made for every request: a frozen dataclass takes three times as long.
    """

    operation: str
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    enterprise_id: str = ""
    connection_id: str = ""
    query: str = ""


@dataclass(slots=True)
class Answer:
    """An answer: a JSON body, or the very bytes of another one in `raw`."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass(slots=True)
class Rendered:
    """An answer as it goes out; header names in lower case. With no `chunks` at all the connection is
    dropped behind the head.
    """

    status: int
    headers: dict[str, str]
    chunks: list[bytes]


class Refused(Exception):
    """The request is refused with this 4xx status; `why` is for people and repeats nothing of the request."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why

"""A finding's recipe: its requests before salting and signing, so that each of them can be made anew."""

import base64
import gzip
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts import signing
from contracts.exchange import Exchange, Headers, Request, Trait
from contracts.recipes.names import KEYS, SIGNATURE, Names
from contracts.signing import SigningKey
from contracts.strategies.tampered import FORGERIES, OTHER_FORMS, Forge

# A longer body is kept compressed: what is that long is mostly one character, many times.
PACKED_FROM = 16 * 1024  # characters
_FORGES: Mapping[str, Forge] = {**FORGERIES, **OTHER_FORMS}
# Stands in for a forgery that nobody could make again from its text alone: flipped bits, another key, another text.
_ANY_FORGERY = "of a text with a space more"
_SHORTEST_SIGNATURE = 64


@dataclass(frozen=True)
class Signing:
    """How a body is signed: by the key in which variable, and with which forgery in place of the true signature."""

    key: str
    forged: str | None = None

    def made(self, payload: str, keys: Mapping[str, SigningKey]) -> str:
        """The text in the signature's place. Raises KeyError where the key's variable is not set."""
        key = keys[self.key]
        return signing.sign(payload, key) if self.forged is None else _FORGES[self.forged](payload, key)


@dataclass(frozen=True)
class Step:
    """A request with names in the place of what another run has otherwise; `burst` numbers those sent at once."""

    api: str
    method: str
    target: str
    headers: Headers = ()
    body: str | None = None
    encoding: str = "utf-8"
    sign: Signing | None = None
    operation: str | None = None
    below: bool = False
    burst: int | None = None

    def request(self, names: Names) -> Request:
        """The request anew: named texts as `names` has them, signed. Raises KeyError for a name that it has not."""
        body = names.filled(self.body) if self.body is not None else None
        if body is not None and self.sign is not None:
            body = signed(body, self.sign, names.keys)
        return Request(
            self.method,
            names.filled(self.target),
            tuple((name, names.filled(value)) for name, value in self.headers),
            body.encode(self.encoding) if body is not None else None,
            self.operation,
            frozenset({Trait.BELOW}) if self.below else frozenset(),
        )

    def as_data(self) -> dict[str, Any]:
        """The step as plain data, for a file."""
        data: dict[str, Any] = {
            "api": self.api,
            "operation": self.operation,
            "method": self.method,
            "target": self.target,
            "headers": [list(pair) for pair in self.headers],
        }
        if self.body is not None:
            data |= _packed(self.body) if len(self.body) > PACKED_FROM else {"body": self.body}
        if self.encoding != "utf-8":
            data["encoding"] = self.encoding
        if self.sign is not None:
            data["sign"] = {"key": self.sign.key, "forged": self.sign.forged}
        if self.below:
            data["below"] = True
        if self.burst is not None:
            data["burst"] = self.burst
        return data

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> "Step":
        """The step that `as_data` told. Raises KeyError, TypeError or ValueError for any other data."""
        packed = data.get("body_gzip")
        body = gzip.decompress(base64.b64decode(packed)).decode() if packed is not None else data.get("body")
        sign = data.get("sign")
        return cls(
            api=data["api"],
            method=data["method"],
            target=data["target"],
            headers=tuple((str(name), str(value)) for name, value in data["headers"]),
            body=body,
            encoding=data.get("encoding", "utf-8"),
            sign=Signing(sign["key"], sign["forged"]) if sign is not None else None,
            operation=data["operation"],
            below=bool(data.get("below")),
            burst=data.get("burst"),
        )


@dataclass(frozen=True)
class Recipe:
    """What asks for a finding again: the question that met it with its drawn inputs, and its requests one by one.

    `example` is Hypothesis' form of what was drawn, for its version `hypothesis`; None where nothing was.
    """

    question: str
    profile: str
    seed: int
    steps: tuple[Step, ...] = field(default=())
    example: str | None = None
    hypothesis: str | None = None

    def as_data(self) -> dict[str, Any]:
        """The recipe as plain data, for a file."""
        return {
            "question": self.question,
            "profile": self.profile,
            "seed": self.seed,
            "example": self.example,
            "hypothesis": self.hypothesis,
            "steps": [step.as_data() for step in self.steps],
        }

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> "Recipe":
        """The recipe that `as_data` told. Raises KeyError, TypeError or ValueError for any other data."""
        return cls(
            question=data["question"],
            profile=data["profile"],
            seed=data["seed"],
            steps=tuple(Step.of_data(step) for step in data["steps"]),
            example=data["example"],
            hypothesis=data["hypothesis"],
        )


def forgeries() -> Collection[str]:
    """What `Signing.forged` may be."""
    return _FORGES.keys()


Mask = Callable[[str], str]
"""Takes out of a text whatever is secret in it and has no name."""


def steps_of(exchanges: Sequence[Exchange], names: Names, mask: Mask = str) -> tuple[Step, ...]:
    """The requests of a story, each as a step."""
    numbers = bursts(exchanges)
    return tuple(
        _step(exchange.request, names, mask, burst)
        for exchange, burst in zip(exchanges, numbers, strict=True)
    )


def bursts(exchanges: Sequence[Exchange]) -> list[int | None]:
    """For each exchange the number of its burst: exchanges overlap in time only where they were released together."""
    numbers: list[int | None] = [None] * len(exchanges)
    ends, first = float("-inf"), 0
    for index, exchange in enumerate(exchanges):
        if exchange.began < ends:
            number = numbers[first] or max((known or 0 for known in numbers), default=0) + 1
            numbers[first : index + 1] = [number] * (index + 1 - first)
        else:
            first = index
        ends = max(ends, exchange.ended) if exchange.began < ends else exchange.ended
    return numbers


def signed(body: str, sign: Signing, keys: Mapping[str, SigningKey]) -> str:
    """A JSON body with its payload's signature in the place that waits for it. Raises ValueError where none can be made."""
    unsigned = Request("POST", "/", body=body.encode("utf-8", "surrogatepass")).fields
    payload = unsigned.get("payload")
    if not isinstance(payload, str):
        raise ValueError("the body is no JSON object with the text of a payload")  # noqa: TRY004  # of the text, not the call
    return body.replace(SIGNATURE, sign.made(payload, keys))


def _step(request: Request, names: Names, mask: Mask, burst: int | None) -> Step:
    body, encoding = _text(request.body)
    sign = None
    if body is not None and (found := _signing(request, names)) is not None:
        sign, text = found
        body = body.replace(text, SIGNATURE)
    return Step(
        api="asset-pricing" if "/assetpricing/" in request.target.lower() else "go-network",
        method=request.method,
        target=mask(names.named(request.target)),
        headers=tuple((name, mask(names.named(value))) for name, value in request.headers),
        body=mask(names.named(body)) if body is not None else None,
        encoding=encoding,
        sign=sign,
        operation=request.operation,
        below=Trait.BELOW in request.traits,
        burst=burst,
    )


def _text(body: bytes | None) -> tuple[str | None, str]:
    """A body as text, and the encoding that gives its bytes back."""
    if body is None:
        return None, "utf-8"
    try:
        return body.decode(), "utf-8"
    except UnicodeDecodeError:
        return body.decode("latin-1"), "latin-1"


def _signing(request: Request, names: Names) -> tuple[Signing, str] | None:
    """How the signature in a body was made, and its text; None where there is none that depends on a key."""
    payload, text = request.fields.get("payload"), request.fields.get("signature")
    if not isinstance(text, str) or not isinstance(payload, str):
        return None
    if len(text) < _SHORTEST_SIGNATURE or len(set(text)) <= 2:  # a text of zeros depends on no key
        return None
    if not names.keys:  # recorded traffic: it is signed by a key that we have never seen
        return Signing(KEYS[0]), text
    for name, key in names.keys.items():
        try:
            if signing.sign(payload, key) == text:
                return Signing(name), text
            for label, forge in _FORGES.items():
                if forge(payload, key) == text:
                    constant = forge(payload + " ", key) == text
                    return None if constant else (Signing(name, label), text)
        except ValueError:  # no UTF-8 form, so no signature of it
            return None
    return Signing(next(iter(names.keys)), _ANY_FORGERY), text


def _packed(body: str) -> dict[str, str]:
    packed = gzip.compress(body.encode("utf-8", "surrogatepass"), mtime=0)
    return {"body_gzip": base64.b64encode(packed).decode()}

"""The variables that describe a target: their names, which are secret, and what a value has to look like."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from contracts.signing import SigningKey

DEFAULT_CURRENCY = "tbtc"
DEFAULT_RESPONSE_TIME_LIMIT = 3.0  # seconds
MOST_IN_FLIGHT = 64

# Longer values are not repeated in messages: a key or a token may have been pasted into the wrong variable,
# and the shortest of them, 64 hex digits, is longer than anything that belongs into a variable that is no URL.
_LONGEST_SHOWN = 40
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; `parse` turns its text into its value, or raises ValueError with a hint that repeats no value."""

    name: str
    parse: Callable[[str], object]
    expected: str
    secret: bool = False

    @property
    def key(self) -> str:
        """What it is called in a target of contracts.toml, where a secret is only the name of a variable."""
        return self.name.lower() + ("_env" if self.secret else "")

    def shown(self, text: str) -> str:
        """The text as a message may show it."""
        if self.secret or "@" in text or len(text) > _LONGEST_SHOWN:
            return f"this value of {len(text)} characters"
        return repr(text)


def _origin(text: str) -> str:
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("without spaces, and a host beyond ASCII in its xn-- form")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        # Not its own words: they repeat the port, which is a password in http://user:password/.
        raise ValueError("look at the brackets and at the port") from None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("begin with http:// or https:// and the name of the host")
    if "@" in url.netloc:
        raise ValueError("without user name and password")
    if url.path not in {"", "/"} or "?" in text or "#" in text:
        raise ValueError("leave out what follows the host: the suite adds the paths itself")
    if port == 0:
        raise ValueError("port 0 is no port")
    return f"{url.scheme}://{url.netloc.lower().removesuffix(':')}"


def _token(text: str) -> str:
    if text.lower().startswith("bearer "):
        raise ValueError("the token alone, without the word Bearer")
    if not re.fullmatch(r"[!-~]+", text):
        raise ValueError("it goes into an HTTP header")
    return text


def _word(text: str) -> str:
    if not text.isprintable() or any(character.isspace() for character in text):
        raise ValueError("look for a space or a line break that was copied along")
    return text


def _segment(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+", text):
        raise ValueError("it goes into the path of a URL as it is")
    return text


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("8-4-4-4-12 hex digits")
    return text


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or not 0 < float(text) < math.inf:
        raise ValueError("such as 3 or 2.5, without a unit")
    return float(text)


def _questions(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text) or int(text) > MOST_IN_FLIGHT:
        raise ValueError("1 asks one question after the other")
    return int(text)


def _most(text: str) -> float:
    if text == "none":
        return math.inf
    if not re.fullmatch(r"[0-9]{1,30}", text):
        raise ValueError("such as 1000, or none for no limit")
    return int(text)


def _at_least_one(text: str) -> float:
    most = _most(text)
    if most < 1:
        raise ValueError("1 asks one request after the other")
    return most


def _rate(text: str) -> float:
    if text == "none":
        return math.inf
    number, _, unit = text.lower().partition("/")
    spans = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
    if unit not in spans or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", number) or not float(number):
        raise ValueError("write 10/s or 300/m")
    return float(number) / spans[unit]


def _file(text: str) -> str:
    try:
        with Path(text).open("rb"):
            return text
    except OSError as problem:
        raise ValueError(f"it cannot be read: {problem.strerror}") from None


def _truth(text: str) -> bool:
    truths = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in truths:
        raise ValueError("1 switches it on, 0 off")
    return truths[text.lower()]


_ORIGIN = "the origin of a server, such as https://api.example"
_TOKEN = "printable ASCII without spaces"  # noqa: S105  # what a token looks like
_KEY = "an xprv or 64 hex digits"
_PEM = "a file in PEM form"

VARIABLES = {
    variable.name: variable
    for variable in (
        Variable("BASE_URL", _origin, _ORIGIN),
        Variable("ASSETS_BASE_URL", _origin, _ORIGIN),
        Variable("ACCESS_TOKEN", _token, _TOKEN, secret=True),
        Variable("ENTERPRISE_ID", _segment, "an id as it stands in a URL"),
        Variable("CONNECTION_ID", _uuid, "a UUID"),
        Variable("SIGNING_KEY", SigningKey.from_text, _KEY, secret=True),
        Variable("CURRENCY", _word, "the name of a currency"),
        Variable("OTHER_ACCESS_TOKEN", _token, _TOKEN, secret=True),
        Variable("OTHER_ENTERPRISE_ID", _segment, "an id as it stands in a URL"),
        Variable("OTHER_CONNECTION_ID", _uuid, "a UUID"),
        Variable("OTHER_SIGNING_KEY", SigningKey.from_text, _KEY, secret=True),
        Variable("READ_ONLY_TOKEN", _token, _TOKEN, secret=True),
        Variable("SECOND_CONNECTION_ID", _uuid, "a UUID"),
        Variable("SCRATCH_CURRENCY", _word, "the name of a currency"),
        Variable("RESPONSE_TIME_LIMIT", _seconds, "a positive number of seconds"),
        Variable("IN_FLIGHT", _questions, f"a number of questions from 1 to {MOST_IN_FLIGHT}"),
        Variable("CA_FILE", _file, _PEM),
        Variable("CLIENT_CERT", _file, _PEM),
        Variable("CLIENT_KEY", _file, _PEM),
        Variable("INSECURE", _truth, "true or false"),
        Variable("MAX_RATE", _rate, "a rate such as 10/s"),
        Variable("MAX_CONCURRENT", _at_least_one, "a number of requests from 1 on"),
        Variable("MAX_REQUESTS", _most, "a number of requests"),
        Variable("MAX_RECORDS", _most, "a number of assets and allocations"),
        Variable("MAX_SUM", _most, "a number of base units of each currency"),
    )
}

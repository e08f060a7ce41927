"""An answer as values, to be changed and written down: no more of HTTP than an honest service needs."""

from dataclasses import dataclass, replace
from typing import Self

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Answer:
    """An answer; what is sent is exactly what stands here, right or wrong."""

    status: str = "200 OK"
    headers: Headers = ()
    body: bytes = b""
    version: str = "HTTP/1.1"

    @property
    def head(self) -> bytes:
        """The status line and the headers, without the empty line."""
        lines = [f"{self.version} {self.status}", *(f"{name}: {value}" for name, value in self.headers), ""]
        return "\r\n".join(lines).encode("latin-1")

    @property
    def raw(self) -> bytes:
        """The bytes of the whole answer."""
        return self.head + b"\r\n" + self.body

    @property
    def is_record(self) -> bool:
        """Whether this is a success that carries an object."""
        return self.status.startswith("200") and self.body.startswith(b"{")

    def but(self, **changes: str | bytes) -> Self:
        """The same answer in another version, with another status or body: nothing is made to fit."""
        return replace(self, **changes)  # type: ignore[arg-type]  # the names are those of the fields

    def having(self, name: str, value: str) -> Self:
        """The same answer with one header set."""
        return replace(self, headers=(*self.without(name).headers, (name, value)))

    def without(self, name: str) -> Self:
        """The same answer without a header."""
        kept = tuple((key, value) for key, value in self.headers if key.lower() != name.lower())
        return replace(self, headers=kept)

    def carrying(self, body: bytes) -> Self:
        """The same answer with another body, of which its Content-Length tells the truth."""
        return self.but(body=body).having("content-length", str(len(body)))

    @classmethod
    def parse(cls, head: bytes) -> Self:
        """An answer without its body, from the bytes of its head."""
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        version, _, status = first.partition(" ")
        split = (line.partition(":") for line in lines)
        return cls(status, tuple((name, value.strip()) for name, _, value in split), b"", version)

    @property
    def length(self) -> int:
        """What Content-Length announces; 0 where it is not there."""
        return int(next((value for name, value in self.headers if name.lower() == "content-length"), "0"))


def plain(status: str, body: bytes = b"", media_type: str = "application/json", **headers: str) -> bytes:
    """A well-framed answer that ends its connection; underscores in names of headers stand for hyphens."""
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    known = (("Content-Type", media_type), ("Content-Length", str(len(body))), ("Connection", "close"))
    return Answer(status, (*known, *named), body).raw

"""An answer as the bytes of HTTP/1.1: its head, and a body that is counted or comes in chunks."""

from http import HTTPStatus

from contracts.mock.messages import Rendered

_STATUS_LINES = {status: f"HTTP/1.1 {status} \r\n" for status in range(100, 600)}
_STATUS_LINES |= {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_BODILESS = (204, 304)


def framed(answer: Rendered, *, date: str, method: str, keeps: bool) -> tuple[bytes, bool]:
    """The bytes of an answer, and whether the connection goes on behind them.

    An answer that names neither a length nor a coding comes in chunks. Where the body does not keep to the length, or there are no
    chunks at all, the bytes end at that place, and the connection with them. Raises `ValueError` for a header that is none.
    """
    headers = answer.headers
    if "connection" in headers:
        keeps = keeps and "close" not in headers["connection"].lower()
    elif not keeps:
        headers = {**headers, "connection": "close"}
    length = headers.get("content-length")
    in_chunks = headers.get("transfer-encoding") == "chunked"
    if length is None and not in_chunks and method != "HEAD" and answer.status not in _BODILESS:
        headers, in_chunks = {**headers, "transfer-encoding": "chunked"}, True
    head = _head(answer.status, date, headers)
    if method == "HEAD":
        return head, keeps and bool(answer.chunks)
    if in_chunks:
        return head + _chunked(answer.chunks), keeps and bool(answer.chunks)
    body, is_whole = _counted(answer.chunks, int(length or 0))
    return head + body, keeps and is_whole


def _head(status: int, date: str, headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    fields = "".join(lines)
    if fields.count("\n") != len(lines) or fields.count("\r") != len(lines):
        raise ValueError("a header has a line break in it: to its reader it would be two")
    return f"{_STATUS_LINES[status]}{date}{fields}\r\n".encode("latin-1")


def _chunked(chunks: list[bytes]) -> bytes:
    written = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks if chunk]
    return b"".join([*written, b"0\r\n\r\n"]) if chunks else b""


def _counted(chunks: list[bytes], length: int) -> tuple[bytes, bool]:
    """What of the chunks fits into the length, chunk by chunk; and whether that is all of both."""
    body = b""
    for chunk in chunks:
        if len(body) + len(chunk) > length:
            return body, False
        body += chunk
    return body, bool(chunks) and len(body) == length

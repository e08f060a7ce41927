"""What a HAR entry tells of a body: its bytes, that there is none, or nothing that could be judged."""

import binascii
from base64 import b64decode
from urllib.parse import urlencode

from contracts.exchange import Headers, header
from contracts.findings.finding import BODY_KEPT
from contracts.recorded.archive import BadEntry, Object, number_of, optional_object, optional_text, pairs_of

# What a recorder writes for bytes that it could not read.
_LOST = "\ufffd"


class _Unseen:
    """The type of UNSEEN."""


UNSEEN = _Unseen()
"""There was a body, or may have been, and the archive does not hold it as it was."""

Body = bytes | None | _Unseen
"""None: certainly no body."""


def request_body(request: Object, headers: Headers, *, ours: bool) -> Body:
    """The body that was sent: `postData.text`, or the form that its params make."""
    post, size = optional_object(request, "postData"), number_of(request, "bodySize")
    text = optional_text(post, "text")
    if header(headers, "content-encoding") is not None:
        return UNSEEN  # whether the text is what was sent or what it unfolds to, no archive says
    if text is None and pairs_of(post, "params"):
        return _form(post)
    if text is None:
        # A browser writes 0 where nothing was sent; others leave out what they do not know, and GET has none.
        return (
            None
            if size == 0
            or request.get("method") in {"GET", "HEAD"}
            or header(headers, "content-length") == "0"
            else UNSEEN
        )
    if optional_text(post, "encoding") == "base64":
        return _of_base64(text)
    return _exact(text, size, ours=ours)


def _form(post: Object) -> Body:
    if "urlencoded" not in (optional_text(post, "mimeType") or ""):
        return UNSEEN  # of a multipart form the boundaries are lost
    return urlencode(pairs_of(post, "params")).encode()


def response_body(response: Object, headers: Headers, *, method: str, ours: bool) -> Body:
    """The body that came, free of its content coding, as archives hold it."""
    content = optional_object(response, "content")
    text, size = optional_text(content, "text"), number_of(content, "size")
    if method == "HEAD" or response.get("status") in {204, 304}:
        return None
    if response.get("_error") not in (None, ""):
        return UNSEEN  # Chrome: the transfer broke off
    if not text:
        empty = header(headers, "content-length") == "0" or (text == "" and size == 0)
        return b"" if empty else UNSEEN
    if optional_text(content, "encoding") == "base64":
        return _whole(_of_base64(text), headers)
    body = _exact(text, size, ours=ours)
    if isinstance(body, bytes) and not body.isascii() and not _is_utf8(headers):
        return UNSEEN  # the recorder has read it by that charset, so these are not its bytes
    return _whole(body, headers)


def _of_base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadEntry("its body is said to be base64, and is not") from None


def _exact(text: str, size: float | None, *, ours: bool) -> Body:
    """The bytes of a text, unless the recorder cut it short, read it by a wrong charset, or could not read all of it."""
    data = text.encode("utf-8", "surrogatepass")
    cut = size is not None and size > len(data)
    misread = size is not None and size != len(data) and not text.isascii()
    if cut or misread or _LOST in text or (ours and len(text) >= BODY_KEPT):
        return UNSEEN
    return data


def _whole(body: Body, headers: Headers) -> Body:
    """The body, unless the connection ended before what Content-Length announces: then the recorder has a part."""
    announced = header(headers, "content-length") or ""
    coded = header(headers, "content-encoding") is not None
    if isinstance(body, bytes) and not coded and announced.isdecimal() and int(announced) > len(body):
        return UNSEEN
    return body


def _is_utf8(headers: Headers) -> bool:
    declared = (header(headers, "content-type") or "").lower().replace(" ", "").replace('"', "")
    charset = declared.partition("charset=")[2].partition(";")[0]
    return charset in {"", "utf-8", "utf8"}

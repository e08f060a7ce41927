"""Bodies that are not what they say, or say it in a way that hurts."""

import gzip
import re
import zlib
from functools import cache

from tests.rough.behaviour import HELD, altering, rough, violates
from tests.rough.http import Answer, plain
from tests.rough.turn import Turn

UNREADABLE = violates("HTP-03")
PAGE = b"""<!DOCTYPE html><html><head><title>%b</title></head>
<body><center><h1>%b</h1></center><hr><center>nginx/1.24.0</center></body></html>"""


def _with_member(answer: Answer, member: bytes) -> Answer:
    """A record with one more member in front."""
    return answer.carrying(b"{" + member + b"," + answer.body[1:]) if answer.is_record else answer


@cache
def _bomb() -> bytes:
    """128 MB of one letter in a JSON text, packed into 128 kB."""
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(b"x" * 2**20) for _ in range(128)]
    return b"".join([packer.compress(b'{"id":"'), *pieces, packer.compress(b'"}'), packer.flush()])


@altering("gzip-bomb", UNREADABLE, gate=True)
def gzip_bomb(answer: Answer) -> Answer:
    """Each success is 128 kB of gzip that unfold to 128 MB of JSON."""
    return answer.carrying(_bomb()).having("content-encoding", "gzip") if answer.is_record else answer


@altering("bad-gzip", UNREADABLE)
def bad_gzip(answer: Answer) -> Answer:
    """Bodies are said to be gzip, and are plain."""
    return answer.having("content-encoding", "gzip")


@altering("cut-gzip", UNREADABLE)
def cut_gzip(answer: Answer) -> Answer:
    """Bodies are gzip without its last 10 bytes."""
    return answer.carrying(gzip.compress(answer.body)[:-10]).having("content-encoding", "gzip")


@altering("bad-utf-8", UNREADABLE)
def bad_utf8(answer: Answer) -> Answer:
    """A text in each success has bytes that are not UTF-8."""
    return _with_member(answer, b'"note":"caf\xe9 \xff"')


@altering("bad-json", UNREADABLE)
def bad_json(answer: Answer) -> Answer:
    """Bodies are JSON without its last character."""
    return answer.carrying(answer.body[:-1])


@altering("deep-json", violates("HTP-03", "AST-01"), gate=True)
def deep_json(answer: Answer) -> Answer:
    """Each success has a member that is nested 100,000 levels deep."""
    return _with_member(answer, b'"deep":' + b"[" * 100_000 + b"]" * 100_000)


@altering("repeated-keys", UNREADABLE)
def repeated_keys(answer: Answer) -> Answer:
    """Each success names its id twice, with two values."""
    return _with_member(answer, b'"id":"somebody else","payload":"something else"')


@altering("nan", UNREADABLE)
def nan(answer: Answer) -> Answer:
    """Each success has a member that is NaN."""
    return _with_member(answer, b'"price":NaN')


@altering("400-digits", HELD)
def long_numbers(answer: Answer) -> Answer:
    """Each success has more members than documented: numbers of 400 digits, and with an exponent of 400."""
    return _with_member(answer, b'"sequence":%b,"tiny":1e-400,"huge":1e400' % (b"7" * 400))


@altering("5000-digits", HELD)
def very_long_numbers(answer: Answer) -> Answer:
    """Each success has one more member than documented: a number of 5,000 digits, more than int() takes."""
    return _with_member(answer, b'"sequence":' + b"7" * 5000)


@altering("amounts-as-numbers", violates("AST-02", "ALC-01", "ALC-02"))
def amounts_as_numbers(answer: Answer) -> Answer:
    """Quantities come back as numbers, with 400 digits more."""
    body = re.sub(rb'"quantity":\s*"(\d+)"', rb'"quantity":\g<1>.' + b"0" * 400, answer.body)
    return answer.carrying(body) if answer.is_record else answer


@altering(
    "html-refusals", violates("AST-18", "AUT-06", "HTP-03", "HTP-06"), clauses="AST-11,AUT-01", gate=True
)
def html_refusals(answer: Answer) -> Answer:
    """Each refusal is the HTML page of a proxy."""
    if answer.status.startswith("2"):
        return answer
    page = PAGE.replace(b"%b", answer.status.encode())
    return answer.carrying(page).having("content-type", "text/html")


@rough("html-502", violates("HTP-01"))
async def html_502(turn: Turn) -> None:
    """Every answer is a proxy's HTML page: the service behind it is down."""
    await turn.end(plain("502 Bad Gateway", PAGE.replace(b"%b", b"502 Bad Gateway"), "text/html"))

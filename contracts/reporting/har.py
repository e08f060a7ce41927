"""`traffic.har`: the exchanges of a run's findings as an HTTP archive (HAR 1.2), for the tools that read it."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import harfile

from contracts import __version__, specs
from contracts.reporting.cases import Data, Run
from contracts.reporting.visible import visible

Pairs = Iterable[Iterable[str]]

# What a URI may hold as it is (RFC 3986); requests that try a limit, and masks, hold more.
_LEGAL = "/?#@!$&'()*+,;=:%-._~"
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")


def as_har(run: Run) -> str:
    """An archive of the exchanges that findings hold (already without secrets), in the order in which they were sent."""
    told = [
        (exchange, visible(f"{finding['clause']}: {finding['kind']}"))
        for finding in run.findings
        for exchange in finding.get("exchanges", ())
    ]
    told.sort(key=lambda entry: str(entry[0]["at"]))
    archive = io.StringIO()
    creator = harfile.Creator(name="contracts", version=__version__)
    client = harfile.Browser(name="contracts", version=__version__)
    with harfile.HarFile(archive, creator=creator, browser=client) as har:
        for exchange, comment in told:
            _add(har, exchange, run.summary["target"], comment)
    return archive.getvalue() + "\n"


def _add(har: harfile.HarFile, exchange: Data, target: Data, comment: str) -> None:
    lasted = exchange["elapsed_ms"]
    har.add_entry(
        startedDateTime=exchange["at"],
        time=lasted,
        request=_request(exchange["request"], target),
        response=_response(exchange.get("response"), exchange.get("lost") or ""),
        # Only the whole is measured; HAR wants the three phases to add up to it.
        timings=harfile.Timings(send=0, wait=lasted, receive=0),
        comment=comment,
    )


def _request(request: Data, target: Data) -> harfile.Request:
    body, headers = request["body"], request["headers"]
    kind, query = _media_type(headers), urlsplit(request["target"]).query
    return harfile.Request(
        method=request["method"],
        url=_origin(request, target) + _as_uri(request["target"]),
        httpVersion="HTTP/1.1",
        headers=_records(headers),
        queryString=_records(parse_qsl(query, keep_blank_values=True)),
        postData=None if body is None else harfile.PostData(mimeType=kind, params=[], text=body),
        bodySize=_size(body),
    )


def _origin(request: Data, target: Data) -> str:
    """Where the request went: the two services may have an origin each."""
    assets = specs.operations()["createAsset"].matches(request["target"].partition("?")[0])
    return str((target["assets_base_url"] if assets else target["base_url"]) or "")


def _as_uri(text: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", text), safe=_LEGAL)


def _response(response: Data | None, lost: str) -> harfile.Response:
    """The answer; where none came, status 0 and why, as browsers write it."""
    told: Mapping[str, Any] = response or {"status": 0, "headers": [], "body": None}
    headers, body = told["headers"], told["body"] or ""
    return harfile.Response(
        status=told["status"],
        statusText=told.get("reason") or "",
        httpVersion=f"HTTP/{told.get('version') or '1.1'}",
        headers=_records(headers),
        content=harfile.Content(size=_size(body), mimeType=_media_type(headers), text=body),
        redirectURL=_named(headers, "location"),
        comment=lost or None,
    )


def _size(body: str | None) -> int:
    return len((body or "").encode("utf-8", "replace"))


def _records(pairs: Pairs) -> list[harfile.Record]:
    return [harfile.Record(name, value) for name, value in pairs]


def _media_type(headers: Pairs) -> str:
    return _named(headers, "content-type")


def _named(headers: Pairs, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")

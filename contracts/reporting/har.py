"""`traffic.har`: the exchanges of a run's findings as an HTTP archive (HAR 1.2), for the tools that read it."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts import __version__
from contracts.settings import Settings

_UNKNOWN = -1
"""HAR's number for what was not measured."""


def as_har(findings: Iterable[Mapping[str, Any]], settings: Settings) -> dict[str, Any]:
    """An archive of the exchanges that findings hold (already without secrets), in the order in which they were sent."""
    entries = [
        _entry(exchange, _origin(finding, settings), f"{finding['clause']}: {finding['kind']}")
        for finding in findings
        for exchange in finding["exchanges"]
    ]
    entries.sort(key=lambda entry: str(entry["startedDateTime"]))
    creator = {"name": "contracts", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _origin(finding: Mapping[str, Any], settings: Settings) -> str:
    asset = finding["operation"] == "createAsset"
    return (settings.assets_base_url if asset else settings.base_url) or ""


def _entry(exchange: Mapping[str, Any], origin: str, comment: str) -> dict[str, Any]:
    return {
        "startedDateTime": exchange["at"],
        "time": exchange["elapsed_ms"],
        "request": _request(exchange["request"], origin),
        "response": _response(exchange.get("response"), exchange.get("lost", "")),
        "cache": {},
        "timings": {"send": _UNKNOWN, "wait": exchange["elapsed_ms"], "receive": _UNKNOWN},
        "comment": comment,
    }


def _request(request: Mapping[str, Any], origin: str) -> dict[str, Any]:
    body = request["body"]
    query = parse_qsl(urlsplit(request["target"]).query, keep_blank_values=True)
    told: dict[str, Any] = {
        "method": request["method"],
        "url": origin + request["target"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request["headers"]),
        "queryString": _pairs(query),
        "headersSize": _UNKNOWN,
        "bodySize": len(body.encode("utf-8", "replace")) if body is not None else 0,
    }
    if body is None:
        return told
    return told | {"postData": {"mimeType": _media_type(request["headers"]), "params": [], "text": body}}


def _response(response: Mapping[str, Any] | None, lost: str) -> dict[str, Any]:
    """The answer; where none came, status 0 and why, as browsers write it."""
    headers = response["headers"] if response is not None else []
    text = (response["body"] if response is not None else None) or ""
    return {
        "status": response["status"] if response is not None else 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": {
            "size": len(text.encode("utf-8", "replace")),
            "mimeType": _media_type(headers),
            "text": text,
        },
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
        "comment": lost,
    }


def _pairs(pairs: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _media_type(headers: Iterable[Iterable[str]]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")

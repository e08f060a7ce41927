"""Hosts that look like production: a run makes assets and locks funds there, which nobody can take back."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

# The vendor's own. Its test environment is app.bitgo-test.com.
KNOWN = ("app.bitgo.com",)


def production_hosts(origins: Iterable[str | None], patterns: Iterable[str]) -> Iterator[str]:
    """Those of the origins' hosts that are known as production, or match one of the user's patterns (`*.live.example`)."""
    known = [pattern.lower() for pattern in (*KNOWN, *patterns)]
    hosts = (urlsplit(origin).hostname or "" for origin in origins if origin is not None)
    for host in dict.fromkeys(hosts):
        if any(fnmatchcase(host.rstrip("."), pattern) for pattern in known):
            yield host

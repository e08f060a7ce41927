"""A client that does nothing but send: `python -m bench.raw REQUESTS`; told as a line of JSON.

http.client over one connection, with the methods, paths, headers and bodies of requests that were kept, each once; the answers
are read and not looked at.
"""

import json
import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

Kept = tuple[str, str, dict[str, str], bytes]


def requests_in(path: Path) -> list[Kept]:
    """The requests that `bench.ours` kept, of those that http.client can send as they are."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        head, _, body = data[at + 4 : at + 4 + size].partition(b"\r\n\r\n")
        at += 4 + size
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = dict(line.split(": ", 1) for line in lines if ": " in line and line[:5] != "Host:")
        if method == "POST" and target.isascii() and "Transfer-Encoding" not in headers:
            found.append((method, target, headers, body))
    return found


def main(kept: str) -> None:
    """Send them all, and print how many were answered and what that took."""
    origin = urlsplit(os.environ["BASE_URL"])
    connection = HTTPConnection(origin.hostname or "", origin.port)
    requests = requests_in(Path(kept))
    answered, began, cpu = 0, time.monotonic(), time.process_time()
    for method, target, headers, body in requests:
        try:
            connection.request(method, target, body, headers)
            connection.getresponse().read()
        except (HTTPException, OSError):
            connection.close()
            continue
        answered += 1
    told = {
        "cases": answered,
        "seconds": time.monotonic() - began,
        "cpu_s": time.process_time() - cpu,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])

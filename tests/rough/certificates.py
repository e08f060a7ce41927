"""Certificates of 127.0.0.1 with one thing wrong each; `python -m tests.rough.certificates` makes them anew.

They are kept, because openssl is not on every machine that runs the tests. They open nothing: nobody trusts their authority.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).with_name("pem")
AUTHORITY = FOLDER / "authority.pem"

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_CENTURY = "36500"


def path(name: str) -> Path:
    """A certificate with its key."""
    return FOLDER / f"{name}.pem"


def make() -> None:
    """Make an authority, whose key is thrown away, and all that it signs."""
    with TemporaryDirectory() as scratch:
        key = Path(scratch, "authority.key")
        subject = ("-subj", "/CN=rough targets", "-addext", "keyUsage=critical,keyCertSign")
        _openssl("req", "-x509", *_KEY, "-keyout", key, "-out", AUTHORITY, "-days", _CENTURY, *subject)
        _signed("trusted", key, Path(scratch))
        _signed("expired", key, Path(scratch), days="-1")
        _signed("of-another-host", key, Path(scratch), host="DNS:elsewhere.example")
        own = Path(scratch, "own.key")
        names = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
        _openssl(
            "req", "-x509", *_KEY, "-keyout", own, "-out", path("self-signed"), "-days", _CENTURY, *names
        )
        _join("self-signed", own)


def _signed(
    name: str, authority_key: Path, scratch: Path, *, host: str = "IP:127.0.0.1", days: str = _CENTURY
) -> None:
    request, key = scratch / f"{name}.csr", scratch / f"{name}.key"
    names = ("-subj", "/CN=rough", "-addext", f"subjectAltName={host}")
    _openssl("req", "-new", *_KEY, "-keyout", key, "-out", request, *names)
    signer = ("-CA", AUTHORITY, "-CAkey", authority_key, "-CAcreateserial", "-CAserial", scratch / "serial")
    _openssl(
        "x509", "-req", "-in", request, "-copy_extensions", "copy", *signer, "-days", days, "-out", path(name)
    )
    _join(name, key)


def _join(name: str, key: Path) -> None:
    path(name).write_bytes(path(name).read_bytes() + key.read_bytes())


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)  # noqa: S607


if __name__ == "__main__":
    make()

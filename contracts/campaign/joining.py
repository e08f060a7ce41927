"""How a campaign joins a cluster: is the address one, does a scheduler answer there, are its workers of our version."""

import asyncio
import ipaddress
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from distributed import Client
from distributed.core import rpc
from distributed.security import Security

from contracts.campaign.errand import Versions, versions
from contracts.findings.unwritten import reason
from contracts.settings import Mistake, SettingsProblem

PATIENCE_S = 8.0
"""For a scheduler to answer, before anything else is done."""
_START = "`dask scheduler` starts one and prints its address"
_AUTHORITY = "its certificate is to be of the authority that DASK_DISTRIBUTED__COMM__TLS__CA_FILE names"
_CERTIFICATES = (
    "dask's own settings name them: DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT, DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY"
)


def join(address: str) -> Client:
    """A client of the scheduler at this address, whose workers may all be asked; raises SettingsProblem."""
    mistake = _malformed(address) or _without_certificates(address) or _unreachable(address)
    if mistake is not None:
        raise SettingsProblem([mistake])
    client = Client(address, timeout=PATIENCE_S, set_as_default=False)
    if unfit := client.sync(unfit_workers, client):
        client.close()
        raise SettingsProblem(unfit)
    return client


async def unfit_workers(client: Client) -> list[Mistake]:
    """What is wrong with each worker that cannot do what this client wants."""
    found = await client.run(versions, on_error="return")
    ours = versions()
    return [
        Mistake(f"worker {worker}", _told(its), str(ours), "install the same on all workers")
        for worker, its in sorted(found.items())
        if its != ours
    ]


def notices(address: str, workers: Sequence[str]) -> Iterator[str]:
    """What the user of a cluster should know before it begins."""
    if not (address.startswith("tls:") or is_loopback(address)):
        yield f"the target's tokens and keys travel to {address} in the clear; with a tls:// scheduler they do not"
    if not workers:
        yield f"no worker has come to {address} yet: `dask worker {address}` starts one"


def is_loopback(address: str) -> bool:
    """Whether this is an address of this machine alone."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _malformed(address: str) -> Mistake | None:
    try:
        parts = urlsplit(address)
        right = parts.scheme in {"tcp", "tls"} and parts.hostname and parts.port
    except ValueError:
        right = False
    return None if right else _mistake(address, "is no address", "tcp://HOST:PORT or tls://HOST:PORT", _START)


def _without_certificates(address: str) -> Mistake | None:
    if not address.startswith("tls:"):
        return None
    try:
        named = _tls()["ssl_context"] is not None
        return (
            None if named else _mistake(address, "needs certificates, and none are named", hint=_CERTIFICATES)
        )
    except OSError as problem:
        return _mistake(address, f"its certificates are of no use: {reason(problem)}", hint=_CERTIFICATES)


def _unreachable(address: str) -> Mistake | None:
    try:
        found = asyncio.run(asyncio.wait_for(_identity(address), PATIENCE_S + 1))
    except (OSError, TimeoutError) as problem:
        hint = _AUTHORITY if address.startswith("tls:") else _START
        return _mistake(address, f"no scheduler answers there: {_cause(problem)}", hint=hint)
    except Exception:  # noqa: BLE001  # whatever dask takes a stranger's bytes for: the length of a message of 3 EB, say
        return _mistake(address, "who answers there is no dask scheduler", hint=_START)
    if found["type"] != "Scheduler":
        return _mistake(address, f"is a {found['type'].lower()}", "the address of its scheduler")
    return None


async def _identity(address: str) -> Any:
    """Who answers there. A client alone would wait for ever on a server that takes a connection and says nothing."""
    async with rpc(address, timeout=PATIENCE_S, connection_args=_tls()) as scheduler:
        return await scheduler.identity()


def _tls() -> dict[str, Any]:
    """What dask's own settings say of certificates."""
    found: dict[str, Any] = Security().get_connection_args("client")
    return found


def _mistake(address: str, what: str, expected: str = "", hint: str = "") -> Mistake:
    return Mistake(f"command line: --scheduler {address}", what, expected, hint)


def _cause(problem: BaseException) -> str:
    """The first reason of all: dask's own is that it tried for some time."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return (reason(problem) if isinstance(problem, OSError) else str(problem)) or "it took too long"


def _told(its: object) -> str:
    """What a worker answered to the question for its versions."""
    return f"has {its}" if isinstance(its, Versions) else f"cannot load contracts: {its}"

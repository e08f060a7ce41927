"""TLS that must not be trusted, and TLS that may be."""

from tests.rough.behaviour import HELD, Door, cannot_ask, rough
from tests.rough.turn import Turn


async def _relay(turn: Turn) -> None:
    await turn.send((await turn.honest()).raw)


@rough("tls", HELD, door=Door(certificate="trusted"), gate=True)
async def trusted(turn: Turn) -> None:
    """An honest service whose certificate is signed by the authority that SSL_CERT_FILE names."""
    await _relay(turn)


@rough("tls-expired", cannot_ask("expired"), door=Door(certificate="expired"), gate=True)
async def expired(turn: Turn) -> None:
    """Its certificate has expired."""
    await _relay(turn)


@rough("tls-self-signed", cannot_ask("self-signed"), door=Door(certificate="self-signed"))
async def self_signed(turn: Turn) -> None:
    """It has signed its certificate itself."""
    await _relay(turn)


@rough("tls-of-another-host", cannot_ask("not valid for"), door=Door(certificate="of-another-host"))
async def of_another_host(turn: Turn) -> None:
    """Its certificate is another host's."""
    await _relay(turn)

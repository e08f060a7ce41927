"""The signing key and the funds, tried: 1 base unit is signed and allocated; a refusal is told by its cause."""

from collections.abc import Iterator

from contracts import signing
from contracts.asking.network import Content, Network
from contracts.commands.access import says_the_same, shown
from contracts.commands.diagnosis import Diagnosis
from contracts.exchange import Exchange
from contracts.signing import SigningKey
from contracts.transport.redaction import Redactor

# Of nobody: what it signs is refused for that alone.
_STRANGER = SigningKey.from_text("5a" * 32)
KEY = "SIGNING_KEY"
_REFUSALS = {400, 401, 403, 404, 409}


def round_trip(network: Network, *, changes: bool) -> Iterator[Diagnosis]:
    """Sign the payload that the service answers, and allocate by it where `changes` may be made. Raises TargetLost."""
    if network.me.key is None:
        yield Diagnosis(KEY, ok=True, seen="not set: signed clauses are not applicable")
        return
    if not changes:
        seen = "it signs; whether it is the account's shows an allocation alone, which was left out"
        yield Diagnosis(KEY, ok=_signs(network.me.key), seen=seen)
        return
    settings = network.ask.settings
    redactor = Redactor.of(settings)
    own = _tried(network, settings.currency)
    yield own.without_secrets(redactor)
    if own.ok and settings.scratch_currency is not None:
        yield _scratch(network, settings.scratch_currency).without_secrets(redactor)


def _signs(key: SigningKey) -> bool:
    return signing.verifies("{}", signing.sign("{}", key), key.public_key)


def _tried(network: Network, currency: str) -> Diagnosis:
    answer = refusal = _allocated(network, currency, network.key)
    if refusal.status in _REFUSALS:
        # The key is good where the target takes a payload of ours and not its own: that is a finding.
        answer = _allocated(network, currency, network.key, issued=False)
    subject, advice = f"{KEY} and funds of {currency}", "a payload was answered, and this is no refusal"
    if answer.status == 200:
        return Diagnosis(subject, ok=True, seen=f"1 base unit was signed and allocated{_named(answer)}")
    if answer.status == 422:
        subject = f"funds of {currency}"
        advice = f"the signature counts: fund the account with {currency}, or name a funded CURRENCY"
    elif refusal.status in _REFUSALS:
        answer = refusal
        subject, advice = _culprit(network, currency, refusal)
    return Diagnosis(subject, ok=False, seen=shown(answer), advice=advice)


def _named(answer: Exchange) -> str:
    """By which name whoever wonders finds what was made."""
    return f" (clientExternalId {answer.request.fields['clientExternalId']})"


def _culprit(network: Network, currency: str, refusal: Exchange) -> tuple[str, str]:
    """What an allocation was refused for: a key that is as bad as anybody's is refused in the same words."""
    other = network.ask.settings.other
    swapped = other.signing_key if other is not None else None
    strange = _allocated(network, currency, swapped or _STRANGER)
    if swapped is not None and strange.status == 200:
        return KEY, "OTHER_SIGNING_KEY signs for this account: are the two swapped?"
    if says_the_same(refusal, strange):
        return KEY, "a stranger's signature is refused in the same words: is it the account user's key?"
    advice = "a stranger's signature is refused in other words, so it is hardly the key: see the answer"
    return f"allocation of {currency}", advice


def _scratch(network: Network, currency: str) -> Diagnosis:
    """Funds that runs use up: that they are gone spoils nothing but the question about them."""
    answer = _allocated(network, currency, network.key)
    subject = f"funds of {currency} (SCRATCH_CURRENCY)"
    if answer.status == 200:
        return Diagnosis(subject, ok=True, seen=f"1 base unit was allocated{_named(answer)}")
    advice = "as long as they are used up, ALC-15 is not exercised"
    return Diagnosis(subject, ok=True, seen=shown(answer), advice=advice)


def _allocated(network: Network, currency: str, key: SigningKey, *, issued: bool = True) -> Exchange:
    """What 1 base unit is answered, signed as the guide has it: by the payload that the service gives (`issued`)."""
    content: Content = network.content(amount={"currency": currency, "quantity": "1"})
    payload = network.ask_payload(content).fields.get("payload") if issued else None
    text = payload if isinstance(payload, str) and payload else None
    return network.allocate(network.signed(content, payload=text, key=key))

"""Puts a known bug to the target: under fresh names, signed anew, and judged by what is promised of its last answer."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from contracts.asking.asker import REFUSALS, Asker, needs_answer
from contracts.asking.assets import Assets
from contracts.asking.network import Caller, Network
from contracts.exchange import Exchange
from contracts.recipes.known import KnownBug, KnownStep, anew
from contracts.recipes.names import Names, names_of
from contracts.violation import Unaskable


def put(ask: Asker, known: KnownBug) -> None:
    """Ask its steps and judge the last answer, be it by the checks alone.

    Raises `Unaskable` where an earlier step is not answered as told: what follows has nothing to stand on then.
    """
    names: defaultdict[str, str] = defaultdict(ask.fresh.name)
    *before, last = known.steps
    for number, asked in enumerate(before, start=1):
        exchange = _sent(ask, asked, names.__getitem__)
        needs_answer(exchange)
        if asked.answers and exchange.status not in asked.answers:
            raise Unaskable(f"step {number} of {known.name} was answered {exchange.status}")
    exchange = _sent(ask, last, names.__getitem__)
    if last.answers:
        _judge(ask, known, exchange)


def _sent(ask: Asker, asked: KnownStep, fresh: Callable[[str], str]) -> Exchange:
    step = anew(asked.step, fresh, token=ask.settings.asset_token is not None)
    try:
        request = step.request(_names(ask))
    except KeyError as missing:
        raise Unaskable(f"{missing.args[0]} is not set") from None
    return ask.send(request, step.api)


def _names(ask: Asker) -> Names:
    names = names_of(ask.settings, ask.fresh.mark)
    return replace(names, texts={**names.texts, "CURRENCY": ask.settings.currency})


def _judge(ask: Asker, known: KnownBug, exchange: Exchange) -> None:
    """Hold the last answer against the promise, with the controls that any question of its kind has."""
    last, clause = known.steps[-1], known.clause
    about = f"{known.because} ({known.name})"
    match last.step.operation, last.answers:
        case "createAsset", (200,) if (clause, exchange.status) != ("AST-19", 409):  # which needs no control
            Assets(ask).accepted(exchange, clause, about=about)
        case "createAsset", (409,):
            Assets(ask).conflicted(exchange, clause, about=about)
        case "signingPayload", (200,):
            _network(ask).payload_of(exchange, clause, about=about)
        case "createAllocation", (200,):
            if exchange.status == 422:
                raise Unaskable("the funds do not suffice")  # it may ask for more than is here
            _network(ask).accepted(exchange, clause, about=about)
        case "createAllocation", answers if frozenset(answers) == REFUSALS:
            _network(ask).refused(exchange, clause, about=about)
        case _, answers:
            ask.answered(exchange, clause, answers, about=about)


def _network(ask: Asker) -> Network:
    if ask.settings.own is None:
        raise Unaskable("ACCESS_TOKEN, ENTERPRISE_ID and CONNECTION_ID are not set")
    return Network(ask, Caller.of(ask.settings.own))

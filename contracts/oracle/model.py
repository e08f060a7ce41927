"""What may happen next: `step(state, request)` gives every answer that the documents allow, and the world after each.

The rules take nothing for granted that the documents leave open: a key that another connection used may be taken or free, the
same content in another layout may be a retry or a reuse, and a refused request may have used up its keys, unless by 400.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from contracts.oracle.state import Allocate, Answer, AskPayload, Create, Made, Request, State, alike

OK = frozenset({200})
BAD = frozenset({400})
CONFLICT = frozenset({409})
RELEASED = frozenset({422})
REFUSED = frozenset(range(400, 500))

# Of the rules that an allocation can break, these are answered by one status; any refusal will do for the others.
ANSWERED_400 = frozenset({"ALC-16"})


class Which(Enum):
    """Which id an answer of 200 may carry, where it is not a known one."""

    ANY = "any id"
    NEW = "an id that nothing has"


@dataclass(frozen=True)
class Outcome:
    """An answer that is allowed: its status, its id, and the world after it, which may depend on the id."""

    statuses: frozenset[int]
    after: Callable[[str], State]
    id: str | Which = Which.ANY

    def fits(self, state: State, answer: Answer) -> bool:
        """Whether the answer is this one, in a world as it was before."""
        if answer.status not in self.statuses:
            return False
        if self.id is Which.ANY or answer.status != 200:
            return True
        if self.id is Which.NEW:
            return answer.id not in {made.id for made in state.made if made.id}
        return answer.id == self.id


@dataclass(frozen=True)
class Step:
    """All that may happen; `clause` is broken by anything else, because of what `promise` says in few words."""

    clause: str
    promise: str
    outcomes: tuple[Outcome, ...]


def step(state: State, request: Request) -> Step:
    """Every outcome that the documents allow for a request in a world."""
    if isinstance(request, Create):
        return _create(state, request)
    if isinstance(request, AskPayload):
        return _ask_payload(state, request)
    return _allocate(state, request)


def _stays(state: State) -> Callable[[str], State]:
    return lambda _: state


# --- assets ---------------------------------------------------------------------------------------------------------


def _create(state: State, request: Create) -> Step:
    known = {alike(symbol) for symbol in state.symbols}
    if request.broken:
        freed = state.but(freed_symbols=state.freed_symbols | {request.symbol})
        outcomes = [Outcome(BAD, _stays(freed))]
        if alike(request.symbol) in known:
            outcomes.append(Outcome(CONFLICT, _stays(state)))
        return Step(request.broken, "the body breaks a rule", tuple(outcomes))
    if request.symbol in state.symbols:
        return Step("AST-05", "the symbol exists", (Outcome(CONFLICT, _stays(state)),))
    created = Outcome(OK, _stays(state.but(symbols=state.symbols | {request.symbol})))
    if alike(request.symbol) in known:
        return Step(
            "AST-19",
            "a symbol is distinct, or the same but for its form",
            (created, Outcome(CONFLICT, _stays(state))),
        )
    if request.symbol in state.freed_symbols:
        return Step("AST-10", "a refused create left the symbol free", (created,))
    return Step("AST-19", "the symbol was never used before", (created,))


# --- allocations ----------------------------------------------------------------------------------------------------


def _ask_payload(state: State, request: AskPayload) -> Step:
    asked = Outcome(OK, _stays(state.but(asked_keys=state.asked_keys | request.keys)))
    used = {key for made in state.made for key in made.request.keys} | state.open_keys
    if request.keys & used:
        return Step("SIG-01", "a payload is issued or refused", (asked, Outcome(REFUSED, _stays(state))))
    return Step("SIG-01", "the request is valid", (asked,))


def _allocate(state: State, request: Allocate) -> Step:
    if request.broken:
        return _broken(state, request)
    rules = (_the_same_again, _reference_again, _nonce_again)
    return next(
        (found for rule in rules if (found := rule(state, request)) is not None), _new(state, request)
    )


def _made_here(state: State, request: Allocate) -> Iterator[Made]:
    return (made for made in state.made if made.request.place == request.place)


def _broken(state: State, request: Allocate) -> Step:
    freed = state.but(freed_keys=state.freed_keys | (request.keys - state.open_keys))
    outcomes = [Outcome(BAD, _stays(freed))]
    if request.broken not in ANSWERED_400:
        outcomes.append(Outcome(REFUSED - BAD, _stays(_spoiled(state, request))))
    if not request.broken.startswith("AUT"):
        # A retry by its keys may be answered as one before anything else of it is looked at, but for whose it is.
        repeats = (made for made in _made_here(state, request) if request.keys & made.request.keys)
        outcomes += [_repeated(state, made) for made in repeats]
    return Step(request.broken, "the request breaks a rule", tuple(outcomes))


def _spoiled(state: State, request: Allocate) -> State:
    """The world after a refusal that may have used up the request's keys."""
    return state.but(open_keys=state.open_keys | request.keys)


def _refused(state: State, request: Allocate) -> tuple[Outcome, ...]:
    """A refusal for a key that was used before: whether it uses up the other one is open, unless it is a 400."""
    return (Outcome(BAD, _stays(state)), Outcome(REFUSED - BAD, _stays(_spoiled(state, request))))


def _repeated(state: State, made: Made) -> Outcome:
    """The answer that an earlier request had, or would have had if it was lost."""
    if made.id:
        return Outcome(OK, _stays(state), made.id)
    return Outcome(
        OK, lambda given: state.but(made=state.made - {made} | {Made(made.request, given)}), Which.NEW
    )


def _the_same_again(state: State, request: Allocate) -> Step | None:
    for made in _made_here(state, request):
        if made.request.text == request.text:
            refused = _refused(state, request) if request.in_flight else ()
            return Step("ALC-10", "the same request was accepted before", (_repeated(state, made), *refused))
    return None


def _reference_again(state: State, request: Allocate) -> Step | None:
    for made in _made_here(state, request):
        if made.request.reference == request.reference:
            outcomes = (_repeated(state, made), *_refused(state, request))
            return Step("ALC-11", "the clientExternalId was used before", outcomes)
    return None


def _nonce_again(state: State, request: Allocate) -> Step | None:
    if any(made.request.nonce == request.nonce for made in _made_here(state, request)):
        return Step("ALC-09", "the nonce was used before", _refused(state, request))
    return None


def _new(state: State, request: Allocate) -> Step:
    """Keys that nothing used on this connection: an allocation, if the funds suffice."""
    outcomes = list(_by_funds(state, request))
    elsewhere = frozenset(key for made in state.made for key in made.request.keys)
    if request.in_flight or request.keys & (state.open_keys | elsewhere):
        outcomes += _refused(state, request)
        outcomes += [_repeated(state, made) for made in _made_in_enterprise(state, request)]
    if request.quantity >= state.ceiling(request.currency).below:
        return Step("ALC-14", "more is asked for than is there", tuple(outcomes))
    if request.keys & state.freed_keys:
        return Step("ALC-20", "the keys are those of a request refused with 400", tuple(outcomes))
    if request.keys & state.asked_keys:
        return Step("SIG-04", "a payload was asked for before", tuple(outcomes))
    return Step("ALC-01", "the request is valid", tuple(outcomes))


def _made_in_enterprise(state: State, request: Allocate) -> Iterator[Made]:
    """One clientExternalId may name one allocation of the whole enterprise: the answer may be that one."""
    for made in state.made:
        if made.request.place[0] == request.place[0] and made.request.reference == request.reference:
            yield made


def _by_funds(state: State, request: Allocate) -> Iterator[Outcome]:
    """Enough is there, or it is not: nobody tells a balance, but a refusal bounds it."""
    short = state.after(request, accepted=0, refused=1)
    yield Outcome(RELEASED, _stays(_spoiled(short, request)))
    if request.quantity < state.ceiling(request.currency).below:
        spent = state.after(request, accepted=1, refused=0)
        yield Outcome(OK, lambda given: spent.but(made=spent.made | {Made(request, given)}), Which.NEW)

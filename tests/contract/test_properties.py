"""Drawn questions: whatever the values, layouts, lies and broken rules, the clauses hold (all families).

An example holds several cases, because a case costs a third of an example; shrinking leaves the one that counts. Unique
keys are never drawn: each request gets fresh ones when it is built.
"""

from itertools import permutations
from typing import TypeVar
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contracts import signing, wire
from contracts.asking.asker import LIMIT_REFUSALS, Asker
from contracts.asking.assets import PATH, Assets, encoded
from contracts.asking.network import Caller, Content, Network, full_truth, vendor_layout
from contracts.checks.payloads import said_by
from contracts.exchange import Exchange, Request, Trait
from contracts.strategies import edits, forged, invalid, requests, values
from contracts.strategies.edits import Corruption, Edit
from contracts.strategies.forged import Forgery, Lie
from contracts.strategies.invalid import Broken
from contracts.strategies.mixes import MIXES, Mix
from contracts.strategies.requests import Body, PayloadLayout, named
from contracts.strategies.several import several
from contracts.violation import Violation
from contracts.wire import Json

pytestmark = pytest.mark.deep

Case = TypeVar("Case")


def batches(cases: SearchStrategy[Case], *, longest: int = 16) -> SearchStrategy[list[Case]]:
    """Several cases for one example."""
    return several(cases, 1, longest)


# --- create asset ------------------------------------------------------------------------------------------------


@pytest.mark.asks("AST-02", "AST-01", "AST-05", "AST-06", "AST-07", "AST-16", "AST-19")
@given(drawn=batches(requests.assets()))
def test_drawn_assets_come_back_and_conflict(assets: Assets, drawn: list[Body]) -> None:
    bodies = [named(body, assets.ask.fresh.name) for body in drawn]
    for body in bodies:
        assets.accepted(assets.create(body), about="the request is valid (drawn values)")
    for position, body in enumerate(bodies):
        assets.conflicts(body, "AST-07", about="the symbol exists (drawn)")
        other = {**bodies[position - 1], "symbol": body["symbol"]}
        assets.conflicts(other, "AST-06", about="the symbol exists (drawn, with other fields)")


@pytest.mark.share(0.5)
@pytest.mark.asks("AST-02", "AST-07", "AST-19", "HTP-01")
@given(drawn=batches(requests.unpromised_assets()))
def test_drawn_unpromised_assets_are_refused_or_kept(assets: Assets, drawn: list[Body]) -> None:
    for fields in drawn:
        body = assets.minimal(**named(fields, assets.ask.fresh.name))
        created = assets.create(body)
        if created.status == 200:
            assets.conflicts(
                body, "AST-07", about="the symbol exists (drawn, perhaps beyond what is promised)"
            )
        elif created.status == 409:
            assets.ask.answered(
                created, "AST-19", {200, *LIMIT_REFUSALS}, about="the symbol was never used before"
            )


@pytest.mark.share(0.5)
@pytest.mark.asks("AST-19", "AST-01")
@given(drawn=batches(st.tuples(values.templates(), edits.edits(values.characters()))))
def test_drawn_distinct_symbols_do_not_conflict(assets: Assets, drawn: list[tuple[str, Edit]]) -> None:
    """Two of one name, with a character more, less or other in front of it."""
    for template, edit in drawn:
        before, behind = template.split("{}")
        name = assets.ask.fresh.name()
        other = edit.unlike(before)
        if other.upper() == before.upper() or len(other + name + behind) > values.LONGEST_PROMISED:
            continue  # of another case alone, or too long by the character more
        for symbol in (f"{before}{name}{behind}", f"{other}{name}{behind}"):
            assets.accepted(
                assets.create(assets.minimal(symbol=symbol)), about="any symbol text is valid (drawn)"
            )
            assets.ask.judged("AST-19")


@pytest.mark.asks("AST-13", "AST-10", "AST-11", "AST-12", "AST-14", "AST-15", "AST-18")
@given(drawn=batches(st.tuples(invalid.broken_assets(), st.sampled_from(MIXES))))
def test_drawn_broken_asset_is_refused(assets: Assets, drawn: list[tuple[Broken, Mix]]) -> None:
    for broken, mix in drawn:
        body = assets.mixed(mix)
        refused = assets.refused(broken.mutate(body), broken.clause, about=broken.about)
        assets.left_nothing(str(body["symbol"]), refused, "AST-10", about=broken.about)


# --- signing payload and create allocation ------------------------------------------------------------------------


@pytest.mark.share(0.5)
@pytest.mark.asks("SIG-02", "SIG-01", "SIG-03")
@given(drawn=batches(st.tuples(values.quantities(), requests.contents())))
def test_drawn_content_is_what_the_payload_says(network: Network, drawn: list[tuple[str, Body]]) -> None:
    for quantity, changes in drawn:
        content = network.content(quantity, **named(changes, network.ask.fresh.name))
        about = "the request is valid (drawn values)"
        first = network.ask_payload(content)
        second = network.ask_payload(content)
        one, two = (said_by(network.payload_of(answer, about=about)) for answer in (first, second))
        expected, received = f"{dict(one or {})}", f"{dict(two or {})}"
        found = Violation("SIG-03", "payloads differ", expected, received, (first, second), "signingPayload")
        network.ask.judged("SIG-03", *([] if one == two else [found]))


@pytest.mark.share(0.5)
@pytest.mark.asks("SIG-06")
@given(drawn=batches(invalid.broken_contents()))
def test_drawn_broken_payload_request_is_refused(network: Network, drawn: list[Broken]) -> None:
    for broken in drawn:
        answer = network.ask_payload(broken.mutate(network.content(notes="a note")))
        network.ask.answered(answer, broken.clause, 400, about=broken.about)


def units() -> SearchStrategy[str]:
    """Nearly always 1 base unit: what is allocated stays locked."""
    return st.sampled_from(("1",) * 9 + ("2",))


@pytest.mark.share(0.5)
@pytest.mark.asks("ALC-18", "ALC-02", "SIG-05", "ALC-09", "ALC-10", "ALC-11")
@given(drawn=batches(st.tuples(units(), requests.contents()), longest=8))
def test_drawn_texts_survive_the_flow(network: Network, drawn: list[tuple[str, Body]]) -> None:
    for quantity, changes in drawn:
        content = network.content(quantity, **named(changes, network.ask.fresh.name))
        body = network.signed(content, payload=vendor_layout(content, network.me.connection))
        made = network.accepted(network.allocate(body), "ALC-18", about="texts are valid (drawn)")
        same(network, network.allocate(body), made, "ALC-10", about="the request is the same (drawn)")
        used(network, content, made)
        again = {**content, **named(changes, network.ask.fresh.name)}
        body = network.signed(again, payload=network.payload_of(network.ask_payload(again)))
        network.accepted(
            network.allocate(body), "SIG-05", about="the payload is signed as it came (drawn texts)"
        )


def used(network: Network, content: Content, made: Content) -> None:
    """Expect that a nonce is used up, and that a clientExternalId makes no second allocation."""
    reuse = network.signed({**content, "clientExternalId": network.ask.fresh.name()})
    network.refused(network.allocate(reuse), "ALC-09", about="the nonce is used up (drawn)")
    answer = network.allocate(network.signed({**content, "nonce": network.ask.fresh.name()}))
    if answer.status == 200:
        same(network, answer, made, "ALC-11", about="clientExternalId is used (drawn)")
    else:
        network.refused(answer, "ALC-11", about="clientExternalId is used (drawn)")


def same(network: Network, answer: Exchange, made: Content, clause: str, *, about: str) -> None:
    """Expect the allocation that was made before."""
    if not network.ask.answered(answer, clause, 200, about=about):
        return
    allocation = answer.fields.get("allocation")
    again = allocation.get("id") if isinstance(allocation, dict) else None
    kind = f"{about}: another allocation"
    found = Violation(clause, kind, f"{made.get('id')!r}", f"{again!r}", (answer,), "createAllocation")
    network.ask.judged(clause, *([] if again == made.get("id") else [found]))


@pytest.mark.share(0.5)
@pytest.mark.asks("ALC-18", "ALC-02", "ALC-10", "HTP-01")
@given(drawn=batches(requests.unpromised_contents()))
def test_drawn_unpromised_texts_are_refused_or_kept(network: Network, drawn: list[Body]) -> None:
    for fields in drawn:
        body = network.signed(network.content(**named(fields, network.ask.fresh.name)))
        answer = network.allocate(body)
        made = answer.fields.get("allocation")
        if answer.status == 200 and isinstance(made, dict):
            about = "the request is the same (drawn, perhaps beyond what is promised)"
            same(network, network.allocate(body), made, "ALC-10", about=about)


# Characters that have short escapes, one beyond Latin-1 and one that takes two \u escapes.
def remarks() -> SearchStrategy[str]:
    """Notes in which every kind of escape has its place."""
    return st.sampled_from(("a note", 'a/b "c" \\', "Zürich “x” 💰"))


@pytest.mark.asks("ALC-07", "ALC-10")
@given(drawn=batches(st.tuples(remarks(), requests.payload_layouts())))
def test_drawn_layout_is_accepted(network: Network, drawn: list[tuple[str, PayloadLayout]]) -> None:
    for notes, layout in drawn:
        content = network.content(notes=notes)
        body = network.signed(content, payload=layout(full_truth(content, network.me)))
        made = network.accepted(
            network.allocate(body), "ALC-07", about="the payload is truthful (in a drawn layout)"
        )
        same(
            network,
            network.allocate(body),
            made,
            "ALC-10",
            about="the request is the same (in a drawn layout)",
        )


@pytest.mark.share(0.5)
@pytest.mark.asks("ALC-08")
@given(drawn=batches(st.tuples(remarks(), requests.payload_layouts(), requests.payload_layouts())))
def test_drawn_layout_under_another_ones_signature_is_refused(
    network: Network, drawn: list[tuple[str, PayloadLayout, PayloadLayout]]
) -> None:
    for notes, one, two in drawn:
        content = network.content(notes=notes)
        texts = [layout(full_truth(content, network.me)) for layout in (one, two)]
        for signed, sent in permutations(texts, 2) if texts[0] != texts[1] else ():
            body = {**content, "payload": sent, "signature": signing.sign(signed, network.key)}
            network.refused(
                network.allocate(body), "ALC-08", about="the signature is of another layout (drawn)"
            )


@pytest.mark.asks("ALC-05")
@given(drawn=batches(forged.forgeries()))
def test_drawn_forgery_is_refused(network: Network, drawn: list[Forgery]) -> None:
    for forgery in drawn:
        content = network.content()
        payload = vendor_layout(content, network.me.connection)
        body = {**content, "payload": payload, "signature": forgery.made(payload, network.key)}
        network.refused(
            network.allocate(body), "ALC-05", about=f"the signature does not verify ({forgery.about})"
        )


@pytest.mark.asks("ALC-06a", "ALC-06b", "ALC-06c", "ALC-06d", "ALC-06e", "ALC-06f", "ALC-06g")
@given(drawn=batches(forged.lies()))
def test_drawn_lie_is_refused(network: Network, drawn: list[Lie]) -> None:
    for lie in drawn:
        content = network.content("2", notes="a note of few words")
        said = lie.told(full_truth(content, network.me))
        body = network.signed(content, payload=wire.dumps(said))
        network.refused(network.allocate(body), lie.clause, about=lie.about)


@pytest.mark.asks("ALC-16", "ALC-17", "ALC-20")
@given(drawn=batches(invalid.broken_allocations()))
def test_drawn_broken_allocation_is_refused(network: Network, drawn: list[Broken]) -> None:
    for broken in drawn:
        content = network.content(notes="a note")
        answer = network.allocate(broken_and_signed(network, content, broken))
        if broken.clause == "ALC-17":
            network.refused(answer, broken.clause, about=broken.about)
        else:
            network.ask.answered(answer, broken.clause, 400, about=broken.about)
        network.stays_free(content, answer, about=broken.about)


def broken_and_signed(network: Network, content: Content, broken: Broken) -> Content:
    """A body with this rule broken and nothing else: its payload says what it says."""
    if broken.place[0] in {"payload", "signature"}:
        return broken.mutate(network.signed(content))
    says = broken.mutate(content)
    return network.signed(says, payload=wire.dumps({**says, "connectionId": network.me.connection}))


# --- bytes and values of any kind -----------------------------------------------------------------------------------


def is_malformed(body: bytes) -> bool:
    """Whether a body is no JSON object by anybody's reading; a repeated key may be read in two ways."""
    try:
        return not isinstance(wire.parse_lenient(body), dict)
    except wire.NotHeld:
        return False
    except wire.NotJson:
        return True


@pytest.mark.share(0.5)
@pytest.mark.asks("AST-17", "AST-10", "AST-18", "HTP-01")
@given(drawn=batches(edits.corruptions()))
def test_corrupted_asset_is_refused_or_read(assets: Assets, drawn: list[Corruption]) -> None:
    for corruption in drawn:
        body = assets.full()
        symbol = str(body["symbol"])
        sent = corruption.made(encoded(body), [symbol.encode()])
        answer = assets.create(sent)
        if is_malformed(sent):
            assets.ask.answered(answer, "AST-17", 400, about="the body is no JSON object (one byte changed)")
            assets.left_nothing(symbol, answer, "AST-10", about="one byte changed")


@pytest.mark.share(0.5)
@pytest.mark.asks("ALC-16", "SIG-06", "HTP-01")
@given(drawn=batches(edits.corruptions()))
def test_corrupted_network_requests_are_refused_or_read(network: Network, drawn: list[Corruption]) -> None:
    for corruption in drawn:
        content = network.content(notes="Zürich")
        spared = [str(content[name]).encode() for name in ("nonce", "clientExternalId")]
        asked = corruption.made(encoded(content), spared)
        sent = corruption.made(encoded(network.signed(content)), spared)
        for clause, body, put in (("SIG-06", asked, network.ask_payload), ("ALC-16", sent, network.allocate)):
            answer = put(body)
            if is_malformed(body):
                network.ask.answered(
                    answer, clause, 400, about="the body is no JSON object (one byte changed)"
                )


@pytest.mark.share(0.25)
@pytest.mark.asks("HTP-01", "HTP-02", "AST-11", "AST-17")
@given(drawn=batches(values.json_values(unpromised=True)))
def test_drawn_json_is_no_asset(assets: Assets, drawn: list[Json]) -> None:
    for value in drawn:
        clause, about = (
            ("AST-11", "every field is missing") if isinstance(value, dict) else ("AST-17", "it is no object")
        )
        assets.ask.answered(assets.create(encoded(value)), clause, LIMIT_REFUSALS, about=about)


@pytest.mark.share(0.25)
@pytest.mark.asks("HTP-01", "HTP-02", "SIG-06", "ALC-16")
@given(drawn=batches(values.json_values(unpromised=True)))
def test_drawn_json_is_no_allocation(network: Network, drawn: list[Json]) -> None:
    for value in drawn:
        for clause, put in (("SIG-06", network.ask_payload), ("ALC-16", network.allocate)):
            network.ask.answered(
                put(encoded(value)), clause, LIMIT_REFUSALS, about="it is no object with the fields"
            )


def misplaced(fields: tuple[str, ...]) -> SearchStrategy[tuple[str, Json]]:
    """A field, and a value of any kind for it."""
    return st.tuples(st.sampled_from(fields), values.json_values(levels=2, unpromised=True))


@pytest.mark.share(0.5)
@pytest.mark.asks("HTP-01", "HTP-02", "HTP-03", "HTP-06")
@given(
    drawn=batches(
        misplaced(("display_name", "metadata", "symbol_mappings", "contract_address", "type", "symbol"))
    )
)
def test_any_value_in_a_field_of_an_asset_is_answered(assets: Assets, drawn: list[tuple[str, Json]]) -> None:
    for field, value in drawn:
        assets.create(assets.full(**{field: value}))


@pytest.mark.share(0.5)
@pytest.mark.asks("HTP-01", "HTP-02", "HTP-03", "HTP-06")
@given(drawn=batches(misplaced(("notes", "amount", "nonce", "clientExternalId", "payload", "signature"))))
def test_any_value_in_a_field_of_an_allocation_is_answered(
    network: Network, drawn: list[tuple[str, Json]]
) -> None:
    for field, value in drawn:
        content = network.content(notes="a note")
        if field == "payload":
            body = network.signed(content, payload=wire.dumps(value))
        elif field == "signature":
            body = {**network.signed(content), field: value}
        else:
            content[field] = value
            network.ask_payload(content)
            body = network.signed(content)
        # A drawn key may have been used: by an earlier example, or by an earlier run.
        network.send(network.allocation_request(body).but(traits=frozenset({Trait.REPEATED_KEY})))


# --- headers and paths -----------------------------------------------------------------------------------------------

# Names that change nothing about what is asked: what If-*, Range or Expect ask for, HTTP answers in its own ways.
HEADERS = ("Accept", "Accept-Language", "Authorization", "Content-Type", "Cookie", "Origin", "Referer", "User-Agent",
           "X-Forwarded-For", "X-Request-Id", "Traceparent")  # fmt: skip


def header_values() -> SearchStrategy[str]:
    """Printable ASCII: what else a header may hold is a matter of the server, not of the service."""
    return st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)


def unread(request: Request) -> Request:
    """The request as one that means no operation: only what every HTTP answer must be is judged."""
    return request.but(operation=None)


@pytest.mark.share(0.25)
@pytest.mark.asks("HTP-01", "HTP-03", "HTP-06", "AUT-07")
@given(drawn=batches(st.tuples(st.sampled_from(HEADERS), header_values())))
def test_drawn_headers_are_answered(ask: Asker, drawn: list[tuple[str, str]]) -> None:
    assets = Assets(ask)
    network = Network(ask, Caller.of(ask.settings.own)) if ask.settings.own is not None else None
    for name, value in drawn:
        assets.send(unread(assets.request(assets.full()).with_header(name, value)))
        if network is not None:
            network.send(unread(network.payload_request(network.content()).with_header(name, value)))


def path_segments() -> SearchStrategy[str]:
    """Texts as they stand in a path, percent-encoded where a path cannot hold them."""
    return values.texts(max_size=40).map(lambda text: quote(text, safe="/.;:@!$&'()*+,=~-_%"))


@pytest.mark.share(0.25)
@pytest.mark.asks("HTP-01", "HTP-03", "HTP-06", "AUT-07")
@given(drawn=batches(path_segments()))
def test_drawn_paths_are_answered(ask: Asker, drawn: list[str]) -> None:
    assets = Assets(ask)
    for segment in drawn:
        assets.send(unread(assets.request(b"{}").but(target=f"{PATH}/{segment}")))
        if ask.settings.own is not None:
            network = Network(ask, Caller.of(ask.settings.own))
            for caller in (network.me.but(connection=segment), network.me.but(enterprise=segment)):
                network.send(unread(network.payload_request(b"{}", caller=caller)))

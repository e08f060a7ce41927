"""Create asset: what a valid request is answered, and what comes back of it (AST-01 to AST-04, AST-16, AST-20)."""

import itertools
import secrets
from dataclasses import replace

import pytest

from contracts.asking.assets import ASSET_ENUMS, OPTIONAL, Assets, encoded
from contracts.strategies import asset_values, boundaries, layouts, lookalikes
from contracts.strategies.mixes import COVERING, MIXES

KINDS = list(itertools.product(ASSET_ENUMS["type"], ASSET_ENUMS["entity_status"]))


def dressed(template: str, name: str) -> str:
    """A boundary text with a fresh name in it."""
    return template.replace("{}", name)


@pytest.mark.asks("AST-01", "AST-02", "AST-03", "AST-04", "AST-16")
@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_every_type_and_status_is_created(assets: Assets, kind: str, status: str) -> None:
    for mix in MIXES:
        if (mix.type, mix.entity_status) == (kind, status):
            assets.accepted(assets.create(assets.mixed(mix)))


@pytest.mark.asks("AST-16", "AST-01")
@pytest.mark.parametrize(
    "sent", [names for size in range(4) for names in itertools.combinations(OPTIONAL, size)]
)
def test_each_choice_of_optional_fields_is_created(assets: Assets, sent: tuple[str, ...]) -> None:
    """Between assets that have every field, so that one could be given another one's."""
    for mix in COVERING[:8]:
        assets.created({**assets.full(), "type": mix.type, "metadata": {mix.type: [1]}})
        assets.accepted(assets.create(assets.mixed(replace(mix, optional=sent))))


@pytest.mark.asks("AST-02", "AST-01", "AST-07", "AST-09", "AST-03", "AST-04", "HTP-03")
@pytest.mark.parametrize("label", boundaries.TEXTS)
def test_texts_come_back_and_conflict_as_sent(assets: Assets, label: str) -> None:
    text = dressed(boundaries.TEXTS[label], assets.ask.fresh.name())
    body = assets.full(
        symbol=text,
        display_name=text,
        contract_address=text,
        metadata={"text": text, "list": [text, [text]], "map": {"text": text}},
        symbol_mappings={"lukka": [text, "x", text]},
    )
    assets.accepted(assets.create(body), about=f"texts are valid ({label})")
    assets.conflicts(body, "AST-07", about=f"the symbol exists ({label})")
    plain = assets.minimal(symbol=text)
    assets.conflicts(plain, "AST-07", about=f"the symbol exists ({label}, escaped)", ascii=True)


@pytest.mark.asks("AST-01", "AST-02", "AST-04")
@pytest.mark.parametrize("label", lookalikes.LOOKALIKES)
def test_texts_that_look_like_something_else_come_back(assets: Assets, label: str) -> None:
    for text, mix in zip(lookalikes.LOOKALIKES[label], itertools.cycle(COVERING)):
        body = assets.full(
            display_name=text,
            type=mix.type,
            contract_address=text,
            metadata={"text": text, "list": [text]},
            symbol_mappings={"lukka": [text, "x"]},
        )
        assets.accepted(assets.create(body), about=f"texts are valid ({label})")


@pytest.mark.asks("AST-01", "AST-02")
def test_addresses_of_any_chain_come_back(assets: Assets) -> None:
    for (label, address), (kind, status) in zip(lookalikes.ADDRESSES.items(), itertools.cycle(KINDS)):
        body = assets.full(type=kind, entity_status=status, contract_address=address)
        assets.accepted(assets.create(body), about=f"contract_address is any string ({label})")


@pytest.mark.asks("AST-01", "AST-07")
# No 0, which schemathesis asks for: in which of the two it is a conflict would hang on chance.
@pytest.mark.parametrize("letters", ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "123456789", "中文資産通貨銀行株式債券"])
def test_short_symbols_are_valid(assets: Assets, letters: str) -> None:
    """A 409 is right as well: one so short may exist from an earlier run."""
    for size in (1, 2, 3):
        body = assets.minimal(symbol="".join(secrets.choice(letters) for _ in range(size)))
        created = assets.create(body)
        if created.status != 409:
            assets.accepted(created, about="a symbol of one character or more is valid")
        assets.conflicts(body, "AST-07", about="the symbol exists (a short one)")


@pytest.mark.asks("AST-01", "AST-02", "AST-07")
@pytest.mark.parametrize("label", layouts.LAYOUTS)
def test_any_layout_of_a_body_is_read(assets: Assets, label: str) -> None:
    body = assets.full(display_name='Zürich / "💰" \\ é', metadata={"a/b": "ü/💰", "l": [1, {"k": "\u2028"}]})
    sent = layouts.LAYOUTS[label](body).encode()
    assets.accepted(assets.create(sent), about=f"the body is JSON, laid out otherwise ({label})")
    assets.conflicts(body, "AST-07", about=f"the symbol exists (created {label})")


@pytest.mark.asks("AST-01", "HTP-02")
@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        "application/*",
        "application/json;q=0.5",
        "application/json, text/plain, */*",
        "text/html, application/xhtml+xml, */*;q=0.1",
        "text/plain;q=0.5,application/json",
    ],
)
def test_whoever_accepts_json_is_answered(assets: Assets, accept: str | None) -> None:
    request = assets.request(assets.full()).with_header("Accept", accept)
    assets.accepted(assets.send(request), about=f"Accept admits JSON ({accept})")


@pytest.mark.asks("AST-02", "AST-07", "AST-20")
@pytest.mark.parametrize("field", ["symbol", "display_name", "contract_address"])
@pytest.mark.parametrize("label", [*boundaries.LONG_TEXTS, *boundaries.ODD_TEXTS])
def test_unpromised_texts_are_refused_or_kept(assets: Assets, label: str, field: str) -> None:
    template = {**boundaries.LONG_TEXTS, **boundaries.ODD_TEXTS}[label]
    body = assets.minimal(**{field: dressed(template, assets.ask.fresh.name())})
    created = assets.create(body)
    assets.ask.observe("AST-20", f"{field}: {label}", created)
    if created.status == 200 and field == "symbol":
        assets.conflicts(body, "AST-07", about=f"the symbol exists ({label})")


@pytest.mark.asks("AST-02", "AST-01")
@pytest.mark.parametrize("label", asset_values.METADATA)
def test_metadata_comes_back_as_sent(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(metadata=asset_values.METADATA[label]))
    assets.accepted(created, about=f"the metadata is valid ({label})")


@pytest.mark.asks("AST-02", "AST-20")
@pytest.mark.parametrize("label", asset_values.ODD_METADATA)
def test_unpromised_metadata_is_refused_or_kept(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(metadata=asset_values.ODD_METADATA[label]))
    assets.ask.observe("AST-20", f"metadata: {label}", created)


@pytest.mark.asks("AST-02", "AST-01")
@pytest.mark.parametrize("label", asset_values.MAPPINGS)
def test_mappings_come_back_as_sent(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(symbol_mappings=asset_values.MAPPINGS[label]))
    assets.accepted(created, about=f"the mappings are valid ({label})")


@pytest.mark.asks("AST-02", "AST-20")
@pytest.mark.parametrize("label", asset_values.ODD_MAPPINGS)
def test_unpromised_mappings_are_refused_or_kept(assets: Assets, label: str) -> None:
    created = assets.create(assets.full(symbol_mappings=asset_values.ODD_MAPPINGS[label]))
    assets.ask.observe("AST-20", f"symbol_mappings: {label}", created)


@pytest.mark.asks("AST-02", "AST-20")
def test_an_empty_address_is_refused_or_kept(assets: Assets) -> None:
    """No length is documented for it, and for a client it is none."""
    for mix in COVERING[:8]:
        created = assets.create({**assets.mixed(mix), "contract_address": ""})
        assets.ask.observe("AST-20", "contract_address: empty", created)


@pytest.mark.asks("AST-20")
def test_unknown_properties(assets: Assets) -> None:
    created = assets.create(assets.minimal(unknown_property="kept?"))
    if created.status == 200:
        assets.ask.note(
            "AST-20", "unknown property", "kept" if "unknown_property" in created.fields else "dropped"
        )
    else:
        assets.ask.observe("AST-20", "unknown property", created)
    assets.ask.observe(
        "AST-20",
        "id sent by the client",
        assets.create(assets.minimal(id="00000000-0000-4000-8000-000000000000")),
    )


@pytest.mark.asks("AST-20")
@pytest.mark.parametrize("field", OPTIONAL)
def test_null_for_an_optional_field(assets: Assets, field: str) -> None:
    assets.ask.observe("AST-20", f"{field}: null", assets.create(assets.minimal(**{field: None})))


@pytest.mark.asks("AST-20")
def test_bodies_that_parsers_read_differently(assets: Assets) -> None:
    plain = encoded(assets.minimal())
    second = encoded({"symbol": assets.ask.fresh.name()})
    for label, body in {
        "byte-order mark": b"\xef\xbb\xbf" + encoded(assets.minimal()),
        "repeated key": plain[:-1] + b"," + second[1:],
        "UTF-16": encoded(assets.minimal()).decode().encode("utf-16"),
    }.items():
        assets.ask.observe("AST-20", label, assets.create(body))


@pytest.mark.asks("AST-20")
def test_whether_a_token_is_needed(assets: Assets) -> None:
    request = assets.request(assets.minimal())
    assets.ask.observe("AST-20", "no token", assets.send(request.with_header("Authorization", None)))
    assets.ask.observe(
        "AST-20",
        "unknown token",
        assets.send(
            assets.request(assets.minimal()).with_header("Authorization", "Bearer unknown-token-of-nobody")
        ),
    )

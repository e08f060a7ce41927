"""What is asked about assets: values, conflicts, refusals, and what they leave."""

from typing import Any

from contracts import wire
from contracts.mock.messages import CREATE_ASSET
from tests.unit.mock.transcripts.transcript import JSON, Transcript, asset


async def assets(to: Transcript) -> None:
    """Values, conflicts, refusals and what they leave."""
    rich = [
        asset(
            "rich",
            metadata={
                "n": 9007199254740993,
                "K": None,
                "e": {},
                "l": [],
                "d": {"x": {"y": 1}},
                "b": True,
                "é": "é",
            },
        ),
        asset(" pad ", display_name="  two  spaces "),
        asset("decomposed", display_name="e\u0301"),
        asset("L" * 300, display_name="L" * 300),
        asset("S" * 40, type="TOKEN", contract_address="0xAbCdEf", entity_status="INACTIVE"),
        asset("address", contract_address="0xAbCdEf"),
        asset("\U0001f600", display_name="\U0001f600<b>"),
        asset("ü", type="NFT", symbol_mappings={"v": ["b", "a", "b"], "w": []}),
        asset("mapped", symbol_mappings={"v": ["mapped-to"]}),
        asset("mapped-to"),
        asset("same-name", display_name="N mapped"),
        asset("a-b"),
        asset("ab"),
        asset("ж1"),
        asset("я1"),
        asset(f"{'P' * 32}1"),
        asset(f"{'P' * 32}2"),
        asset("x-12345678"),
        asset("y-12345678"),
        asset(""),
        asset("n", display_name=""),
    ]
    for sent in rich:
        await to.ask(CREATE_ASSET, sent)
    for sent in rich:
        await to.ask(CREATE_ASSET, sent)
    others: list[dict[str, Any]] = [
        {"type": "FIAT"},
        {"entity_status": "INACTIVE"},
        {"display_name": "other"},
        {"contract_address": "0x0"},
        {"symbol_mappings": {}},
        {"metadata": {}},
    ]
    for change in others:
        await to.ask(CREATE_ASSET, rich[0] | change)
        await to.ask(CREATE_ASSET, rich[4] | change)
    wrong: list[tuple[str, Any]] = [
        ("symbol", 1),
        ("symbol", True),
        ("display_name", 1),
        ("display_name", None),
        ("type", "coin"),
        ("type", " COIN "),
        ("type", "OTHER"),
        ("type", None),
        ("entity_status", "active"),
        ("entity_status", "OTHER"),
        ("entity_status", 1),
        ("contract_address", 1),
        ("contract_address", []),
        ("metadata", []),
        ("metadata", "x"),
        ("metadata", 1),
        ("symbol_mappings", []),
        ("symbol_mappings", {"v": "x"}),
        ("symbol_mappings", {"v": None}),
        ("symbol_mappings", {"v": [1]}),
        ("symbol_mappings", {"v": 1}),
        ("symbol", "\x00"),
        ("symbol", "\ud800"),
        ("metadata", {"m": {"n": [[[]] * 30] * 2}}),
        ("metadata", {"m": 10**400}),
    ]
    for number, (name, value) in enumerate(wrong):
        await to.ask(CREATE_ASSET, asset(f"w{number}") | {name: value})
        await to.ask(CREATE_ASSET, asset(f"w{number}"))
    for name in ("symbol", "display_name", "type", "entity_status"):
        await to.ask(CREATE_ASSET, {key: value for key, value in asset(f"m-{name}").items() if key != name})
    whole = wire.dumps(asset("raw")).encode()
    for body in (
        b"",
        whole[:-1],
        b"{",
        whole + b"x",
        whole.replace(b"raw", b"\xff"),
        b"[" + whole + b"]",
        b"null",
        b"[]",
    ):
        await to.ask(CREATE_ASSET, body)
    for number in range(110):
        await to.ask(CREATE_ASSET, asset(f"filler{number}", display_name="x" * (5000 if number < 5 else 1)))
    for number in (0, 60, 100, 109, 109):
        await to.ask(CREATE_ASSET, asset(f"filler{number}"))


async def particular_assets(to: Transcript) -> None:
    """Values that only few faults change, and wrong ones that only few let through."""
    vendors = {
        "v": ["b,c", "d"],
        "w": ["d"],
        "": ["x"],
        "many": [str(number) for number in range(120)],
        "e": [],
    }
    inside = {"n": None, "d": "2024-01-15", "l": [9007199254740993]}
    for sent in (
        asset("digits", display_name="007"),
        asset("deep", metadata={"m": inside, "l": [inside]}),
        asset("vendors", symbol_mappings=vendors),
        asset("odd", display_name="x' OR '1'='1"),
        asset("chain", contract_address="usdt.near"),
        asset("blank", contract_address=""),
        asset("token", type="TOKEN"),
        *(asset(symbol) for symbol in ("7", "07", "k8", "k1306", "x%", "k%", "_8", "e", "é", "è")),
    ):
        await to.ask(CREATE_ASSET, sent)
    wrong: list[dict[str, Any]] = [
        {"type": "FIAT", "entity_status": None},
        {"entity_status": "INACTIVE", "display_name": ""},
        {"entity_status": "toString"},
        {"type": "\uff23\uff2f\uff29\uff2e"},
        {"symbol_mappings": {"v": ["x"], "w": 1}},
        {"symbol_mappings": {"v": ["x", 1]}},
        {"metadata": {"left": 1}, "type": 1},
    ]
    for number, changes in enumerate(wrong):
        body = asset(f"p{number}") | changes
        await to.ask(CREATE_ASSET, {name: value for name, value in body.items() if value is not None})
        await to.ask(CREATE_ASSET, asset(f"p{number}"))
    whole = wire.dumps(asset("bytes", display_name="a b")).encode()
    await to.ask(CREATE_ASSET, whole.replace(b"a b", b"a\nb"))
    await to.ask(CREATE_ASSET, whole.replace(b'"type"', b'"\\u0074ype"'))
    await to.ask(CREATE_ASSET, asset("accept"), headers=JSON | {"accept": "application/*"})

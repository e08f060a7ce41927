"""JSON is read strictly and without loss, written so that it reads the same, and compared by value."""

import json
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import wire
from contracts.wire import Json, NotFinite, NotHeld, NotJson, NotUtf8, RepeatedKey, TooDeep

LONG = "7" * (sys.int_info.default_max_str_digits + 1)
DEEP = 100_000

# No low surrogates: after a high one they make a pair, which JSON reads back as one character.
TEXTS = st.text(max_size=12) | st.text('\ud800\udbff a\\"\x00\x7f\u2028\ufeff\U0001f600', max_size=6)
NUMBERS = (
    st.integers()
    | st.integers(10**4299, 10**4301)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(0, 9), st.integers(-9999, 9999)
    )
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def floats_in(value: Any) -> bool:
    if isinstance(value, dict):
        return any(floats_in(member) for member in value.values())
    if isinstance(value, list):
        return any(floats_in(item) for item in value)
    return isinstance(value, float)


def nested(depth: int, innermost: Json) -> Json:
    value = innermost
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


# Reading


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("true", True),
        (" false\r\n\t", False),
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("9007199254740993", 9007199254740993),
        ("115792089237316195423570985008687907853269984665640564039457584007913129639936", 2**256),
        ("0.1", Decimal("0.1")),
        ("1.0", Decimal("1.0")),
        ("-1.50e-3", Decimal("-0.0015")),
        ("1E+2", Decimal(100)),
        ("1e400", Decimal("1e400")),
        ("0.1000000000000000055511151231257827", Decimal("0.1000000000000000055511151231257827")),
        ('""', ""),
        ('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"', '"\\/\b\f\n\r\tA'),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"\\ud800"', "\ud800"),
        ('"\\udc00\\ud800"', "\udc00\ud800"),
        ('"\x7f\u2028\ufeff"', "\x7f\u2028\ufeff"),
        ("[]", []),
        ("[ 1 , [2] ]", [1, [2]]),
        ("{}", {}),
        ('{"":{"a":null},"__proto__":[]}', {"": {"a": None}, "__proto__": []}),
    ],
)
def test_reads_what_the_grammar_allows(text: str, value: Json) -> None:
    """A legal text refused, or its value changed: a good target would be accused."""
    for read in (wire.parse, wire.parse_lenient):
        for data in (text, text.encode()):
            assert read(data) == value
            assert type(read(data)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "{", "[", '"', '{"a"', '{"a":', '{"a":1', "[1", "tru", "nul"),
        *("[1,]", "[,1]", "[1 2]", '{"a":1,}', '{"a" 1}', "{a:1}", "{1:1}", "{'a':1}", "{null:1}"),
        *("01", "-", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x10", "1_000", "-01", "--1", "\u0661"),
        *("True", "None", "undefined", "'a'", "1 2", "{}{}", "[] x", "// a\n1", "1 /* a */"),
        *(
            '"\t"',
            '"\n"',
            '"\x00"',
            '"\\x"',
            '"\\u12"',
            '"\\u12G4"',
            '"\\u 123"',
            '"\\u+123"',
            '"\\U0001f600"',
        ),
        *("\v1", "\f1", "\u00a01", "\u20281", "1\x00"),
    ],
)
def test_refuses_what_the_grammar_forbids(text: str) -> None:
    """A broken body read as if it were whole would hide HTP-03."""
    for read in (wire.parse, wire.parse_lenient):
        for data in (text, text.encode()):
            with pytest.raises(NotJson) as caught:
                read(data)
            assert type(caught.value) is NotJson
            assert 0 < len(caught.value.reason) < 80


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "[NaN]", '{"a":-Infinity}'])
def test_refuses_numbers_that_are_none(text: str) -> None:
    """Python's own reader takes NaN, so a target that sends it would pass."""
    with pytest.raises(NotFinite, match="no JSON value"):
        wire.parse(text)
    with pytest.raises(NotFinite):
        wire.parse_lenient(text)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '[{"b":{"a":1,"c":2,"a":3}}]', '{"a":1,"\\u0061":2}', '{"":1,"":2}']
)
def test_refuses_repeated_keys(text: str) -> None:
    """Two amounts under one name: whoever reads the other one allocates another quantity."""
    with pytest.raises(RepeatedKey):
        wire.parse(text)


def test_lenient_takes_the_last_of_a_repeated_key() -> None:
    """A request with a repeated key, which the target may take, judged by the wrong member."""
    assert wire.parse_lenient(b'{"a":1,"b":{"c":1,"c":2},"a":3.0}') == {"a": 3, "b": {"c": 2}}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b'"\xc3"',
        b'"\xc0\x80"',
        b'"\xed\xa0\x80"',  # a surrogate, encoded
        b'"\xf4\x90\x80\x80"',  # beyond the last code point
        '"\u00e9"'.encode("latin-1"),
        b"\xff\xfe1\x00",
        '"\ud800"',
    ],
)
def test_refuses_other_encodings(data: bytes | str) -> None:
    """Bytes that are patched up or guessed at while reading: an invalid body would pass as valid."""
    with pytest.raises(NotUtf8):
        wire.parse(data)
    with pytest.raises(NotUtf8):
        wire.parse_lenient(data)


@pytest.mark.parametrize(
    "data", ["1".encode("utf-16-le"), "[1]".encode("utf-32-be"), b"\xef\xbb\xbf1", "\ufeff1"]
)
def test_refuses_wide_encodings_and_a_byte_order_mark(data: bytes | str) -> None:
    """`json.loads` guesses the encoding of bytes and skips a mark, where RFC 8259 has one encoding and none."""
    with pytest.raises(NotJson):
        wire.parse(data)


def test_names_the_byte_order_mark() -> None:
    """A mark cannot be seen, so a report that does not name it explains nothing."""
    with pytest.raises(NotJson, match="byte-order mark"):
        wire.parse(b"\xef\xbb\xbf{}")


@pytest.mark.parametrize(
    "text",
    ["[" * DEEP, "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP],
    ids=["unclosed", "arrays", "objects"],
)
def test_refuses_endless_nesting(text: str) -> None:
    """A RecursionError out of a hostile body would break the suite instead of judging the target."""
    with pytest.raises(TooDeep):
        wire.parse(text)
    with pytest.raises(TooDeep):
        wire.parse_lenient(text)


@pytest.mark.parametrize(
    "text",
    [LONG, f"-{LONG}", f"[1.5,{LONG}]", f'{{"a":{LONG}}}'],
    ids=["positive", "negative", "in an array", "in an object"],
)
def test_integers_of_any_length_are_exact(text: str) -> None:
    """The interpreter's limit on digits: a long quantity would be refused, or crash the reader."""
    limit = sys.get_int_max_str_digits()
    assert wire.dumps(wire.parse(text)) == text
    assert wire.dumps(wire.parse_lenient(text)) == text
    assert sys.get_int_max_str_digits() == limit


def test_a_long_integer_does_not_switch_strictness_off() -> None:
    """The second reader, for long integers, with other rules than the first."""
    with pytest.raises(RepeatedKey):
        wire.parse(f'[{LONG},{{"a":1,"a":2}}]')
    with pytest.raises(NotFinite):
        wire.parse(f"[{LONG},NaN]")
    with pytest.raises(NotJson, match="at character"):
        wire.parse(f"[{LONG},]")
    assert wire.parse(f"[{LONG},7]") == [Decimal(LONG), 7]


@pytest.mark.parametrize(
    "text", ["1e9999999999999999999", "[1e-9999999999999999999]", "0e99999999999999999999"]
)
def test_an_exponent_that_cannot_be_held_is_refused(text: str) -> None:
    """decimal raises an ArithmeticError here, which no caller expects of a reader."""
    with pytest.raises(NotHeld, match="exponent"):
        wire.parse(text)


@given(st.binary(max_size=40) | st.text('{}[]",:0123456789.eE+-truefalsn\\ud8 ', max_size=40))
def test_reads_or_says_why_not(data: bytes | str) -> None:
    """Any other exception out of the reader, or a text that the standard reader refuses and this one takes."""
    try:
        value = wire.parse(data)
    except NotJson:
        return
    assert not floats_in(value)
    json.loads(data if isinstance(data, str) else data.decode())


def test_a_reason_quotes_no_value() -> None:
    """A token in a broken body that reaches the report by way of the error message."""
    for text in ('{"token":"s3cret" 1}', '{"s3cret":1,"s3cret":2}', '["s3cret\x00"]', "s3cret"):
        with pytest.raises(NotJson) as caught:
            wire.parse(text)
        assert "s3cret" not in caught.value.reason


# Writing


@given(VALUES)
def test_round_trip(value: Json) -> None:
    """A value that changes on its way: digits, exponents, escapes, lone surrogates or key order."""
    for text in (wire.dumps(value), wire.dumps(value, ascii=True)):
        again = wire.parse(text.encode())
        assert again == value
        assert wire.equal(again, value)
        assert wire.difference(value, again) is None
        assert wire.dumps(again, ascii=text.isascii()) == wire.dumps(value, ascii=text.isascii())
    assert wire.dumps(value, ascii=True).isascii()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"b":1,"a":[true,null,"x"]}'),
        ({"b": Decimal("1.10"), "a": [True, None, "x", {}, []]}, '{"b":1.10,"a":[true,null,"x",{},[]]}'),
        (Decimal("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827"),
        (Decimal("1e999999999"), "1E+999999999"),
        ("é\u2028\x7f", '"é\u2028\x7f"'),
        ("\ud800é", '"\\ud800é"'),
        ({"\udfff": Decimal("0.5")}, '{"\\udfff":0.5}'),
        pytest.param(10**5000, "1" + "0" * 5000, id="long"),
        pytest.param([-(10**5000)], "[-1" + "0" * 5000 + "]", id="long, negative"),
    ],
)
def test_writes_compactly_and_exactly(value: Json, text: str) -> None:
    """A number rounded or refused, keys sorted, or a text that cannot be sent as UTF-8."""
    assert wire.dumps(value) == text
    assert wire.dumps(value).encode()


def test_a_stray_float_is_written_alike_beside_a_decimal() -> None:
    """0.1 spelled out in 55 digits as soon as another member of the body is a Decimal."""
    floats: Any = [0.1, 1e300]
    assert wire.parse(wire.dumps(floats)) == [Decimal("0.1"), Decimal("1e300")]
    assert wire.parse(wire.dumps([*floats, Decimal("0.5")])) == [
        Decimal("0.1"),
        Decimal("1e300"),
        Decimal("0.5"),
    ]


def test_ascii_escapes_everything_else() -> None:
    """The layout with escapes (ALC-07) sent without them."""
    assert wire.dumps({"é": ["\U0001f600", Decimal("0.5"), "\ud800"]}, ascii=True) == (
        '{"\\u00e9":["\\ud83d\\ude00",0.5,"\\ud800"]}'
    )


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "sNaN"])
@pytest.mark.parametrize("kind", [Decimal, float])
def test_never_writes_nan(kind: Any, text: str) -> None:
    """A body that no strict reader takes, sent as if it were a valid request."""
    number = kind(text.removeprefix("s") if kind is float else text)
    values: list[Any] = [number, [number], {"a": [1, {"b": number}]}]
    for value in values:
        with pytest.raises(NotFinite):
            wire.dumps(value)


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), [Decimal(1), {"a": b"bytes"}]])
def test_refuses_to_write_what_is_no_json(value: Any) -> None:
    """A Python object that turns into some text unnoticed."""
    with pytest.raises(TypeError, match="no JSON value"):
        wire.dumps(value)


@pytest.mark.parametrize("innermost", [1, Decimal("0.5")])
def test_writing_endless_nesting_is_a_problem_with_a_name(innermost: Json) -> None:
    """A RecursionError while a finding is written down would lose the finding."""
    with pytest.raises(TooDeep):
        wire.dumps(nested(DEEP, innermost))


# Comparing


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("1", "1.0"),
        ("1", "1e0"),
        ("100", "1E2"),
        ("0", "-0.0"),
        ("0", "0e5"),
        ("1e999999999", "10e999999998"),
        pytest.param(LONG, f"{LONG}.0", id="long"),
        ('{"a":1,"b":[2]}', '{"b":[2.0],"a":1}'),
        ('"\\u00e9"', '"é"'),
        ('"\\ud800"', '"\\uD800"'),
        ("[]", "[ ]"),
    ],
)
def test_equal_by_value(a: str, b: str) -> None:
    """A false alarm over a legal layout: another order, escape or form of the same number."""
    assert wire.equal(wire.parse(a), wire.parse(b))
    assert wire.equal(wire.parse(b), wire.parse(a))


@pytest.mark.parametrize(
    ("expected", "received", "words"),
    [
        ("1", "true", "expected 1, received true"),
        ("0", "false", "expected 0, received false"),
        ("[1.0]", "[true]", "[0]: expected 1.0, received true"),
        ("1", '"1"', 'expected 1, received "1"'),
        ("null", "false", "expected null, received false"),
        ("null", "{}", "expected null, received {}"),
        ("[]", "{}", "expected [], received {}"),
        ("{}", "null", "expected {}, received null"),
        ("9007199254740993", "9007199254740992.0", "expected 9007199254740993, received 9007199254740992.0"),
        (
            "0.1",
            "0.1000000000000000055511151231257827",
            "expected 0.1, received 0.1000000000000000055511151231257827",
        ),
        ("1e999999999", "1", "expected 1E+999999999, received 1"),
        (
            '{"metadata":{"a":[1,2,9007199254740993]}}',
            '{"metadata":{"a":[1,2,9007199254740992]}}',
            "metadata.a[2]: expected 9007199254740993, received 9007199254740992",
        ),
        ('{"a":1}', "{}", "a: expected 1, received nothing"),
        ("{}", '{"a":null}', "a: expected nothing, received null"),
        ("[1]", "[1,2]", "[1]: expected nothing, received 2"),
        ("[1,2]", "[1]", "[1]: expected 2, received nothing"),
        ("[1,2]", "[2,1]", "[0]: expected 1, received 2"),
        ('{"b":1,"a":[1,{"c":2}]}', '{"a":[0,{"c":3}],"b":1}', "a[0]: expected 1, received 0"),
        ('{"b":1,"a":1}', '{"a":0,"b":0}', "b: expected 1, received 0"),
        ('{"a":[1,{"c":2}]}', '{"a":[1,{"c":3}]}', "a[1].c: expected 2, received 3"),
        ('{"a b":{"":{"é":1}}}', '{"a b":{"":{"é":2}}}', '["a b"][""]["\\u00e9"]: expected 1, received 2'),
        ('"é"', '"e\u0301"', 'expected "\\u00e9", received "e\\u0301"'),
        ('"a"', '"A"', 'expected "a", received "A"'),
        ('"a"', '"a\\u200b"', 'expected "a", received "a\\u200b"'),
    ],
)
def test_first_difference_in_words(expected: str, received: str, words: str) -> None:
    """A change that goes unnoticed, or a report that points to the wrong place."""
    assert wire.difference(wire.parse(expected), wire.parse(received)) == words
    assert not wire.equal(wire.parse(expected), wire.parse(received))
    assert not wire.equal(wire.parse(received), wire.parse(expected))


def test_long_values_are_shown_where_they_part() -> None:
    """Two long notes, both cut before the character that differs: expected and received would look the same."""
    words = wire.difference({"notes": "x" * 5000 + "1" + "z" * 500}, {"notes": "x" * 5000 + "2"})
    assert words is not None
    assert words.startswith("notes: expected ...xxx")
    assert "xxx1zzz" in words
    assert 'xxx2" (5003 characters)' in words
    assert len(words) < 250


def test_long_paths_are_shortened() -> None:
    """A path of thousands of steps that buries what it leads to."""
    words = wire.difference(nested(300, 1), nested(300, 2))
    assert words is not None
    assert words.endswith(": expected 1, received 2")
    assert len(words) < 200


def test_compares_what_is_nested_too_deeply_to_write() -> None:
    """A comparison that recurses: what was just read could not be compared from a deeper call."""
    assert wire.equal(nested(5_000, 1), nested(5_000, Decimal("1.0")))
    assert not wire.equal(nested(5_000, 1), nested(5_000, 2))
    words = wire.difference({"a": nested(DEEP, 1)}, {"a": None})
    assert words == "a: expected a value that is nested too deeply, received null"


@given(VALUES, VALUES)
def test_difference_and_equality_agree(a: Json, b: Json) -> None:
    """Two readings of sameness: a violation without a difference to show, or the reverse."""
    assert wire.equal(a, a)
    assert wire.equal(a, b) is wire.equal(b, a) is (wire.difference(a, b) is None)
    assert (wire.difference(a, b) or "").isascii()

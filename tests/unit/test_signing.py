"""Signatures are those of the vendor's client, byte for byte; keys are read as BIP-32 writes them, and never shown."""

import copy
import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import signing
from contracts.signing import KeyProblem, SignatureProblem, SigningKey

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "bitcoin-message-signing.json").read_text(encoding="ascii")
)["vectors"]
VALID = [pytest.param(vector, id=vector["id"]) for vector in VECTORS if vector["valid"]]
INVALID = [pytest.param(vector, id=vector["id"]) for vector in VECTORS if not vector["valid"]]
ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
KEY = SigningKey(bytes(31) + b"\x07")
SIGNATURE = signing.sign("a payload", KEY)

# BIP-32, test vectors 1 to 4: each extended private key with the extended public key of the same place.
PUBLISHED = [
    pytest.param(
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8",
        id="vector 1, m",
    ),
    pytest.param(
        "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7",
        "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw",
        id="vector 1, m/0H",
    ),
    pytest.param(
        "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs",
        "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ",
        id="vector 1, m/0H/1",
    ),
    pytest.param(
        "xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM",
        "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5",
        id="vector 1, m/0H/1/2H",
    ),
    pytest.param(
        "xprvA2JDeKCSNNZky6uBCviVfJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqsunu5Mm3wDvUAKRHSC34sJ7in334",
        "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV",
        id="vector 1, m/0H/1/2H/2",
    ),
    pytest.param(
        "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76",
        "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
        id="vector 1, m/0H/1/2H/2/1000000000",
    ),
    pytest.param(
        "xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3LqFtT2emdEXVYsCzC2U",
        "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB",
        id="vector 2, m",
    ),
    pytest.param(
        "xprv9vHkqa6EV4sPZHYqZznhT2NPtPCjKuDKGY38FBWLvgaDx45zo9WQRUT3dKYnjwih2yJD9mkrocEZXo1ex8G81dwSM1fwqWpWkeS3v86pgKt",
        "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH",
        id="vector 2, m/0",
    ),
    pytest.param(
        "xprv9wSp6B7kry3Vj9m1zSnLvN3xH8RdsPP1Mh7fAaR7aRLcQMKTR2vidYEeEg2mUCTAwCd6vnxVrcjfy2kRgVsFawNzmjuHc2YmYRmagcEPdU9",
        "xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8RuJiHjaDMBU4Zn9h8LZNnBC5y4a",
        id="vector 2, m/0/2147483647H",
    ),
    pytest.param(
        "xprv9zFnWC6h2cLgpmSA46vutJzBcfJ8yaJGg8cX1e5StJh45BBciYTRXSd25UEPVuesF9yog62tGAQtHjXajPPdbRCHuWS6T8XA2ECKADdw4Ef",
        "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89LojfZ537wTfunKau47EL2dhHKon",
        id="vector 2, m/0/2147483647H/1",
    ),
    pytest.param(
        "xprvA1RpRA33e1JQ7ifknakTFpgNXPmW2YvmhqLQYMmrj4xJXXWYpDPS3xz7iAxn8L39njGVyuoseXzU6rcxFLJ8HFsTjSyQbLYnMpCqE2VbFWc",
        "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL",
        id="vector 2, m/0/2147483647H/1/2147483646H",
    ),
    pytest.param(
        "xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWTyefMLEcBYJUuekgW4BYPJcr9E7j",
        "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt",
        id="vector 2, m/0/2147483647H/1/2147483646H/2",
    ),
    pytest.param(
        "xprv9s21ZrQH143K25QhxbucbDDuQ4naNntJRi4KUfWT7xo4EKsHt2QJDu7KXp1A3u7Bi1j8ph3EGsZ9Xvz9dGuVrtHHs7pXeTzjuxBrCmmhgC6",
        "xpub661MyMwAqRbcEZVB4dScxMAdx6d4nFc9nvyvH3v4gJL378CSRZiYmhRoP7mBy6gSPSCYk6SzXPTf3ND1cZAceL7SfJ1Z3GC8vBgp2epUt13",
        id="vector 3, m",
    ),
    pytest.param(
        "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L",
        "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y",
        id="vector 3, m/0H",
    ),
    pytest.param(
        "xprv9s21ZrQH143K48vGoLGRPxgo2JNkJ3J3fqkirQC2zVdk5Dgd5w14S7fRDyHH4dWNHUgkvsvNDCkvAwcSHNAQwhwgNMgZhLtQC63zxwhQmRv",
        "xpub661MyMwAqRbcGczjuMoRm6dXaLDEhW1u34gKenbeYqAix21mdUKJyuyu5F1rzYGVxyL6tmgBUAEPrEz92mBXjByMRiJdba9wpnN37RLLAXa",
        id="vector 4, m",
    ),
    pytest.param(
        "xprv9vB7xEWwNp9kh1wQRfCCQMnZUEG21LpbR9NPCNN1dwhiZkjjeGRnaALmPXCX7SgjFTiCTT6bXes17boXtjq3xLpcDjzEuGLQBM5ohqkao9G",
        "xpub69AUMk3qDBi3uW1sXgjCmVjJ2G6WQoYSnNHyzkmdCHEhSZ4tBok37xfFEqHd2AddP56Tqp4o56AePAgCjYdvpW2PU2jbUPFKsav5ut6Ch1m",
        id="vector 4, m/0H",
    ),
]

# BIP-32, test vector 5: extended keys that a reader must refuse (the public ones are refused as such).
REFUSED = [
    (
        "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521AAwdZafEz7mnzBBsz4wKY5fTtTQBm",
        "xpub",
    ),
    (
        "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzFGTQQD3dC4H2D5GBj7vWvSQaaBv5cxi9gafk7NF3pnBju6dwKvH",
        "first byte is not 0",
    ),
    (
        "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Txnt3siSujt9RCVYsx4qHZGc62TG4McvMGcAUjeuwZdduYEvFn",
        "xpub",
    ),
    (
        "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzFGpWnsj83BHtEy5Zt8CcDr1UiRXuWCmTQLxEK9vbz5gPstX92JQ",
        "first byte is not 0",
    ),
    (
        "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6N8ZMMXctdiCjxTNq964yKkwrkBJJwpzZS4HS2fxvyYUA4q2Xe4",
        "xpub",
    ),
    (
        "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzFAzHGBP2UuGCqWLTAPLcMtD9y5gkZ6Eq3Rjuahrv17fEQ3Qen6J",
        "first byte is not 0",
    ),
    (
        "xprv9s2SPatNQ9Vc6GTbVMFPFo7jsaZySyzk7L8n2uqKXJen3KUmvQNTuLh3fhZMBoG3G4ZW1N2kZuHEPY53qmbZzCHshoQnNf4GvELZfqTUrcv",
        "depth 0 with a parent",
    ),
    (
        "xpub661no6RGEX3uJkY4bNnPcw4URcQTrSibUZ4NqJEw5eBkv7ovTwgiT91XX27VbEXGENhYRCf7hyEbWrR3FewATdCEebj6znwMfQkhRYHRLpJ",
        "xpub",
    ),
    (
        "xprv9s21ZrQH4r4TsiLvyLXqM9P7k1K3EYhA1kkD6xuquB5i39AU8KF42acDyL3qsDbU9NmZn6MsGSUYZEsuoePmjzsB3eFKSUEh3Gu1N3cqVUN",
        "depth 0 with a child",
    ),
    (
        "xpub661MyMwAuDcm6CRQ5N4qiHKrJ39Xe1R1NyfouMKTTWcguwVcfrZJaNvhpebzGerh7gucBvzEQWRugZDuDXjNDRmXzSZe4c7mnTK97pTvGS8",
        "xpub",
    ),
    (
        "DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8XnmdfHGMQzT7ayAmfo4z3gY5KfbrZWZ6St24UVf2Qgo6oujFktLHdHY4",
        "unknown version",
    ),
    (
        "DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8XnmdfHPmHJiEDXkTiJTVV9rHEBUem2mwVbbNfvT2MTcAqj3nesx8uBf9",
        "unknown version",
    ),
    (
        "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzF93Y5wvzdUayhgkkFoicQZcP3y52uPPxFnfoLZB21Teqt1VvEHx",
        "is zero",
    ),
    (
        "xprv9s21ZrQH143K24Mfq5zL5MhWK9hUhhGbd45hLXo2Pq2oqzMMo63oStZzFAzHGBP2UuGCqWLTAPLcMtD5SDKr24z3aiUvKr9bJpdrcLg1y3G",
        "order of secp256k1",
    ),
    (
        "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Q5JXayek4PRsn35jii4veMimro1xefsM58PgBMrvdYre8QyULY",
        "xpub",
    ),
    (
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHL",
        "bad checksum",
    ),
]


def base58check(payload: bytes) -> str:
    data = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def from_base58check(text: str) -> bytes:
    number = 0
    for character in text:
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(character)
    return number.to_bytes(82)[:-4]


def extended(version: str, *, secret: bytes = KEY.secret) -> str:
    return base58check(bytes.fromhex(version) + bytes(9) + bytes(32) + b"\0" + secret)


def altered(*, header: int | None = None, r: int | None = None, s: int | None = None) -> str:
    """SIGNATURE with parts of it replaced."""
    raw = bytes.fromhex(SIGNATURE)
    head = raw[:1] if header is None else bytes([header])
    return (
        head + (raw[1:33] if r is None else r.to_bytes(32)) + (raw[33:] if s is None else s.to_bytes(32))
    ).hex()


# Signing


def test_all_vectors_are_there() -> None:
    """A truncated vector file, or a filter that selects none, would let every other test here pass."""
    assert (len(VALID), len(INVALID)) == (51, 27)


@pytest.mark.parametrize("vector", VALID)
def test_signs_as_the_vendors_client_does(vector: dict[str, Any]) -> None:
    """A wrong prefix, length form, encoding, nonce or header byte: the target would refuse every allocation."""
    key = SigningKey.from_text(vector["xprv"])
    assert signing.sign(vector["message"], key) == vector["signature_hex"]


@pytest.mark.parametrize("vector", VALID)
def test_recovers_the_signer(vector: dict[str, Any]) -> None:
    """A mock that refuses honest signatures, given as text or as the bytes that came over the wire."""
    key = bytes.fromhex(vector["public_key_hex"])
    assert signing.recover(vector["message"], vector["signature_hex"]) == key
    assert signing.recover(bytes.fromhex(vector["message_utf8_hex"]), vector["signature_hex"]) == key
    assert signing.verifies(vector["message"], vector["signature_hex"], key)


@pytest.mark.parametrize("vector", VALID)
def test_reads_a_key_in_either_form(vector: dict[str, Any]) -> None:
    """A key read wrongly (byte order, leading zeros, a derived child): signatures by somebody else."""
    extended_key, plain = (
        SigningKey.from_text(vector["xprv"]),
        SigningKey.from_text(vector["private_key_hex"]),
    )
    assert extended_key == plain
    assert plain.public_key.hex() == vector["public_key_hex"]


@pytest.mark.parametrize("vector", INVALID)
def test_refuses_what_the_vendor_refuses(vector: dict[str, Any]) -> None:
    """A verifier that takes another text, key, prefix or header byte for the signer's would hide ALC-05."""
    assert not signing.verifies(
        vector["message"], vector["signature_hex"], bytes.fromhex(vector["public_key_hex"])
    )


def test_prefix_is_signed() -> None:
    """A prefix that is ignored: the probe with another network's prefix would send a good signature."""
    other = signing.sign("a payload", KEY, prefix=b"\x19Litecoin Signed Message:\n")
    assert other != SIGNATURE
    assert not signing.verifies("a payload", other, KEY.public_key)


@pytest.mark.parametrize(
    ("length", "size"),
    [
        (0, "00"),
        (252, "fc"),
        (253, "fdfd00"),
        (65535, "fdffff"),
        (65536, "fe00000100"),
    ],
)
def test_length_is_a_compact_size(length: int, size: str) -> None:
    """An off-by-one where the length's form changes: only messages of that size would fail."""
    message = b"a" * length
    once = hashlib.sha256(signing.BITCOIN + bytes.fromhex(size) + message).digest()
    assert signing.digest(message) == hashlib.sha256(once).digest()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.integers(1, ORDER - 1))
def test_what_is_signed_verifies(message: str, number: int) -> None:
    """A text or key for which signer and verifier disagree."""
    key = SigningKey(number.to_bytes(32))
    signature = signing.sign(message, key)
    assert len(signature) == 130
    assert signature == signature.lower()
    assert 31 <= int(signature[:2], 16) <= 34
    assert signing.recover(message, signature) == key.public_key
    assert not signing.verifies(f"{message} ", signature, key.public_key)


@pytest.mark.parametrize("message", ["\ud800", "notes \udfff", "\ud83d \ude00"])
def test_lone_surrogate_cannot_be_signed(message: str) -> None:
    """A surrogate replaced on the way: the signature would cover a text nobody wrote."""
    with pytest.raises(ValueError, match="of the text is a lone surrogate"):
        signing.sign(message, KEY)
    with pytest.raises(ValueError, match="lone surrogate"):
        signing.recover(message, SIGNATURE)
    assert not signing.verifies(message, SIGNATURE, KEY.public_key)


# Recovering


def test_takes_upper_case_hex_and_the_higher_s() -> None:
    """A verifier stricter than the vendor's would turn a legal observation into a refusal."""
    raw = bytes.fromhex(SIGNATURE)
    higher = altered(header=31 + ((raw[0] - 31) ^ 1), s=ORDER - int.from_bytes(raw[33:]))
    assert signing.recover("a payload", SIGNATURE.upper()) == KEY.public_key
    assert signing.recover("a payload", higher) == KEY.public_key


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "0 characters"),
        (SIGNATURE[:-2], "128 characters"),
        (SIGNATURE + "00", "132 characters"),
        (SIGNATURE[:-1] + "g", "not hex"),
        (SIGNATURE[:-2] + " 0", "not hex"),
        (SIGNATURE[:-2] + "\u0661\u0661", "not hex"),
        ("0x" + SIGNATURE[2:], "not hex"),
        (altered(header=26), "header byte 26 instead"),
        (altered(header=27), r"header byte 27 \(an uncompressed key\)"),
        (altered(header=30), r"header byte 30 \(an uncompressed key\)"),
        (altered(header=35), "header byte 35 instead"),
        (altered(r=0), "r is zero or not below"),
        (altered(r=ORDER), "r is zero or not below"),
        (altered(s=0), "s is zero or not below"),
        (altered(s=ORDER), "s is zero or not below"),
        (altered(header=33), "no public key fits"),  # x = r + order is beyond the field
        (altered(r=5), "no public key fits"),  # no point of the curve has x = 5
    ],
)
def test_names_what_is_wrong_with_a_signature(signature: str, reason: str) -> None:
    """A malformed signature that crashes the verifier, or is refused for another reason than its own."""
    with pytest.raises(SignatureProblem, match=reason):
        signing.recover("a payload", signature)
    assert not signing.verifies("a payload", signature, KEY.public_key)


@given(
    st.text(max_size=140) | st.text("0123456789abcdef", min_size=130, max_size=130), st.binary(max_size=40)
)
def test_verifying_never_raises(signature: str, public_key: bytes) -> None:
    """A mock that answers 500 to a strange signature."""
    assert not signing.verifies("a payload", signature, public_key)


# Keys


@pytest.mark.parametrize(("private", "public"), PUBLISHED)
def test_reads_the_published_keys(private: str, public: str) -> None:
    """A field of BIP-32's layout read at the wrong place: at depth 0 most of them are zero and hide it."""
    assert SigningKey.from_text(private).public_key == from_base58check(public)[45:]


@pytest.mark.parametrize(
    ("text", "cause"), REFUSED, ids=[str(number) for number in range(1, len(REFUSED) + 1)]
)
def test_refuses_the_published_invalid_keys(text: str, cause: str) -> None:
    """A broken key that is accepted and signs for nobody, or one refused for the wrong reason."""
    with pytest.raises(KeyProblem, match=cause):
        SigningKey.from_text(text)


WRONG_TEXTS = [
    ("", "empty"),
    (" \n", "empty"),
    (KEY.secret.hex()[:-1], "63 hex digits"),
    (KEY.secret.hex() + "00", "66 hex digits"),
    ("0x" + KEY.secret.hex(), "character 1 belongs to neither"),
    ("correct horse battery staple", "character 8 belongs to neither"),
    (extended("0488ade4")[:-1], "wrong length: 110 characters"),
    (extended("0488ade4") + "z" * 5000, "wrong length: 5111 characters"),
    (extended("0488ade4").replace("xprv", "xprV", 1), "bad checksum"),
    (base58check(b"\x80" + KEY.secret + b"\x01"), "wallet import format"),
    (extended("0488b21e"), "xpub"),
    (extended("043587cf"), "tpub"),
    (extended("049d7cb2"), "ypub"),
    (extended("04b24746"), "zpub"),
    (extended("044a5262"), "upub"),
    (extended("045f1cf6"), "vpub"),
    (extended("049d7878"), "yprv"),
    (extended("04b2430c"), "zprv"),
    (extended("044a4e28"), "uprv"),
    (extended("045f18bc"), "vprv"),
    (extended("deadbeef"), "unknown version"),
    (base58check(bytes.fromhex("0488ade4000100000000000000") + bytes(33) + KEY.secret), "with a parent"),
    (base58check(bytes.fromhex("0488ade4000000000000000001") + bytes(33) + KEY.secret), "with a child"),
    (extended("0488ade4") + "z" * 100_000 + "!", "wrong length: 100112 characters"),
    (bytes(32).hex(), "is zero"),
    (extended("0488ade4", secret=bytes(32)), "is zero"),
    (f"{ORDER:x}", "order of secp256k1"),
    ("f" * 64, "order of secp256k1"),
    (extended("04358394", secret=ORDER.to_bytes(32)), "order of secp256k1"),
]


@pytest.mark.parametrize(
    ("text", "cause"), WRONG_TEXTS, ids=[f"{i} {cause}" for i, (_, cause) in enumerate(WRONG_TEXTS)]
)
def test_names_what_is_wrong_with_a_key(text: str, cause: str) -> None:
    """A user who pasted the wrong thing and is told only that it is wrong."""
    with pytest.raises(KeyProblem, match=cause):
        SigningKey.from_text(text)


@pytest.mark.parametrize("text", [text for text, _ in WRONG_TEXTS + REFUSED if text.strip()])
def test_a_problem_never_quotes_the_key(text: str) -> None:
    """A mistyped key in a CI log is still nearly the key: neither message nor chained error may hold a piece of it."""
    with pytest.raises(KeyProblem) as caught:
        SigningKey.from_text(text)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    pieces = {text[place : place + 6] for place in range(len(text) - 5)}
    assert not [piece for piece in pieces if piece in str(caught.value)]


@pytest.mark.parametrize(
    "text",
    [
        KEY.secret.hex().upper(),
        f"  {KEY.secret.hex()}\n",
        extended("0488ade4"),
        extended("04358394"),
        f"\t{extended('04358394')} \r\n",
    ],
)
def test_takes_each_form_of_a_key(text: str) -> None:
    """A key from the test environment (tprv), in capitals, or with the line end of the file it was kept in."""
    assert SigningKey.from_text(text) == KEY


@pytest.mark.parametrize("secret", [b"", bytes(31), bytes(33)])
def test_a_key_has_32_bytes(secret: bytes) -> None:
    """A short secret that coincurve pads into somebody else's key."""
    with pytest.raises(KeyProblem, match=f"{len(secret)} bytes"):
        SigningKey(secret)


def test_repr_does_not_show_the_secret() -> None:
    """A key in an assertion's message, a log or a report."""
    key = SigningKey.from_text("c0ffee" * 10 + "0123")
    shown = [repr(key), str(key), f"{key}", repr([key]), repr(key.signer), repr(vars(key)["signer"])]
    assert not [text for text in shown if "c0ffee" in text.lower() or repr(key.secret) in text]


def test_key_can_be_copied() -> None:
    """Settings that hold a used key must still reach another process."""
    assert KEY.public_key
    assert pickle.loads(pickle.dumps(KEY)) == copy.deepcopy(KEY) == KEY  # noqa: S301  # its own dump

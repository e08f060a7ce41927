"""Which target a run asks, and what it says of one that cannot be asked."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts

SMOKE = ("verify", "--profile", "smoke", "--clauses", "AST-11")


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections (the kernel does) and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


# What waiting for a silent target may cost, beside one that refuses at once. Both start as fast as the machine lets them.
WAITED_S = 9


def test_refused_connection_is_named(contracts: Contracts) -> None:
    """A target that is down: a traceback, or hundreds of questions that each fail."""
    ran = contracts(*SMOKE, BASE_URL=f"http://127.0.0.1:{closed_port()}")
    assert ran.code == 2
    assert "Connection refused" in ran.text
    assert "Traceback" not in ran.text


def test_unknown_host_is_named(contracts: Contracts) -> None:
    """A mistyped host name (.invalid is reserved: no name server knows it)."""
    ran = contracts(*SMOKE, BASE_URL="http://target.invalid")
    assert ran.code == 2
    assert "does not resolve" in ran.text


def test_tls_to_a_plain_port_is_named(contracts: Contracts, honest: Embedded) -> None:
    """https for http: the cause is TLS, and not an unreachable host."""
    ran = contracts(*SMOKE, BASE_URL=honest.address.replace("http:", "https:"))
    assert ran.code == 2
    assert "TLS refused" in ran.text


def test_silent_targets_are_named_within_10_seconds(contracts: Contracts) -> None:
    """Two services that hang are waited for one after the other, or each question waits anew."""
    refused = contracts(*SMOKE, BASE_URL=f"http://127.0.0.1:{closed_port()}")
    with silent() as one, silent() as two:
        ran = contracts(
            *SMOKE, BASE_URL=f"http://127.0.0.1:{one}", ASSETS_BASE_URL=f"https://127.0.0.1:{two}"
        )
    assert ran.code == 2
    assert f"BASE_URL http://127.0.0.1:{one}: no answer in time" in ran.text
    assert f"ASSETS_BASE_URL https://127.0.0.1:{two}: TLS refused" in ran.text
    assert ran.seconds - refused.seconds < WAITED_S


def test_empty_base_url_is_the_embedded_mock(contracts: Contracts) -> None:
    """A CI variable that is declared and left empty."""
    ran = contracts(*SMOKE, BASE_URL="")
    assert ran.code == 0, ran.text
    assert ran.summary["target"]["name"] == "mock"


def test_environment_over_dotenv_over_named_target(
    contracts: Contracts, tmp_path: Path, honest: Embedded
) -> None:
    """A run asks another target than the one that its user named last."""
    down = f"http://127.0.0.1:{closed_port()}"
    (tmp_path / "contracts.toml").write_text(f'[targets.staging]\nbase_url = "{down}"\n', encoding="utf-8")
    by_name = contracts(*SMOKE, "--target", "staging")
    assert by_name.code == 2
    assert down in by_name.text
    (tmp_path / ".env").write_text(f"BASE_URL={honest.address}\n", encoding="utf-8")
    by_dotenv = contracts(*SMOKE, "--target", "staging")
    assert by_dotenv.code == 0, by_dotenv.text
    assert by_dotenv.summary["target"] == {
        "name": "staging",
        "base_url": honest.address,
        "assets_base_url": honest.address,
    }
    by_environment = contracts(*SMOKE, BASE_URL=down)
    assert by_environment.code == 2


def test_doctor_finds_the_mock_in_order(contracts: Contracts) -> None:
    """A diagnosis that calls a sound target ill is not asked again."""
    ran = contracts("doctor")
    assert ran.code == 0, ran.text
    assert "wrong" not in ran.out
    for subject in ("BASE_URL", "clock", "ACCESS_TOKEN", "READ_ONLY_TOKEN", "SIGNING_KEY and funds"):
        assert f"ok    {subject}" in ran.out


def test_doctor_names_a_key_of_somebody_else(contracts: Contracts, honest: Embedded) -> None:
    """A key that is sound and not the account user's shows only in a round trip."""
    stranger = {**honest.variables, "SIGNING_KEY": "17" * 32}
    ran = contracts("doctor", **stranger)
    assert ran.code == 2
    assert "wrong SIGNING_KEY" in ran.out
    assert "17" * 32 not in ran.text

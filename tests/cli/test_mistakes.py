"""The user's mistakes: all of them in one message, exit code 2, no traceback, no secret."""

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import Contracts, Ran

SECRET = "xprv-thisIsNoKeyButItMightBeOneOfYours"
DOTENV = f"""\
OTHER_ACCESS_TOKEN={SECRET}
this line is no variable"
"""
TOML = """\
[targets.staging]
bas_url = "https://api.example"

[profiles.smoke]
exampels = 3
"""


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run with a mistake in every source of settings."""
    from tests.fixtures.commands import run

    folder = tmp_path_factory.mktemp("mistaken")
    (folder / ".env").write_text(DOTENV, encoding="utf-8")
    (folder / "contracts.toml").write_text(TOML, encoding="utf-8")
    return run(
        folder,
        *("verify", "--profile", "smok", "--clauses", "AST,XYZ", "--target", "stagin"),
        variables={"SIGNING_KEY": SECRET, "BASE_URL": "ftp://nowhere"},
    )


def assert_refused(ran: Ran) -> None:
    assert ran.code == 2, ran.text
    assert "Traceback" not in ran.text
    assert not (ran.folder / "reports").exists()


@pytest.mark.parametrize(
    "named",
    [
        ".env line 2: this line cannot be read",
        "bas_url: unknown key",
        "the nearest is base_url",
        "exampels: unknown key",
        "SIGNING_KEY: this value of",
        "SIGNING_KEY: half a tenant",
        "OTHER_ACCESS_TOKEN: half a tenant",
        "BASE_URL: 'ftp://nowhere' cannot be used",
        "no target is called 'stagin'",
        "no profile is called 'smok'",
        "no clause or family is called 'XYZ'",
    ],
)
def test_every_mistake_is_named_at_once(mistaken: Ran, named: str) -> None:
    """One mistake told at a time: a user corrects, runs, corrects, runs."""
    assert named in mistaken.err, mistaken.text


def test_no_mistake_is_named_twice(mistaken: Ran) -> None:
    """contracts.toml is read for targets and for profiles, and both readers complain."""
    lines = mistaken.err.splitlines()
    assert len(lines) == len(set(lines)), mistaken.err


def test_mistakes_are_no_run(mistaken: Ran) -> None:
    """A traceback, an exit code of 1, or an empty report folder for a run that never was."""
    assert_refused(mistaken)


def test_no_secret_in_messages(mistaken: Ran) -> None:
    """A key that cannot be parsed is repeated in the message that says so."""
    assert SECRET not in mistaken.text


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("verify", "--bogus"), "--bogus"),
        (("verify", "--seed", "minus"), "--seed"),
        (("verify", "--max-time", "soon"), "90s, 5m or 8h"),
        (("verify", "--rate", "0/s"), "10/s or 300/m"),
        (("verfy",), "verfy"),
        (("serve", "--fault", "no-such-fault"), "no-such-fault"),
        (("prove", "no-such-fault"), "no-such-fault"),
        (("clauses", "AST-99"), "AST-99"),
    ],
    ids=lambda value: "-".join(value).replace("--", "") if isinstance(value, tuple) else "",
)
def test_usage_mistakes_exit_2(contracts: Contracts, arguments: tuple[str, ...], named: str) -> None:
    """A mistyped option that is ignored, or that ends in a traceback."""
    ran = contracts(*arguments)
    assert named in ran.err
    assert_refused(ran)


def test_report_folder_that_cannot_be_made(contracts: Contracts) -> None:
    """A traceback of mkdir, or a run whose report goes nowhere."""
    ran = contracts(
        "verify", "--profile", "smoke", "--clauses", "AST-11", "--report-dir", "/dev/null/reports"
    )
    assert "no report folder can be made in /dev/null/reports" in ran.text
    assert_refused(ran)


def test_wrong_token_is_named_before_the_run(contracts: Contracts, honest: Embedded) -> None:
    """A token of yesterday turns every network clause red, and the API's team is called."""
    token = "v2x" + "0" * 40
    ran = contracts("verify", "--profile", "smoke", **{**honest.variables, "ACCESS_TOKEN": token})
    assert "ACCESS_TOKEN: 401" in ran.text
    assert token not in ran.text
    assert ran.code == 2
    assert ran.summary["lost"].startswith("ACCESS_TOKEN: 401")
    junit = (ran.report / "junit.xml").read_text(encoding="utf-8")
    assert ">ACCESS_TOKEN: 401" in junit
    assert 'errors="1"' in junit


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ENTERPRISE_ID", "5f0c1e0a9b7d4c00a1b2c3d4"),
        ("CONNECTION_ID", "8a1d5e2f-0b3c-4d6e-8f9a-7c5b4d3e2f10"),
    ],
)
def test_wrong_id_is_named_before_the_run(
    contracts: Contracts, honest: Embedded, name: str, text: str
) -> None:
    """An id of another environment turns every network clause red, and the history remembers it."""
    ran = contracts("verify", "--profile", "smoke", "--clauses", "SIG-01", **{**honest.variables, name: text})
    assert ran.code == 2, ran.text
    assert name in ran.summary["lost"]
    assert ran.summary["findings"] == []


def test_nothing_tested_is_no_success(contracts: Contracts, honest: Embedded) -> None:
    """A pipeline that lost its secrets stays green for months."""
    ran = contracts("verify", "--profile", "smoke", "--clauses", "ALC", BASE_URL=honest.variables["BASE_URL"])
    assert ran.code == 2
    assert "nothing was tested" in ran.out
    assert ran.verdicts["ALC-01"] == "not_applicable"
    assert "SIGNING_KEY" in ran.summary["clauses"]["ALC-01"]["reason"]
    assert "held" not in ran.verdicts.values()

"""Settings: one precedence, every mistake at once with its place, and never a secret in sight."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import ValidationError

from contracts.clauses import load
from contracts.settings import (
    PROFILES,
    Mistake,
    Profile,
    Settings,
    SettingsProblem,
    load_profile,
    load_settings,
    mock_settings,
    restore_settings,
)
from contracts.settings.variables import VARIABLES

KEY = "11" * 32
OTHER_KEY = "22" * 32
TENANT = {
    "BASE_URL": "https://api.example",
    "ACCESS_TOKEN": "own-token-5f1d",
    "ENTERPRISE_ID": "enterprise-1",
    "CONNECTION_ID": "3f2b8c1e-6d4a-4f7b-9c2d-1a5e8f0b7c6d",
    "SIGNING_KEY": KEY,
}
OTHER = {
    "OTHER_ACCESS_TOKEN": "other-token-77ab",
    "OTHER_ENTERPRISE_ID": "enterprise-2",
    "OTHER_CONNECTION_ID": "c4d3b2a1-9f8e-4d7c-8b6a-5f4e3d2c1b0a",
    "OTHER_SIGNING_KEY": OTHER_KEY,
}
REST = {
    "ASSETS_BASE_URL": "http://assets.example:8080",
    "READ_ONLY_TOKEN": "reader-9c0e",
    "SECOND_CONNECTION_ID": "8a1d5e2f-0b3c-4d6e-8f9a-7c5b4d3e2f10",
    "CURRENCY": "teth",
    "SCRATCH_CURRENCY": "tscratch",
    "RESPONSE_TIME_LIMIT": "2.5",
}
EVERYTHING = {**TENANT, **OTHER, **REST}
VECTOR = json.loads((Path(__file__).parent / "data" / "bitcoin-message-signing.json").read_text())["vectors"][
    0
]
SECRETS = [text for name, text in EVERYTHING.items() if VARIABLES[name].secret]


class Clause:
    """What the settings need to know of a clause."""

    def __init__(self, *needs: str) -> None:
        self.needs = needs


def loaded(
    directory: Path,
    environ: Mapping[str, str] = {},
    *,
    cli: Mapping[str, str | None] = {},
    target: str | None = None,
    dotenv: str | None = None,
    toml: str | None = None,
) -> Settings:
    if dotenv is not None:
        (directory / ".env").write_text(dotenv)
    if toml is not None:
        (directory / "contracts.toml").write_text(toml)
    return load_settings(cli=cli, environ=environ, directory=directory, target=target)


def mistakes_in(directory: Path, environ: Mapping[str, str] = {}, **sources: str) -> tuple[Mistake, ...]:
    with pytest.raises(SettingsProblem) as caught:
        loaded(directory, environ, **sources)  # type: ignore[arg-type]
    return caught.value.mistakes


def without(variables: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in variables.items() if name not in names}


# --- what is set


def test_nothing_set_is_the_embedded_mock(tmp_path: Path) -> None:
    """A fresh machine that has to be configured before anything runs."""
    settings = loaded(tmp_path)
    assert (settings.target_name, settings.base_url, settings.assets_base_url) == ("mock", None, None)
    assert (settings.own, settings.other, settings.asset_token) == (None, None, None)
    assert (settings.currency, settings.response_time_limit) == ("tbtc", 3.0)
    assert settings.secrets() == frozenset()
    assert settings.notices == ()


def test_everything_set(tmp_path: Path) -> None:
    """A variable that is read and reaches nobody, or the wrong one."""
    settings = loaded(tmp_path, EVERYTHING)
    assert settings.own
    assert settings.other
    assert settings.own.access_token.get_secret_value() == settings.asset_token == TENANT["ACCESS_TOKEN"]
    assert (settings.own.enterprise_id, settings.own.connection_id) == (
        TENANT["ENTERPRISE_ID"],
        TENANT["CONNECTION_ID"],
    )
    assert settings.other.access_token.get_secret_value() == OTHER["OTHER_ACCESS_TOKEN"]
    assert settings.own.signing_key != settings.other.signing_key
    assert settings.base_url == "https://api.example"
    assert settings.assets_base_url == "http://assets.example:8080"
    assert settings.target_name == "api.example"
    assert settings.second_connection_id == REST["SECOND_CONNECTION_ID"]
    assert settings.read_only_token == REST["READ_ONLY_TOKEN"]
    assert (settings.currency, settings.scratch_currency) == ("teth", "tscratch")
    assert settings.response_time_limit == 2.5


def test_an_empty_variable_counts_as_unset(tmp_path: Path) -> None:
    """An empty variable of a pipeline that hides the one in .env, or that is taken for a token."""
    settings = loaded(tmp_path, {"BASE_URL": "", "ACCESS_TOKEN": ""}, dotenv="BASE_URL=http://localhost:1\n")
    assert settings.base_url == "http://localhost:1"
    assert settings.asset_token is None


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://api.example/", "https://api.example"),
        ("HTTPS://API.example", "https://api.example"),
        ("http://api.example:", "http://api.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://127.0.0.1:65535/", "http://127.0.0.1:65535"),
    ],
)
def test_an_origin_has_no_trailing_slash(tmp_path: Path, text: str, origin: str) -> None:
    """Requests to //api/..., which many servers route elsewhere."""
    settings = loaded(tmp_path, {"BASE_URL": text})
    assert settings.base_url == settings.assets_base_url == origin
    assert re.fullmatch(r"[a-z0-9._-]+", settings.target_name)


def test_a_token_alone_serves_create_asset(tmp_path: Path) -> None:
    """A target of the asset service alone that is taken for half a tenant."""
    settings = loaded(tmp_path, {"BASE_URL": "http://localhost", "ACCESS_TOKEN": "abc"})
    assert settings.own is None
    assert settings.asset_token == "abc"


# --- precedence


def test_each_source_comes_before_the_next(tmp_path: Path) -> None:
    """A value on the command line that loses against a forgotten line in a file."""
    toml = '[targets.t]\nbase_url = "http://file"\n'
    environ = {"BASE_URL": "http://environment"}
    dotenv = "export BASE_URL='http://dotenv' # a comment\n"
    line = {"BASE_URL": "http://line"}
    origins = [
        loaded(tmp_path, target="t", toml=toml).base_url,
        loaded(tmp_path, target="t", dotenv=dotenv).base_url,
        loaded(tmp_path, environ, target="t").base_url,
        loaded(tmp_path, environ, target="t", cli=line).base_url,
    ]
    assert origins == ["http://file", "http://dotenv", "http://environment", "http://line"]
    assert loaded(tmp_path, environ, cli={"BASE_URL": None}).base_url == "http://environment"


def test_a_named_target_takes_its_secrets_from_variables(tmp_path: Path) -> None:
    """A target whose key is looked up under the wrong name, or under a name of the file."""
    toml = f"""
    [targets.staging]
    base_url = "https://staging.example"
    enterprise_id = "enterprise-1"
    connection_id = "{TENANT["CONNECTION_ID"]}"
    access_token_env = "STAGING_TOKEN"
    signing_key_env = "STAGING_KEY"
    response_time_limit = 2
    """
    environ = {"STAGING_TOKEN": "from-environment"}
    settings = loaded(
        tmp_path, environ, target="staging", toml=toml, dotenv=f"STAGING_KEY={KEY}\nSTAGING_TOKEN=x"
    )
    assert settings.own
    assert settings.own.signing_key
    assert settings.asset_token == "from-environment"
    assert settings.response_time_limit == 2.0
    assert settings.target_name == "staging"
    assert loaded(tmp_path).base_url is None


def test_a_token_with_a_dollar_sign_stays_itself(tmp_path: Path) -> None:
    """A token changed by the substitution of variables in .env."""
    dotenv = "BASE_URL=http://localhost\nACCESS_TOKEN='a${HOME}b'\n"
    assert loaded(tmp_path, dotenv=dotenv).asset_token == "a${HOME}b"


# --- secrets


def test_settings_show_no_secret(tmp_path: Path) -> None:
    """A token in a log line that prints the settings."""
    settings = loaded(tmp_path, EVERYTHING)
    shown = f"{settings!r} {settings} {settings.own!r} {settings.model_dump()} {settings.model_dump_json()}"
    hidden = [*SECRETS, repr(bytes.fromhex(KEY)), repr(bytes.fromhex(OTHER_KEY))]
    assert not [secret for secret in hidden if secret in shown]


def test_secrets_are_complete(tmp_path: Path) -> None:
    """A secret that redaction does not know and lets into a report."""
    assert loaded(tmp_path, EVERYTHING).secrets() == set(SECRETS)


def test_the_number_in_an_extended_key_is_a_secret_too(tmp_path: Path) -> None:
    """An xprv that is redacted while the private key inside it is not."""
    settings = loaded(tmp_path, {**TENANT, "SIGNING_KEY": VECTOR["xprv"] + "\n"})
    assert {VECTOR["xprv"], VECTOR["private_key_hex"]} <= settings.secrets()


def test_every_mistake_at_once_and_no_secret_among_them(tmp_path: Path) -> None:
    """A user who is told one mistake per attempt, or whose token ends up in the log of a pipeline."""
    secrets = [
        "secret token",
        "not-a-key-but-secret",
        "literal-secret",
        "pass-word",
        "lonely-secret",
        "xprv9sLiteral",
    ]
    mistakes = mistakes_in(
        tmp_path,
        {
            "BASE_URL": "https://me:pass-word@api.example/v1?x=1",
            "ACCESS_TOKEN": "secret token",
            "ENTERPRISE_ID": "a/b",
            "RESPONSE_TIME_LIMIT": "-1",
        },
        dotenv="# mine\n\nSIGNING_KEY=not-a-key-but-secret\nlonely-secret\nOTHER_CONNECTION_ID=c-2\n",
        toml=(
            '[targets.t]\nbase_url = "http://t"\naccess_token = "literal-secret"\nsigning_keys_env = "K"\n'
            'read_only_token_env = "xprv9sLiteral"\n[profiles.smoke]\nexample = 3\n[target.x]\n'
        ),
        target="t",
    )
    assert [mistake.where for mistake in mistakes] == [
        ".env line 4",
        "contracts.toml",
        "contracts.toml [profiles.smoke]: example",
        "contracts.toml [targets.t]: access_token",
        "contracts.toml [targets.t]: signing_keys_env",
        "contracts.toml [targets.t]: read_only_token_env",
        "environment: BASE_URL",
        "environment: ACCESS_TOKEN",
        "environment: ENTERPRISE_ID",
        ".env line 3: SIGNING_KEY",
        ".env line 5: OTHER_CONNECTION_ID",
        "environment: RESPONSE_TIME_LIMIT",
        "environment: ENTERPRISE_ID",
        ".env line 5: OTHER_CONNECTION_ID",
    ]
    problem = SettingsProblem(mistakes)
    assert str(problem).startswith("14 mistakes to correct\n")
    for secret in secrets:
        assert secret not in f"{problem} {problem!r} {mistakes!r}"


@pytest.mark.parametrize("name", sorted(name for name in VARIABLES if VARIABLES[name].secret))
def test_a_bad_secret_is_not_repeated(tmp_path: Path, name: str) -> None:
    """A key with one digit too few, printed where everybody can read it."""
    bad = "abcdef 0123456789"
    mistakes = mistakes_in(tmp_path, {**EVERYTHING, name: bad})
    assert [mistake.where for mistake in mistakes] == [f"environment: {name}"]
    assert bad not in str(SettingsProblem(mistakes))


@pytest.mark.parametrize("name", sorted(name for name in VARIABLES if not VARIABLES[name].secret))
def test_a_secret_in_the_wrong_variable_is_not_repeated(tmp_path: Path, name: str) -> None:
    """A key pasted into the variable beside its own, and shown as a value that cannot be used."""
    pasted = f"{KEY} "
    assert KEY not in str(SettingsProblem(mistakes_in(tmp_path, {**EVERYTHING, name: pasted})))


# --- single mistakes


@pytest.mark.parametrize(
    "text",
    [
        "api.example",
        "ftp://api.example",
        "http://",
        "https:api.example",
        "https://api.example/api",
        "https://api.example/?",
        "https://api.example#x",
        "https://user@api.example",
        "https://api.example:port",
        "https://api.example:0",
        "https://api.example:65536",
        "https://[::1",
        "https://api example",
        "https://bücher.example",
    ],
)
@pytest.mark.parametrize("name", ["BASE_URL", "ASSETS_BASE_URL"])
def test_what_is_no_origin_is_refused(tmp_path: Path, name: str, text: str) -> None:
    """A run against a wrong address that takes every answer for a broken clause."""
    assert [mistake.where for mistake in mistakes_in(tmp_path, {**EVERYTHING, name: text})] == [
        f"environment: {name}"
    ]


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "3s", "1e3", "", " "])
def test_the_time_limit_is_a_positive_number(tmp_path: Path, text: str) -> None:
    """A limit that no answer keeps, or that every answer keeps."""
    if not text:
        assert loaded(tmp_path, {"RESPONSE_TIME_LIMIT": text}).response_time_limit == 3.0
        return
    (mistake,) = mistakes_in(tmp_path, {"RESPONSE_TIME_LIMIT": text})
    assert mistake.expected == "a positive number of seconds"


@pytest.mark.parametrize("text", ["0", "65", "-1", "2.5", "many"])
def test_questions_in_flight_are_a_few(tmp_path: Path, text: str) -> None:
    """Thousands of threads, or none that asks anything."""
    (mistake,) = mistakes_in(tmp_path, {"IN_FLIGHT": text})
    assert mistake.expected == "a number of questions from 1 to 64"
    assert loaded(tmp_path, {"IN_FLIGHT": "64"}).in_flight == 64


def test_a_token_with_its_scheme_is_explained(tmp_path: Path) -> None:
    """401 to every request, because the header says Bearer twice."""
    (mistake,) = mistakes_in(tmp_path, {**TENANT, "ACCESS_TOKEN": "Bearer abc"})
    assert mistake.hint == "the token alone, without the word Bearer"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("ENTERPRISE_ID", "ACCESS_TOKEN and CONNECTION_ID are not set"),
        ("ACCESS_TOKEN ENTERPRISE_ID", "CONNECTION_ID is not set"),
        ("ACCESS_TOKEN CONNECTION_ID", "ENTERPRISE_ID is not set"),
        ("ENTERPRISE_ID CONNECTION_ID", "ACCESS_TOKEN is not set"),
        ("ACCESS_TOKEN SIGNING_KEY", "ENTERPRISE_ID and CONNECTION_ID are not set"),
        ("OTHER_ACCESS_TOKEN", "OTHER_ENTERPRISE_ID and OTHER_CONNECTION_ID are not set"),
        (
            "OTHER_SIGNING_KEY",
            "OTHER_ACCESS_TOKEN and OTHER_ENTERPRISE_ID and OTHER_CONNECTION_ID are not set",
        ),
        ("OTHER_SIGNING_KEY OTHER_ENTERPRISE_ID OTHER_CONNECTION_ID", "OTHER_ACCESS_TOKEN is not set"),
    ],
)
def test_half_a_tenant_is_told_what_is_missing(tmp_path: Path, given: str, missing: str) -> None:
    """A forgotten variable that turns half of the clauses into not applicable, and the run green."""
    (mistake,) = mistakes_in(tmp_path, {name: EVERYTHING[name] for name in ("BASE_URL", *given.split())})
    assert mistake.what == f"half a tenant: {missing}"


def test_a_tenant_without_a_key_is_whole(tmp_path: Path) -> None:
    """A user without the signing key who cannot even ask for payloads."""
    settings = loaded(tmp_path, without(EVERYTHING, "SIGNING_KEY", "OTHER_SIGNING_KEY"))
    assert settings.own
    assert settings.own.signing_key is None


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("OTHER_ACCESS_TOKEN", "ACCESS_TOKEN"),
        ("OTHER_ENTERPRISE_ID", "ENTERPRISE_ID"),
        ("OTHER_CONNECTION_ID", "CONNECTION_ID"),
        ("OTHER_CONNECTION_ID", "SECOND_CONNECTION_ID"),
        ("OTHER_SIGNING_KEY", "SIGNING_KEY"),
        ("READ_ONLY_TOKEN", "ACCESS_TOKEN"),
        ("READ_ONLY_TOKEN", "OTHER_ACCESS_TOKEN"),
        ("SECOND_CONNECTION_ID", "CONNECTION_ID"),
    ],
)
def test_two_names_for_one_thing_are_refused(tmp_path: Path, name: str, twin: str) -> None:
    """A sound target that lets a second tenant in, because the second tenant is the first."""
    (mistake,) = mistakes_in(tmp_path, {**EVERYTHING, name: EVERYTHING[twin]})
    assert (mistake.where, mistake.what) == (f"environment: {name}", f"is the same as {twin}")


def test_one_uuid_in_two_cases_is_one_connection(tmp_path: Path) -> None:
    """A second connection that is the first in capitals."""
    twin = TENANT["CONNECTION_ID"].upper()
    (mistake,) = mistakes_in(tmp_path, {**EVERYTHING, "SECOND_CONNECTION_ID": twin})
    assert mistake.what == "is the same as CONNECTION_ID"


def test_one_key_in_two_forms_is_one_key(tmp_path: Path) -> None:
    """A signature by "another tenant's key" that verifies, because the key is the same."""
    keys = {"SIGNING_KEY": VECTOR["xprv"], "OTHER_SIGNING_KEY": VECTOR["private_key_hex"].upper()}
    (mistake,) = mistakes_in(tmp_path, {**EVERYTHING, **keys})
    assert mistake.what == "is the same as SIGNING_KEY"


def test_an_asset_origin_alone_is_refused(tmp_path: Path) -> None:
    """A forgotten BASE_URL: the mock is asked and the target's verdict is the mock's."""
    (mistake,) = mistakes_in(tmp_path, {"ASSETS_BASE_URL": "http://localhost"})
    assert mistake.what.startswith("BASE_URL is not set")


# --- files


@pytest.mark.parametrize(
    "line", ["BASE_URL", "just words", "ACCESS_TOKEN='open", 'export SIGNING_KEY="open', "= value"]
)
def test_a_malformed_line_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    """A line of .env that is dropped without a word."""
    (mistake,) = mistakes_in(tmp_path, dotenv=f"# first\n\nFOREIGN=x\n\n{line}\n")
    assert (mistake.where, mistake.what) == (".env line 5", "this line cannot be read")


def test_unreadable_files_are_mistakes(tmp_path: Path) -> None:
    """A traceback where a file is no text."""
    (tmp_path / ".env").write_bytes(b"A=\xff")
    (tmp_path / "contracts.toml").mkdir()
    assert [mistake.where for mistake in mistakes_in(tmp_path)] == [".env", "contracts.toml"]


def test_a_broken_toml_file_names_the_line(tmp_path: Path) -> None:
    """A traceback where a quote is missing."""
    (mistake,) = mistakes_in(tmp_path, toml='[targets.t]\nbase_url = "http://t\n')
    assert mistake.where == "contracts.toml"
    assert "line 2" in mistake.what


@pytest.mark.parametrize(
    ("line", "where", "hint"),
    [
        ('base_ulr = "http://t"', "base_ulr", "the nearest is base_url"),
        ('acess_token = "x"', "acess_token", "the nearest is access_token_env"),
        ('BASE_URL = "http://t"', "BASE_URL", "the nearest is base_url"),
        ("currency = true", "currency", ""),
        ("response_time_limit = true", "response_time_limit", ""),
        ("in_flight = 2.0", "in_flight", ""),
    ],
)
def test_a_targets_mistakes_are_told_though_it_is_not_asked(
    tmp_path: Path, line: str, where: str, hint: str
) -> None:
    """A misspelt key that waits for the day on which its target is asked."""
    (mistake,) = mistakes_in(tmp_path, toml=f"[targets.t]\n{line}\n")
    assert (mistake.where, mistake.hint) == (f"contracts.toml [targets.t]: {where}", hint)


def test_a_secret_in_the_file_is_told_as_such(tmp_path: Path) -> None:
    """A token in a committed file, called a misspelt key, so that its owner only renames it."""
    (mistake,) = mistakes_in(tmp_path, toml='[targets.t]\naccess_token = "literal-secret"\n')
    assert mistake.what == "a secret is not written into this file"
    assert mistake.expected == 'access_token_env = "NAME_OF_A_VARIABLE"'


def test_a_targets_name_can_name_a_folder(tmp_path: Path) -> None:
    """A report that is written outside its folder."""
    (mistake,) = mistakes_in(tmp_path, toml='[targets."../t"]\nbase_url = "http://t"\n')
    assert mistake.where == "contracts.toml [targets.../t]"


def test_an_unknown_target_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt target that is quietly the embedded mock."""
    (mistake,) = mistakes_in(tmp_path, target="stagign", toml='[targets.staging]\nbase_url = "http://t"\n')
    assert (mistake.where, mistake.hint) == ("command line: --target", "the nearest is staging")


def test_a_target_without_an_origin_is_refused(tmp_path: Path) -> None:
    """A verdict about the embedded mock under the name of a target."""
    (mistake,) = mistakes_in(tmp_path, target="t", toml='[targets.t]\ncurrency = "x"\n')
    assert mistake.what == "base_url is missing"


def test_a_targets_secret_may_come_from_its_own_variable(tmp_path: Path) -> None:
    """A complaint about STAGING_TOKEN though ACCESS_TOKEN, which comes first, is set."""
    toml = '[targets.t]\nbase_url = "http://t"\naccess_token_env = "STAGING_TOKEN"\n'
    assert loaded(tmp_path, {"ACCESS_TOKEN": "abc"}, target="t", toml=toml).asset_token == "abc"


# --- remarks that stop nothing


def test_near_misses_are_remarked_and_foreign_variables_are_not(tmp_path: Path) -> None:
    """A misspelt token that is dropped without a word, or a remark about every variable of a machine."""
    environ = {
        "ACESS_TOKEN": "x",
        "DATABASE_URL": "x",
        "HOME": "/",
        "API_CURRENCY": "x",
        "STAGING_TOKEN": "x",
    }
    settings = loaded(tmp_path, environ, dotenv="signing_key=x\nBASE_URL=http://localhost\n")
    assert settings.notices == (
        "environment: ACESS_TOKEN is not used; did you mean ACCESS_TOKEN?",
        ".env line 1: signing_key is not used; did you mean SIGNING_KEY?",
    )


def test_variables_that_a_target_names_are_no_near_misses(tmp_path: Path) -> None:
    """A remark about a variable that is used."""
    toml = '[targets.t]\nbase_url = "http://t"\naccess_token_env = "ACCESS_TOKEN2"\n'
    assert loaded(tmp_path, {"ACCESS_TOKEN2": "abc"}, toml=toml).notices == ()


def test_variables_that_the_mock_does_not_use_are_remarked(tmp_path: Path) -> None:
    """A forgotten BASE_URL that nobody notices, since the mock holds every clause."""
    settings = loaded(tmp_path, {"ACCESS_TOKEN": "abc", "CURRENCY": "teth"})
    assert settings.notices == (
        "BASE_URL is not set: the embedded mock is asked, ACCESS_TOKEN, CURRENCY unused",
    )


# --- what a target can be asked


def test_missing_variables_make_a_clause_not_applicable(tmp_path: Path) -> None:
    """A clause that is asked without what it needs and fails, or that is left out though all is there."""
    settings = loaded(tmp_path, TENANT)
    assert settings.missing_for(Clause()) == ()
    assert (
        settings.missing_for(Clause("ACCESS_TOKEN", "SIGNING_KEY", "CURRENCY", "RESPONSE_TIME_LIMIT")) == ()
    )
    assert settings.missing_for(Clause("ACCESS_TOKEN", "SCRATCH_CURRENCY")) == ("SCRATCH_CURRENCY",)
    assert loaded(tmp_path).missing_for(Clause("ACCESS_TOKEN", "ENTERPRISE_ID")) == (
        "ACCESS_TOKEN",
        "ENTERPRISE_ID",
    )


def test_clauses_need_variables_that_exist(tmp_path: Path) -> None:
    """A clause that needs a misspelt variable and is never asked of anybody."""
    settings = loaded(tmp_path, EVERYTHING)
    assert not [name for clause in load().values() for name in clause.partly if name not in VARIABLES]
    assert not [clause.id for clause in load().values() if settings.missing_for(clause)]


# --- worker processes and the mock


@pytest.mark.parametrize("variables", [{}, TENANT, EVERYTHING], ids=["nothing", "a tenant", "everything"])
def test_a_worker_gets_the_same_settings(tmp_path: Path, variables: Mapping[str, str]) -> None:
    """A worker that asks another target than its run, or takes a token from the environment it inherits."""
    toml = '[targets.named]\nbase_url = "http://named"\n'
    settings = loaded(tmp_path, variables, target="named", toml=toml)
    inherited = {"READ_ONLY_TOKEN": "inherited", "SCRATCH_CURRENCY": "inherited", "PATH": "/bin"}
    told = settings.model_copy(update={"notices": ()})  # remarks are for whoever typed the command
    assert restore_settings({**inherited, **settings.environment()}) == told
    assert settings.target_name == "named"
    assert any("replaces base_url" in notice for notice in settings.notices) == ("BASE_URL" in variables)


def test_the_mock_is_asked_with_its_own_variables_only(tmp_path: Path) -> None:
    """A token for another target that the mock rightly refuses, and a clean mock that looks broken."""
    asked = loaded(
        tmp_path, {**without(EVERYTHING, "BASE_URL", "ASSETS_BASE_URL"), "RESPONSE_TIME_LIMIT": "0.00001"}
    )
    settings = mock_settings(asked, {**TENANT, "BASE_URL": "http://127.0.0.1:5000", "PORT": "5000"})
    assert (settings.target_name, settings.base_url) == ("mock", "http://127.0.0.1:5000")
    assert (settings.read_only_token, settings.other, settings.scratch_currency) == (None, None, None)
    assert settings.response_time_limit == 0.00001
    assert settings.notices == asked.notices


def test_settings_are_frozen(tmp_path: Path) -> None:
    """A question that changes the target for those after it."""
    with pytest.raises(ValidationError):
        loaded(tmp_path).currency = "other"


# --- profiles


def test_the_repositorys_file_is_sound() -> None:
    """Defaults in the code and in contracts.toml that drift apart."""
    root = Path(__file__).parents[2]
    assert {name: load_profile(name, root) for name in PROFILES} == dict(PROFILES)
    load_settings(cli={}, environ={}, directory=root, target=None)


def test_the_commented_target_is_sound(tmp_path: Path) -> None:
    """An example that does not work once its comment signs are gone."""
    text = (Path(__file__).parents[2] / "contracts.toml").read_text()
    example = re.search(r"# (\[targets\.staging\]\n(?:# \w+ = .*\n)+)", text)
    assert example
    toml = re.sub(r"^# ", "", example[1], flags=re.MULTILINE)
    environ = {"STAGING_TOKEN": "a", "STAGING_KEY": KEY, "STAGING_READ_ONLY_TOKEN": "b"}
    others = {"STAGING_OTHER_TOKEN": "c", "STAGING_OTHER_KEY": OTHER_KEY}
    for name in re.findall(r'"(.+\.pem)"', toml):
        Path(name).write_text("", encoding="utf-8")
    settings = loaded(tmp_path, {**environ, **others}, target="staging", toml=toml)
    assert set(settings.variables) == set(VARIABLES)


def test_profiles_ask_ever_harder() -> None:
    """A nightly run that asks less than the one on every push."""
    smoke, verify, nightly = (PROFILES[name] for name in ("smoke", "verify", "nightly"))
    for effort in ("examples", "schema_examples", "stateful_scenarios", "burst_repeats", "between"):
        assert getattr(smoke, effort) < getattr(verify, effort) < getattr(nightly, effort)
    assert (smoke.repeat, verify.repeat, nightly.repeat) == (False, False, True)


def test_a_file_changes_a_profile_in_part(tmp_path: Path) -> None:
    """One changed number that resets all the others."""
    (tmp_path / "contracts.toml").write_text("[profiles.verify]\nexamples = 7\nmax_time_s = 60\n")
    changed = load_profile("verify", tmp_path)
    assert changed == PROFILES["verify"].model_copy(update={"examples": 7, "max_time_s": 60.0})
    assert load_profile("smoke", tmp_path) == PROFILES["smoke"]


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("[profiles.verify]\nexampels = 1", "contracts.toml [profiles.verify]: exampels"),
        ("[profiles.verify]\nexamples = -1", "contracts.toml [profiles.verify]: examples"),
        ('[profiles.verify]\nexamples = "1"', "contracts.toml [profiles.verify]: examples"),
        ("[profiles.verify]\nexamples = true", "contracts.toml [profiles.verify]: examples"),
        ("[profiles.verify]\nburst_width = 1", "contracts.toml [profiles.verify]: burst_width"),
        ("[profiles.verify]\nmax_time_s = inf", "contracts.toml [profiles.verify]: max_time_s"),
        ("[profiles.verfiy]\nexamples = 1", "contracts.toml [profiles.verfiy]"),
        ("[profiles]\nverify = 1", "contracts.toml [profiles.verify]"),
    ],
)
def test_mistakes_in_profiles_are_told(tmp_path: Path, table: str, where: str) -> None:
    """A profile that asks nothing because of a slip, and passes."""
    (tmp_path / "contracts.toml").write_text(table + "\n")
    with pytest.raises(SettingsProblem) as caught:
        load_profile("verify", tmp_path)
    assert [mistake.where for mistake in caught.value.mistakes] == [where]
    assert caught.value.mistakes == mistakes_in(tmp_path)


def test_an_unknown_profile_names_the_nearest(tmp_path: Path) -> None:
    """A misspelt profile that runs as some other one."""
    with pytest.raises(SettingsProblem, match=r"no profile is called 'smok'.*the nearest is smoke"):
        load_profile("smok", tmp_path)


def test_a_repeated_run_has_an_end() -> None:
    """A nightly run that never ends."""
    with pytest.raises(ValueError, match="would never end"):
        Profile.model_validate({**PROFILES["nightly"].model_dump(), "max_time_s": None})

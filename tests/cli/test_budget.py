"""A target that others use as well: the caps hold to the unit, what is left out is said, and what was made is listed."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.commands import Contracts, Ran, run_program
from tests.fixtures.greedy_server import GreedyServer

CHECKOUT = Path(__file__).parents[2]
QUESTIONS = CHECKOUT / "tests" / "contract"
SMOKE = ("verify", "--profile", "smoke")


def made(ran: Ran) -> list[dict[str, Any]]:
    text = (ran.report / "created.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "how", [(), ("-n", "2"), ("--in-flight", "8")], ids=["in turn", "workers", "threads"]
)
def test_caps_hold_to_the_unit(contracts: Contracts, how: tuple[str, ...]) -> None:
    """Workers that each spend the whole budget, or a question's last requests that nobody counts any more."""
    caps = {"MAX_REQUESTS": "900", "MAX_RECORDS": "120"}
    with GreedyServer() as target:
        ran = contracts(*SMOKE, *how, **target.variables, **caps)
        arrived = len(target.moments)
    assert ran.code == 1, ran.text
    budget = ran.summary["budget"]
    assert budget["requests"] == 900
    assert 890 < arrived <= 900, "some are no HTTP, and this server counts what it can read"
    assert target.records <= budget["records"] == 120
    assert len(budget["left_out"]) == 2
    assert "the budget of 900 requests is used up" in ran.out


def test_sums_hold_to_the_unit(contracts: Contracts) -> None:
    """Quantities that are counted by another reading than the target's, or only where they are meant to be accepted."""
    with GreedyServer() as target:
        ran = contracts(*SMOKE, "--clauses", "ALC", "--in-flight", "8", **target.variables, MAX_SUM="40")
    assert target.sums["tbtc"] <= ran.summary["budget"]["sums"]["tbtc"] == 40
    assert target.sums["tltc"] > 40, "the scratch currency is there to be used up"
    assert "it may lock more than the budget's 40 base units of tbtc (--max-sum)" in ran.out


def test_what_was_made_is_listed(contracts: Contracts) -> None:
    """Test assets that stay behind under names that nobody knows."""
    with GreedyServer() as target:
        ran = contracts(*SMOKE, "--clauses", "AST-04,ALC-01", **target.variables)
        records, sums = target.records, target.sums
    lines = made(ran)
    assert len(lines) == records
    locked = [line for line in lines if line["kind"] == "allocation" and line["currency"] == "tbtc"]
    assert sum(int(line["quantity"]) for line in locked if str(line["quantity"]).isdecimal()) == sums["tbtc"]
    assert {line["kind"] for line in lines} == {"asset", "allocation"}
    assert all(line["certain"] and line["id"] for line in lines)
    names = [str(line.get("symbol") or line.get("clientExternalId")) for line in lines]
    assert all("CT" in name or re.search("[1-9][0-9]{28}", name) for name in names)


def test_no_more_at_once_and_in_a_second(contracts: Contracts) -> None:
    """A burst, threads, or both, beyond what a shared service bears; a rate that is kept on average only."""
    with GreedyServer(takes_s=0.3) as target:
        caps = {"MAX_RATE": "40/s", "MAX_CONCURRENT": "6", "MAX_REQUESTS": "120", "IN_FLIGHT": "12"}
        ran = contracts(*SMOKE, "--clauses", "AST,HTP-07", **target.variables, **caps)
        moments = target.moments
    assert target.most_at_once == 6
    assert max(sum(at <= each < at + 1 for each in moments) for at in moments) <= 40
    assert "it takes 8 requests at the same time (--max-concurrent)" in ran.summary["budget"]["left_out"]


def test_more_workers_than_may_ask_at_once(contracts: Contracts) -> None:
    """Workers with at least one request each, and so more of them than the cap."""
    with GreedyServer(takes_s=0.05) as target:
        caps = {"MAX_CONCURRENT": "1", "MAX_REQUESTS": "60"}
        contracts(*SMOKE, "--clauses", "AST", "-n", "3", **target.variables, **caps)
    assert target.most_at_once == 1
    assert len(target.moments) > 50


def test_more_workers_than_requests_a_second(contracts: Contracts) -> None:
    """Three workers that each keep to a third of a request a second, and send in the same one."""
    with GreedyServer() as target:
        caps = {"MAX_RATE": "1/s", "MAX_REQUESTS": "12"}
        contracts(*SMOKE, "--clauses", "AST", "-n", "3", **target.variables, **caps)
    moments = target.moments
    assert len(moments) > 8
    assert max(sum(at <= each < at + 1 for each in moments) for at in moments) == 1


@pytest.mark.parametrize("workers", ["0", "2"])
def test_plain_pytest_keeps_within_caps(tmp_path: Path, workers: str) -> None:
    """The same questions by another command, which counts nothing; or counts in each worker by itself."""
    asked = (str(QUESTIONS), "-c", str(CHECKOUT / "pyproject.toml"), "--rootdir", str(CHECKOUT))
    with GreedyServer() as target:
        caps = {"MAX_REQUESTS": "150", "MAX_RATE": "30/s"}
        variables = {**target.variables, **caps, "PYTHONPATH": str(CHECKOUT)}
        command = (sys.executable, "-m", "pytest", *asked, "-q", "-p", "no:cacheprovider", "-n", workers)
        ran = run_program(tmp_path, *command, "--clauses", "SIG-01,ALC-01", variables=variables)
    assert ran.code == 1, ran.text
    moments = target.moments
    assert 140 < len(moments) <= 150
    assert max(sum(at <= each < at + 1 for each in moments) for at in moments) <= 30
    assert "the budget of 150 requests is used up" in ran.out


def test_a_dry_run_sends_nothing_and_says_what_it_would(contracts: Contracts) -> None:
    """A plan whose figures are not those of the run, or that asks the target to make it."""
    clauses = ("--clauses", "AST-05,ALC-01")
    with GreedyServer() as target:
        caps = {"MAX_RATE": "100/s", "MAX_SUM": "30"}
        ran = contracts(*SMOKE, *clauses, "--dry-run", **target.variables, **caps)
        assert target.moments == []
    assert ran.code == 0, ran.text
    assert "in all" in ran.out
    assert "left out: " in ran.out
    assert "base units of tbtc (--max-sum)" in ran.out
    assert "nothing was sent elsewhere; at 100/s it takes" in ran.out
    assert "caps: rate 100.0, sum 30" in ran.out
    assert not (ran.folder / "reports").exists()


def test_a_dry_run_costs_what_the_run_costs(contracts: Contracts) -> None:
    """A rehearsal that forgets questions, or their controls."""
    chosen = (*SMOKE, "--clauses", "AST-05,ALC-01", "--seed", "7")
    said = contracts(*chosen, "--dry-run").out
    total = next(line for line in said.splitlines() if line.startswith("in all")).split()
    ran = contracts(*chosen)
    assert int(total[3].replace(",", "")) == ran.summary["requests"]
    assert int(total[4].replace(",", "")) == len(made(ran))


# --- production


PRODUCTION = {"BASE_URL": "https://app.bitgo.com"}


def test_production_is_refused(contracts: Contracts) -> None:
    """Real funds locked by a variable that somebody forgot to change; no host is even looked up for this."""
    for command in ((*SMOKE,), ("replay", "00000000"), (*SMOKE, "--dry-run")):
        ran = contracts(*command, **PRODUCTION)
        assert ran.code == 2
        assert "app.bitgo.com: looks like production" in ran.err
        assert "--allow-production" in ran.err
        assert not (ran.folder / "reports").exists()


@pytest.fixture
def hosts(tmp_path: Path) -> None:
    """A list of one's own; a mere pattern, so that the servers of these tests fall under it."""
    (tmp_path / "contracts.toml").write_text('production_hosts = ["local*"]\n', encoding="utf-8")


@pytest.mark.usefixtures("hosts")
def test_production_by_one_s_own_list(contracts: Contracts) -> None:
    """A list that holds the vendor's host alone, or only names in full."""
    with GreedyServer() as target:
        variables = target.variables
        port = variables["BASE_URL"].rpartition(":")[2]
        ran = contracts(*SMOKE, **variables | {"ASSETS_BASE_URL": f"http://localhost:{port}"})
        assert ran.code == 2
        assert "localhost: looks like production" in ran.err
        assert target.moments == []


@pytest.mark.usefixtures("hosts")
def test_production_is_asked_for_what_changes_nothing(contracts: Contracts) -> None:
    """A look at production that leaves records there, or a permission that nobody has given by name."""
    clauses = ("--clauses", "SIG-01,SIG-02,AST-05,ALC-01")
    with GreedyServer() as target:
        variables = target.variables | {
            "BASE_URL": target.variables["BASE_URL"].replace("127.0.0.1", "localhost")
        }
        unconfirmed = contracts(*SMOKE, *clauses, "--allow-production", **variables)
        assert unconfirmed.code == 2
        assert "nobody has confirmed it by its name" in unconfirmed.err
        assert target.moments == []
        allowed = ("--allow-production", "--confirm", "localhost")
        ran = contracts(*SMOKE, *clauses, *allowed, **variables)
        assert "PRODUCTION: localhost" in ran.err
        assert target.moments
        assert target.records == 0
        assert ran.summary["clauses"]["SIG-01"]["exercised"]
        assert ran.verdicts["AST-05"] == "not_exercised"
        assert "it may leave a record" in ran.summary["clauses"]["AST-05"]["reason"]
        contracts(*SMOKE, *clauses, *allowed, "--with-changes", **variables)
        assert target.records > 0

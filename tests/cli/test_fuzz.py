"""A campaign as its users run it: by whole commands, which are killed in the middle, and go on."""

import json
import os
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.mock.embedded import Embedded
from tests.fixtures.commands import COMMAND, Contracts, Ran, clean, until
from tests.fixtures.greedy_server import GreedyServer

# What is found by the first question already, by every worker, and by all that come after.
FAULT = "asset-modified-before-created"
FUZZ = ("fuzz", "--clauses", "AST-04", "--seed", "7")


@pytest.fixture(scope="module")
def target() -> Iterator[Embedded]:
    with Embedded([FAULT]) as mock:
        yield mock


def lines(folder: Path) -> list[dict[str, Any]]:
    """The shards of the only campaign in a folder that are done; a last line may be under way."""
    files = list(folder.glob("reports/*-fuzz-*/outcomes.jsonl"))
    texts = files[0].read_bytes().split(b"\n")[:-1] if files else []
    return [json.loads(text) for text in texts]


def adds_up(ran: Ran, folder: Path) -> None:
    """The report says what the lines say, and no shard has two of them."""
    kept = lines(folder)
    assert max(Counter(line["shard"] for line in kept).values()) == 1
    outcomes = [outcome for line in kept for outcome in line["outcomes"]]
    for what in ("cases", "requests"):
        assert ran.summary[what] == sum(outcome[what] for outcome in outcomes)
    chances = Counter[str]()
    for outcome in outcomes:
        chances.update(outcome["chances"])
    assert {clause: row["exercised"] for clause, row in ran.summary["clauses"].items()}["AST-04"] == chances[
        "AST-04"
    ]
    (found,) = ran.summary["findings"]
    met = [told for outcome in outcomes for told in outcome["violations"] if told["id"] == found["id"]]
    assert found["count"] == sum(told["count"] for told in met)


@contextmanager
def campaign(
    folder: Path, *options: str, variables: Mapping[str, str], shards: int = 2
) -> Iterator[subprocess.Popen[str]]:
    """A campaign under way, with so many shards behind it."""
    with subprocess.Popen(
        [str(COMMAND), *FUZZ, "--max-time", "60s", *options],
        cwd=folder,
        env=clean(folder, variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as client:
        try:
            until(lambda: len(lines(folder)) >= shards or client.poll() is not None)
            yield client
        finally:
            if client.poll() is None:
                os.killpg(client.pid, signal.SIGKILL)


def workers(client: int) -> list[int]:
    """The processes that ask: children of the client's fork server."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            command = status.with_name("cmdline").read_bytes()
            group = os.getpgid(int(status.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
        if group == client and b"multiprocessing.forkserver" in command:
            found.append(int(status.parent.name))
    server = min(found, default=0)
    return [pid for pid in found if pid != server]


def resume(contracts: Contracts, folder: Path, *options: str, variables: Mapping[str, str]) -> Ran:
    (kept,) = folder.glob("reports/*-fuzz-*")
    return contracts("fuzz", "--resume", str(kept), *options, **variables)


def test_two_workers_leave_one_report(contracts: Contracts, target: Embedded, tmp_path: Path) -> None:
    """A campaign whose report is that of one worker, or adds up to something else than what was asked."""
    ran = contracts(*FUZZ, "--max-time", "8s", "--workers", "2", **target.variables)
    assert ran.code == 1, ran.text
    assert ran.verdicts["AST-04"] == "violated"
    adds_up(ran, tmp_path)
    names = {path.name for path in ran.report.iterdir()}
    promised = {"summary.json", "findings", "report.html", "junit.xml", "allure-results", "traffic.har"}
    assert promised <= names
    assert (ran.report / "created.jsonl").stat().st_size
    assert "to go on with it: contracts fuzz --resume reports/" in ran.out
    assert ran.summary["campaign"] == {"shards": len(lines(tmp_path)), "asked_again": 0}
    assert f"campaign of {len(lines(tmp_path))} shards, seed 7" in ran.out
    assert "contracts verify --profile" not in (ran.report / "report.html").read_text()
    hidden = [target.variables[name] for name in ("ACCESS_TOKEN", "SIGNING_KEY", "OTHER_ACCESS_TOKEN")]
    kept = [path.read_text() for path in (tmp_path / "reports").rglob("*") if path.is_file()]
    assert not [secret for secret in hidden for text in kept if secret in text]


def test_a_killed_client_goes_on_where_it_was(contracts: Contracts, target: Embedded, tmp_path: Path) -> None:
    """Counters that begin anew, shards that count twice, and workers that ask on when nobody listens."""
    with campaign(tmp_path, "--workers", "2", variables=target.variables) as client:
        asking = workers(client.pid)
        client.kill()
        client.wait()
        before = len(lines(tmp_path))
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in asking))
    assert asking
    ran = resume(contracts, tmp_path, "--max-time", "4s", variables=target.variables)
    assert ran.code == 1, ran.text
    assert len(lines(tmp_path)) > before
    adds_up(ran, tmp_path)


def test_a_killed_worker_costs_nothing(target: Embedded, tmp_path: Path) -> None:
    """A shard that is lost with its worker, a campaign that ends with one, or waits for it for ever."""
    with campaign(tmp_path, "--workers", "2", "--max-time", "12s", variables=target.variables) as client:
        os.kill(workers(client.pid)[0], signal.SIGKILL)
        text, _ = client.communicate(timeout=60)
    assert client.returncode == 1, text
    adds_up(Ran(1, text, "", tmp_path, 0.0), tmp_path)


def test_an_interrupted_campaign_leaves_its_report(
    contracts: Contracts, target: Embedded, tmp_path: Path
) -> None:
    """Ctrl-C that waits for all shards, or leaves half a report that nobody can go on with."""
    with campaign(tmp_path, variables=target.variables) as client:
        (folder,) = tmp_path.glob("reports/*-fuzz-*")
        second = contracts("fuzz", "--resume", str(folder), **target.variables)
        assert second.code == 2
        assert "is under way still" in second.err
        client.send_signal(signal.SIGINT)
        text, _ = client.communicate(timeout=30)
    assert client.returncode == 130, text
    assert "Traceback" not in text
    adds_up(Ran(130, text, "", tmp_path, 0.0), tmp_path)
    ran = resume(contracts, tmp_path, "--max-time", "3s", variables=target.variables)
    assert ran.code == 1, ran.text
    assert ran.summary["memory"] is None, "its own first sitting is no earlier run"
    adds_up(ran, tmp_path)


def test_what_failed_is_tried_first_the_next_time(contracts: Contracts, tmp_path: Path) -> None:
    """A night that finds by chance what the night before has found, or that does not; and what is mended, tried for ever."""
    campaign = ("fuzz", "--clauses", "AST-05", "--max-time")
    with Embedded(["asset-conflict-answers-422"]) as mock:
        first = contracts(*campaign, "8s", **mock.variables)
        assert first.code == 1, first.text
    kept = list((tmp_path / "reports" / "examples").glob("*.json"))
    assert any(json.loads(file.read_text())["primary"] for file in kept)
    again = contracts(*campaign, "16s")  # time to come to each question once more
    assert again.code == 0, again.text
    assert not any(json.loads(file.read_text())["primary"] for file in kept)


def test_requests_and_rate_hold_for_all_workers_together(contracts: Contracts) -> None:
    """Workers that each have the whole budget or the whole rate, and leases that add up to more."""
    caps = {"MAX_REQUESTS": "300", "MAX_RATE": "40/s"}
    with GreedyServer() as greedy:
        ran = contracts("fuzz", "--clauses", "AST-01", "--workers", "3", **greedy.variables, **caps)
        moments = list(greedy.moments)
    assert ran.code == 1, ran.text
    assert 280 < len(moments) <= ran.summary["budget"]["requests"] <= 300
    assert max(sum(at <= each < at + 1 for each in moments) for at in moments) <= 40


def test_a_killed_client_costs_nothing_of_the_budget(contracts: Contracts, tmp_path: Path) -> None:
    """All that was lent, lost with a kill; a request beyond the cap; `BASE_URL ...: not sent`, where it is used up."""
    with GreedyServer() as greedy:
        variables = {**greedy.variables, "MAX_REQUESTS": "1000"}
        with campaign(tmp_path, "--workers", "2", variables=variables, shards=0) as client:
            until(lambda: len(greedy.moments) > 60)
            client.kill()
            client.wait()
        first = resume(contracts, tmp_path, variables=variables)
        sent = len(greedy.moments)
        second = resume(contracts, tmp_path, variables=variables)
        assert len(greedy.moments) == sent
    assert 980 < sent <= first.summary["budget"]["requests"] == 1000
    assert "its budget is used up, and nothing more is asked" in second.out
    assert second.out.count("ended:   its budget is used up (requests: 1,000 of 1,000)") == 1
    assert second.code == first.code


def test_records_and_sums_hold_for_all_workers_together(contracts: Contracts) -> None:
    """Three workers that each make, or lock, what all of them may."""
    caps = {"MAX_RECORDS": "60", "MAX_SUM": "40"}
    with GreedyServer() as greedy:
        ran = contracts("fuzz", "--clauses", "ALC-01", "--workers", "3", **greedy.variables, **caps)
        locked, records = greedy.sums["tbtc"], greedy.records
    budget = ran.summary["budget"]
    assert 0 < locked <= budget["sums"]["tbtc"] <= 40
    assert records <= budget["records"] == 60
    assert "ended:   its budget is used up (records: 60 of 60" in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--resume", "nowhere"), "there is no campaign.json in this folder"),
        (("--resume", "nowhere", "--clauses", "AST"), "leave --target, --clauses and --seed out"),
        (("--workers", "2", "--scheduler", "tcp://127.0.0.1:1"), "give one of them"),
        (("--serve", "high"), "is no [HOST:]PORT"),
        (("--max-time", "0"), "is no time span"),
        (("--clauses", "AST-99"), "AST-99"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_a_mistake_is_told(contracts: Contracts, options: tuple[str, ...], said: str) -> None:
    """A traceback, or a campaign that is not the one that was meant."""
    ran = contracts("fuzz", *options)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.text


def test_a_campaign_goes_on_within_its_caps_or_not_at_all(
    contracts: Contracts, target: Embedded, tmp_path: Path
) -> None:
    """A budget that was said on the first evening, and nobody's on the second."""
    contracts(*FUZZ, "--max-time", "3s", "--max-requests", "900", **target.variables)
    ran = resume(contracts, tmp_path, variables=target.variables)
    assert ran.code == 2
    assert "was begun within caps, and nothing is capped" in ran.err


def test_a_page_that_cannot_be_served_costs_no_folder(contracts: Contracts) -> None:
    """A campaign that was begun, looked at its target and ended for a mistake on its command line."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = contracts("fuzz", "--serve", str(other.getsockname()[1]))
    assert (ran.code, ran.out) == (2, "")
    assert "--serve: 127.0.0.1 port" in ran.err
    assert not (ran.folder / "reports").exists()


def test_a_campaign_goes_on_with_its_own_target(
    contracts: Contracts, target: Embedded, tmp_path: Path
) -> None:
    """Half a night against staging and half against a laptop, told as one."""
    contracts(*FUZZ, "--max-time", "3s")
    ran = resume(contracts, tmp_path, variables=target.variables)
    assert ran.code == 2
    assert "expected the embedded mock" in ran.err

"""Faults and variants: registered properly, and each of them does something.

Whether the suite catches a fault is proved elsewhere; here a fault only has to change an answer to one of some hundred requests.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from contracts import signing
from contracts.clauses.catalogue import load
from contracts.mock.app import Mock
from contracts.mock.switches import Switch, UnknownSwitch, all_faults, all_variants, fault, select
from tests.unit.mock.transcripts.asking import transcript


@pytest.fixture(scope="module", autouse=True)
def signed_once() -> Iterator[None]:
    """Every mock is sent the same texts: signing and recovering each only once saves a third of the time."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("sign", "recover"):
            patched.setattr(signing, name, cache(getattr(signing, name)))
        yield


@pytest.fixture(scope="module")
def honest(signed_once: None) -> list[str]:
    return transcript(Mock())


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits of several milliseconds and more that a switch asked for, cut to one."""
    asked: list[float] = []
    sleep = asyncio.sleep

    async def short(seconds: float, result: Any = None) -> Any:
        if seconds > 0.0035:
            asked.append(seconds)
        return await sleep(min(seconds, 0.001), result)

    monkeypatch.setattr(asyncio, "sleep", short)
    return asked


CLAUSES = {clause.id: clause.level for clause in load().values()}


def test_there_is_a_fault_for_every_must_clause_and_more_than_one() -> None:
    """A promise that no fault breaks, so that nothing proves the question about it."""
    proved = Counter(switch.breaks for switch in all_faults().values())
    assert [id for id, level in CLAUSES.items() if level == "must" and proved[id] < 2] == []
    assert len(all_faults()) >= 120
    assert len(all_variants()) >= 50


def test_faults_name_clauses_that_exist() -> None:
    """A misspelt clause, which would never turn red."""
    named = {id for switch in all_faults().values() for id in (switch.breaks, *switch.falls_with)}
    assert named - CLAUSES.keys() == set()


@pytest.mark.parametrize("switches", [all_faults(), all_variants()], ids=["faults", "variants"])
def test_ids_and_sentences_are_fit_for_a_list(switches: Mapping[str, Switch]) -> None:
    """An id that a shell would break, or a sentence that is none or is another's."""
    assert [id for id in switches if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", id)] == []
    sentences = [switch.sentence for switch in switches.values()]
    assert [sentence for sentence in sentences if not sentence.endswith(".") or len(sentence) > 140] == []
    assert [sentence for sentence, times in Counter(sentences).items() if times > 1] == []


def test_an_id_is_taken_once() -> None:
    """A second fault that hides the first."""
    with pytest.raises(ValueError, match="asset-conflict-never"):
        fault("asset-conflict-never", breaks="AST-05")(lambda mock: None)


def test_an_unknown_id_is_refused_with_the_nearest() -> None:
    """A misspelt fault that is silently not there."""
    with pytest.raises(
        UnknownSwitch, match="unknown fault 'asset-race-2ms'; the nearest is 'asset-race-5ms'"
    ):
        select(["asset-race-2ms"])


def test_the_honest_server_answers_alike_every_time(honest: list[str]) -> None:
    """Chance in the answers beyond ids and times, which would make every switch look effective."""
    assert transcript(Mock()) == honest
    assert not any(line.split()[1].startswith("5") for line in honest)


@pytest.mark.parametrize("id", [*all_faults(), *all_variants()])
def test_every_switch_changes_an_answer_and_breaks_nothing_of_ours(
    id: str, honest: list[str], waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault that does nothing, or that does it by crashing."""
    switch = (all_faults() | all_variants())[id]
    changed = transcript(Mock([switch]))
    assert changed != honest or waits
    assert capsys.readouterr().err == ""

"""Several questions under way at once: threads ask them, and pytest comes to each as soon as it has been asked.

What a slow target leaves idle goes to other questions. pytest stays in one thread, and so does each question: the thread that
takes it makes its fixtures, sends its requests and writes down what it finds. Questions of one `xdist_group` are asked one
after the other, as by one worker process; those marked `alone`, when all others have been.
"""

import ast
import inspect
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.interruption import put_off
from contracts.plugin.options import in_flight
from contracts.plugin.outcomes import asking
from contracts.plugin.said import kept_by_thread, kept_for
from contracts.plugin.stash import ASKED, CLAUSES, Asked
from contracts.plugin.target import Target, opened

# For the answers that are under way when a run ends. Whoever waits longer is left behind: the process ends.
LAST_ANSWERS_S = 2.0

Strand = Sequence[pytest.Function]
"""Questions that one thread asks, one after the other."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Ask by threads where several questions may be in flight; otherwise pytest (or xdist) goes through them."""
    option, most = session.config.option, in_flight(session.config)
    if most == 1 or option.collectonly or (session.testsfailed and not option.continue_on_collection_errors):
        return None
    strands, alone = _divided(session.items)
    with opened(session.config) as target:
        with _parsing_in_turn(), kept_by_thread(session.config):
            _ask_by_threads(session, Threads(target, strands, most))
        for other in alone:
            _come_to(other)
            _go_on(session)
    return True


def _ask_by_threads(session: pytest.Session, threads: "Threads") -> None:
    try:
        while threads.have_asked():
            _come_to_one_of(threads)
            _go_on(session)
    except BaseException:
        threads.dismiss()
        while threads.left_any():
            _come_to_one_of(threads)
        raise


def _come_to_one_of(threads: "Threads") -> None:
    """Have pytest report what has been asked, whole: to one that is left half way, pytest can add no other."""
    with put_off():
        _come_to(threads.take())


def _divided(items: Sequence[pytest.Item]) -> tuple[list[Strand], list[pytest.Item]]:
    """What threads ask, in the order in which they take it, and what pytest asks by itself when they are done."""
    strands: dict[object, list[pytest.Function]] = {}
    alone: list[pytest.Item] = []
    for item in items:
        if isinstance(item, pytest.Function) and CLAUSES in item.stash and not _is_for_itself(item):
            group = item.get_closest_marker("xdist_group")
            # Hypothesis keeps seed and settings on the function, which a question's forms share.
            one_by_one = item.obj if hasattr(item.obj, "hypothesis") else item
            strands.setdefault(group.args[0] if group else one_by_one, []).append(item)
        else:
            alone.append(item)
    return list(strands.values()), alone


def _is_for_itself(item: pytest.Function) -> bool:
    """Whether a question is marked so, or has a fixture that pytest is to tear down."""
    fixtures = _fixtures(item).items()
    torn_down = {name for name, fixture in fixtures if inspect.isgeneratorfunction(fixture.func)}
    return item.get_closest_marker("alone") is not None or bool(torn_down - {"contract_target"})


def _come_to(item: pytest.Item) -> None:
    """Have pytest report an item, whose fixtures the thread that asked it has made, or else run it."""
    if isinstance(item, pytest.Function) and ASKED in item.stash:
        item.funcargs.update(dict.fromkeys(item.fixturenames))
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def _go_on(session: pytest.Session) -> None:
    """Raise what pytest's own loop raises where a report has ended the run."""
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Give the result of a question that was asked by a thread."""
    if ASKED not in pyfuncitem.stash:
        return None
    problem = pyfuncitem.stash[ASKED].problem
    if problem is not None:
        raise problem
    return True


class Threads:
    """So many threads that ask; each takes the next strand when it is done with one."""

    def __init__(self, target: Target, strands: Sequence[Strand], most: int) -> None:
        self._target = target
        self._left = sum(map(len, strands))
        self._strands = iter(strands)  # shared: it gives each strand to one of the threads
        self._asked: deque[pytest.Function] = deque()
        # What is waited for is no question: an interruption between a queue and who takes from it would lose that.
        self._news: SimpleQueue[BaseException | None] = SimpleQueue()
        # Daemons: an answer that never comes must not keep an interrupted process.
        self._threads = [
            threading.Thread(target=self._ask, daemon=True) for _ in range(min(most, len(strands)))
        ]
        for thread in self._threads:
            thread.start()

    def have_asked(self) -> bool:
        """Wait until one more question has been asked; false when all have been.

        Raises what a thread has died of: its questions would never come.
        """
        if not self._left:
            return False
        death = self._news.get()
        if death is not None:
            raise death
        self._left -= 1
        return True

    def left_any(self) -> bool:
        """Whether something has been asked that nobody has taken."""
        return bool(self._asked)

    def take(self) -> pytest.Function:
        """The question that was asked first of those that nobody has taken."""
        return self._asked.popleft()

    def dismiss(self) -> None:
        """End all threads, each with what it has found so far."""
        self._target.pace.over = True
        until = time.monotonic() + LAST_ANSWERS_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _ask(self) -> None:
        try:
            with _without_a_word():
                self._ask_strands()
        except BaseException as problem:  # noqa: BLE001  # whoever waits for the thread's questions raises it
            self._news.put(problem)
        self._target.close()

    def _ask_strands(self) -> None:
        for strand in self._strands:
            for item in strand:
                if not self._target.pace.over:
                    item.stash[ASKED] = _asked(item, self._target)
                    self._asked.append(item)
                    self._news.put(None)


def _asked(item: pytest.Function, target: Target) -> Asked:
    """Ask a question, here and now."""
    began, problem = time.time(), None
    try:
        with kept_for(item), asking(item, target):
            item.obj(**_arguments(item, target))
    except BaseException as raised:  # noqa: BLE001  # pytest raises it again when it comes to the question
        problem = raised
    return Asked(problem, began, time.time())


def _arguments(item: pytest.Function, target: Target) -> dict[str, Any]:
    """The arguments of a question: its parameters, and what its fixtures return (pytest keeps one value of each at a time)."""
    known: dict[str, Any] = {
        **(item.callspec.params if hasattr(item, "callspec") else {}),
        "contract_target": target,
        "request": SimpleNamespace(node=item, config=item.config),
    }

    def value(name: str) -> Any:
        if name not in known:
            fixture = _fixtures(item)[name]
            known[name] = fixture.func(**{needed: value(needed) for needed in fixture.argnames})
        return known[name]

    return {name: value(name) for name in _names(item)}


def _names(item: pytest.Function) -> Sequence[str]:
    """The arguments that pytest gives to a question; what Hypothesis draws is not among them."""
    return item._fixtureinfo.argnames  # noqa: SLF001  # pytest has no public door to it


def _fixtures(item: pytest.Function) -> dict[str, Any]:
    """The fixtures of a question by name; of several with one name the nearest."""
    known = item._fixtureinfo.name2fixturedefs  # noqa: SLF001  # as above
    return {name: definitions[-1] for name, definitions in known.items() if definitions}


@contextmanager
def _parsing_in_turn() -> Iterator[None]:
    """Let one thread at a time make a syntax tree, as Hypothesis does of lambdas to name them.

    CPython counts the depth of all threads' trees in one place (gh-106905): of 900 questions in 16 threads 3 met its
    "SystemError: AST constructor recursion depth mismatch".
    """
    parse, turn = ast.parse, threading.Lock()

    def in_turn(*args: Any, **options: Any) -> Any:
        with turn:
            return parse(*args, **options)

    ast.parse = in_turn
    try:
        yield
    finally:
        ast.parse = parse


def _without_a_word() -> AbstractContextManager[None]:
    """Hypothesis would print what it finds, and pytest takes in only what its own thread prints."""
    if "hypothesis.core" not in sys.modules:
        return nullcontext()
    from hypothesis.reporting import with_reporter

    return with_reporter(lambda _: None)

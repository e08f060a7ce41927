"""What of a finding goes into the corpus: its requests under numbered names, where their answers alone show the bug."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contracts.asking.fresh import names_in
from contracts.clauses.catalogue import load
from contracts.recipes.known import TOKEN, KnownBug, KnownStep
from contracts.recipes.known_text import read, write
from contracts.recipes.recipe import Recipe, Step
from contracts.settings import Mistake
from contracts.transport.readings import readings
from contracts.transport.redaction import MASK

# Nobody reads more than this in a review.
LONGEST_BODY = 2000
_NAME = re.compile(r"\$\{RUN(\|lower)?\}((?(1)[0-9a-z]|[0-9A-Z]){7})")
_CURRENCY = re.compile(r'(\\?"currency\\?"\s*:\s*\\?")([^"\\]*)(\\?")')
_STATUS = ": wrong status"


class NoRecipe(ValueError):
    """Why a finding cannot be asked again by a recipe."""


def known_bug(finding: Mapping[str, Any], recipe: Recipe, *, currency: str, name: str = "") -> KnownBug:
    """The known bug that a finding is: `currency` is the run's, `name` a few words for it. Raises NoRecipe."""
    judge = finding["recipe"]["judge"]
    if judge["by"] == "question":
        raise NoRecipe("no answer alone shows it, only its question: `contracts replay` asks that again")
    if finding["clause"] not in load():
        raise NoRecipe(f"this version has no clause {finding['clause']}")
    statuses = _statuses(finding)
    if not recipe.steps or len(statuses) != len(recipe.steps) or None in statuses[:-1]:
        raise NoRecipe("not all of its requests were answered")
    answers = [*((status,) for status in statuses[:-1]), tuple(judge.get("allowed", ()))]
    numbers: dict[str, str] = {}
    steps = tuple(
        KnownStep(_general(step, numbers, currency), answer)
        for step, answer in zip(recipe.steps, answers, strict=True)
    )
    because = str(finding["kind"]).removesuffix(_STATUS)
    return _read_back(
        KnownBug(
            name=f"{finding['clause']}-{_words(name or because)}",
            what=_told(finding, because, statuses[-1]),
            clause=finding["clause"],
            because=because,
            found=f"{finding['id']} by {recipe.question} ({recipe.profile}, seed {recipe.seed})",
            steps=steps,
        )
    )


def _statuses(finding: Mapping[str, Any]) -> list[int | None]:
    """What each request of the finding was answered; None where it was not."""
    try:
        return [exchange.get("response", {}).get("status") for exchange in finding["exchanges"]]
    except (KeyError, TypeError, AttributeError):
        raise NoRecipe("its exchanges cannot be read: the file was changed after its run") from None


def _general(step: Step, numbers: dict[str, str], currency: str) -> Step:
    """The step with nothing of its run: fresh names are numbered as they come, the currency is a name. Raises NoRecipe."""
    _look_at(step)

    def numbered(found: re.Match[str]) -> str:
        number = numbers.setdefault(found[2].upper(), f"{len(numbers) + 1:07}")
        return f"${{RUN{found[1] or ''}}}{number}"

    body = _NAME.sub(numbered, step.body) if step.body is not None else None
    if body is not None and step.api == "go-network":
        body = _in_any_currency(body, currency)
    headers = tuple((name, _NAME.sub(numbered, value)) for name, value in step.headers)
    # Where nobody had a token; another target may ask for one.
    if step.operation == "createAsset" and not any(name.lower() == "authorization" for name, _ in headers):
        headers = (*headers, TOKEN)
    return replace(step, target=_NAME.sub(numbered, step.target), headers=headers, body=body)


def _in_any_currency(body: str, currency: str) -> str:
    """The body with a name for the run's currency. Raises NoRecipe where it says another one."""

    def named(found: re.Match[str]) -> str:
        before, said, behind = found.groups()
        if said not in {currency, ""}:
            raise NoRecipe("it says another currency, and to another target that may be the right one")
        return f"{before}{'${CURRENCY}' if said else ''}{behind}"

    return _CURRENCY.sub(named, body)


def _look_at(step: Step) -> None:
    """Raise NoRecipe where this request cannot be one of a recipe."""
    text = "\n".join([step.target, step.body or "", *(value for _, value in step.headers)])
    said = [name for reading in readings(text) for name in names_in(reading.text.upper())]
    for is_so, why in (
        (step.operation is None or step.below, "it asks for no operation of the application"),
        (step.burst is not None, "its requests are sent at the same moment"),
        (step.encoding != "utf-8", "its body is no UTF-8"),
        (len(step.body or "") > LONGEST_BODY, f"its body has more than {LONGEST_BODY} characters"),
        (MASK in text, "something in its requests is secret"),
        # Long numbers look like names of digits, and are boundary values as a rule.
        (
            any(name.startswith("CT") for name in said),
            "it says names of its run in a form that cannot be made fresh",
        ),
    ):
        if is_so:
            raise NoRecipe(why)


def _words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-")


def _told(finding: Mapping[str, Any], because: str, status: int | None) -> str:
    """A sentence for people, who will find a better one."""
    answered = f"{because}, and it was answered {status}" if finding["kind"] != because else because
    return f"{load()[finding['clause']].title}: {answered}"


def _read_back(known: KnownBug) -> KnownBug:
    """The known bug as its file gives it. Raises NoRecipe where that is no fair question, or another one."""
    mistakes: list[Mistake] = []
    back = read(write(known), known.name, known.name, mistakes)
    if mistakes or back is None:
        raise NoRecipe(mistakes[0].what)
    if _without_order(back) != _without_order(known):
        raise NoRecipe("its headers cannot be told as changes of the usual ones")
    return back


def _without_order(known: KnownBug) -> list[KnownStep]:
    """The steps with their headers in one order: it means nothing (RFC 9110, 5.3), and a file does not keep it."""
    return [
        replace(asked, step=replace(asked.step, headers=tuple(sorted(asked.step.headers))))
        for asked in known.steps
    ]

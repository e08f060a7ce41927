"""A known bug as the YAML that people read, write and review, and back; a mistake in a file is told with its line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from contracts import wire
from contracts.asking.asker import REFUSALS
from contracts.clauses.catalogue import UnknownClause, load
from contracts.exchange import Headers
from contracts.recipes.known import FRESH, USUALLY, KnownBug, KnownStep
from contracts.recipes.names import KEYS, NAME, SIGNATURE, Names
from contracts.recipes.recipe import Signing, Step, forgeries
from contracts.settings import Mistake
from contracts.settings.variables import VARIABLES
from contracts.strategies.tampered import STRANGER

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_REFUSAL = "4xx"
_MAKING = frozenset({"createAsset", "createAllocation"})
# What may be meant as a name.
_LIKE_A_NAME = re.compile(r"\$\{[A-Z_]+[^}]*\}")
_ANYBODY = Names("", dict.fromkeys(VARIABLES, "x"), dict.fromkeys(KEYS, STRANGER))


def _clause(id: str) -> str:
    try:
        return load()[id].id
    except UnknownClause as problem:
        raise ValueError(str(problem)) from None


def _body(value: Any) -> Any:  # any YAML value
    if not isinstance(value, str | dict):
        raise ValueError("is no map and no text; put any other body in quotes")  # noqa: TRY004  # pydantic's custom
    _look_for_strangers(value)
    return value


def _look_for_strangers(value: Any) -> None:  # any YAML value
    """Raise ValueError where YAML reads what JSON has not, or has otherwise: dates, floats."""
    if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
        raise ValueError("YAML reads a key as no text: put it in quotes")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _look_for_strangers(inner)
    elif not (value is None or isinstance(value, str | int)):
        raise ValueError(
            f"YAML reads {value} as a {type(value).__name__}: put it, or the whole body, in quotes"
        )


def _forgery(label: str) -> str:
    if label not in forgeries():
        raise ValueError("no forgery is called so; findings and `contracts sign --forged` have the names")
    return label


def _answers(value: Any) -> tuple[int, ...]:  # any YAML value
    answers = REFUSALS if value == _REFUSAL else value if isinstance(value, list) else [value]
    if not answers or not all(type(status) is int and 100 <= status <= 599 for status in answers):
        raise ValueError(f"is no status, no list of statuses and not {_REFUSAL}")
    return tuple(sorted(answers))


class _Step(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    operation: Literal["createAsset", "signingPayload", "signingPayloadByGet", "createAllocation"]
    method: str | None = None
    target: str | None = None
    headers: dict[str, str | None] = Field(default_factory=dict)
    body: Annotated[Any, AfterValidator(_body)] = None
    signed_by: Literal["SIGNING_KEY", "OTHER_SIGNING_KEY"] | None = None
    forged: Annotated[str, AfterValidator(_forgery)] | None = None
    answer: Annotated[Any, AfterValidator(_answers)] = ()


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    what: str
    clause: Annotated[str, AfterValidator(_clause)]
    because: str
    found: str
    steps: list[_Step] = Field(min_length=1)


def read(text: str, name: str, where: str, mistakes: list[Mistake]) -> KnownBug | None:
    """The known bug in a text; what is wrong with it goes to `mistakes`, which call the file `where`."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
        file = _File.model_validate(yaml.load(text, Loader=_LOADER))  # noqa: S506  # both loaders are safe ones
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where} line {mark.line + 1}" if mark is not None else where
        mistakes.append(Mistake(place, f"is no YAML: {error.problem or error.context}"))
    except yaml.YAMLError as error:
        mistakes.append(Mistake(where, f"is no YAML: {error}".splitlines()[0]))
    except ValidationError as error:
        mistakes += [_mistake(detail, node, where) for detail in error.errors(include_url=False)]
    except (ValueError, RecursionError) as error:  # a date that is none, a depth that nobody can follow
        mistakes.append(Mistake(where, f"cannot be read: {error}"))
    else:
        known = _known(file, name)
        for number, what in _unsound(known):
            line = _line(node, ("steps", number))
            mistakes.append(Mistake(f"{where} line {line}: steps.{number + 1}", what))
        return known
    return None


def _known(file: _File, name: str) -> KnownBug:
    steps = tuple(KnownStep(_step(step), step.answer) for step in file.steps)
    return KnownBug(name, file.what, file.clause, file.because, file.found, steps)


def _step(said: _Step) -> Step:
    usual = USUALLY[said.operation]
    return Step(
        usual.api,
        said.method or usual.method,
        said.target or usual.target,
        _changed(usual.headers, said.headers),
        wire.dumps(said.body) if isinstance(said.body, dict) else said.body,
        sign=Signing(said.signed_by, said.forged) if said.signed_by else None,
        operation=said.operation,
    )


def _changed(usual: Headers, changes: Mapping[str, str | None]) -> Headers:
    """The usual headers with some set, or left out where their value is None."""
    said = {name.lower() for name in changes}
    kept = (pair for pair in usual if pair[0].lower() not in said)
    return (*kept, *((name, value) for name, value in changes.items() if value is not None))


def _unsound(known: KnownBug) -> Iterator[tuple[int, str]]:
    """What no run could ask, or what would be no fair question: the place of its step, and why."""
    for place, asked in enumerate(known.steps):
        step = asked.step
        texts = (step.target, step.body or "", *(value for _, value in step.headers))
        names = [name for text in texts for name in _LIKE_A_NAME.findall(FRESH.sub("", text))]
        unknown = [name for name in names if name != SIGNATURE and not _is_name(name)]
        if unknown:
            yield place, f"{unknown[0]} is no name; a fresh one is ${{RUN}} and seven digits"
        elif asked.answers == (200,) and step.operation in _MAKING and not FRESH.search(step.body or ""):
            yield place, "what it makes will exist the next time; ${RUN} and seven digits are a fresh name"
        elif (step.sign is not None) != (SIGNATURE in names):
            yield place, f"signed_by and {SIGNATURE} go together"
        elif problem := _unmakeable(step):
            yield place, problem
    if known.steps[-1].answers and known.steps[-1].step.operation == "signingPayloadByGet":
        yield len(known.steps) - 1, "no service has to offer this operation, so no status of it is promised"


def _is_name(text: str) -> bool:
    found = NAME.fullmatch(text)
    return found is not None and found[1] in VARIABLES


def _unmakeable(step: Step) -> str:
    """Why a request cannot be made of a step, whatever its names stand for; nothing where it can."""
    try:
        step.request(_ANYBODY)
    except ValueError as problem:  # half a surrogate pair, a body without a payload to sign
        return str(problem)
    return ""


def _mistake(detail: Any, node: yaml.Node | None, where: str) -> Mistake:  # pydantic's own words
    place, said = detail["loc"], detail["msg"]
    words = {
        "missing": "is missing",
        "model_type": "is no map",
        "extra_forbidden": "no recipe has this",
        "value_error": said.removeprefix("Value error, "),
    }
    told = words.get(detail["type"], said[:1].lower() + said[1:])
    path = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    line = f"{where} line {_line(node, place)}"
    return Mistake(f"{line}: {path}" if path else line, told)


def _line(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    """The line of what stands at this path, or of the nearest thing around it."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = [(node.value[part], node.value[part])]
        else:
            found = []
        if not found:
            break
        key, node = found[0]
        line = key.start_mark.line + 1
    return line


def write(known: KnownBug) -> str:
    """The text of a known bug's file; whatever is not ASCII is escaped, so that a review shows what looks like nothing."""
    data = {
        "what": known.what,
        "clause": known.clause,
        "because": known.because,
        "found": known.found,
        "steps": [_step_as_data(asked) for asked in known.steps],
    }
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=10_000)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # any value
        """Spell everything out: an alias is short, and nothing that a reviewer reads."""
        return True


def _step_as_data(asked: KnownStep) -> dict[str, Any]:
    step = asked.step
    assert step.operation is not None  # a recipe is about an operation
    usual = USUALLY[step.operation]
    said: dict[str, Any] = {
        "operation": step.operation,
        "method": step.method if step.method != usual.method else None,
        "target": step.target if step.target != usual.target else None,
        "headers": _changes(usual.headers, step.headers) or None,
        "body": _as_map(step.body),
        "signed_by": step.sign.key if step.sign is not None else None,
        "forged": step.sign.forged if step.sign is not None else None,
        "answer": _as_answer(asked.answers),
    }
    return {name: value for name, value in said.items() if value is not None}


def _changes(usual: Headers, headers: Headers) -> dict[str, str | None]:
    there = {name.lower() for name, _ in headers}
    left_out: dict[str, str | None] = {name: None for name, _ in usual if name.lower() not in there}
    return left_out | {name: value for name, value in headers if (name, value) not in usual}


def _as_map(body: str | None) -> Any:  # a map, a text or nothing
    """A body as a map where that gives the same bytes again, else as its text."""
    try:
        value = wire.parse(body or "")
        _look_for_strangers(value)
    except ValueError:  # NotJson is one
        return body
    return value if isinstance(value, dict) and wire.dumps(value) == body else body


def _as_answer(answers: tuple[int, ...]) -> Any:  # a status, several, or a word
    if answers == tuple(sorted(REFUSALS)):
        return _REFUSAL
    return (answers[0] if len(answers) == 1 else list(answers)) if answers else None

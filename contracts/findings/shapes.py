"""What has to stand in a file of this program for a report to be made of it: damage is told when it is read, not when a report breaks.

More may stand there. Texts are as JSON has them, halves of surrogate pairs as well.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Count = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Text = Annotated[str, Field(strict=True)]
_Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
_Segment = Annotated[list[str | bool], Field(min_length=2, max_length=2)]


class Shape(BaseModel):
    """An object of JSON, whose members are of just these types."""

    model_config = ConfigDict(strict=True)


class Brief(Shape):
    """A finding, as an outcome tells it."""

    id: str
    clause: str
    operation: str
    kind: str
    expected: str
    received: str
    advisory: bool
    count: int
    forms: dict[str, int]
    first: str
    last: str


class _Request(Shape):
    method: str
    target: str
    headers: list[_Pair]
    body: str | None


class _Response(Shape):
    status: int
    headers: list[_Pair]
    body: str | None


class _Exchange(Shape):
    at: str
    elapsed_ms: float
    began_ms: float
    burst: int | None
    request: _Request
    response: _Response | None = None
    lost: str = ""


class _Recipe(Shape):
    steps: list[dict[str, Any]]


class _Difference(Shape):
    expected: list[_Segment]
    received: list[_Segment]


class _Story(Brief):
    asked_by: str
    seed: int
    steps: list[str]
    difference: _Difference
    exchanges: list[_Exchange]
    recipe: _Recipe
    curl: str
    pytest: str


STORY = TypeAdapter(_Story)
"""A finding, as its own file tells it."""

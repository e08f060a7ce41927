"""A campaign as a page that keeps itself up to date: the latest glance in, HTML or JSON out for whoever asks."""

import json
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment

from contracts.campaign.glance import (
    Glance,
    as_data,
    lasting,
    left_out,
    most_asked_first,
    telling_first,
    uses,
)
from contracts.reporting import page as report
from contracts.reporting.page import drawings, making, opening

_HERE, _REPORT = Path(__file__).parent, Path(report.__file__).parent
# A campaign is shown twice a second: in so long a silence something is wrong.
_SILENT_S = 15.0
# More could not be told apart on the width of a screen.
_MOST_POINTS = 240
_COURSE_WIDTH, _COURSE_HEIGHT = 300, 40


class Page:
    """The latest glance, for readers in any thread."""

    def __init__(self, glance: Glance, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._course = Course()
        self.show(glance)

    def show(self, glance: Glance) -> None:
        """Have the next reader see this."""
        self._glance, self._shown_at = glance, self._clock()
        self._course.saw(glance.elapsed_s, glance.cases_per_s)

    def html(self) -> str:
        """The page."""
        silent_s = self._clock() - self._shown_at
        return render(self._glance, tuple(self._course.points), silent_s=silent_s)

    def data(self) -> str:
        """The same as JSON."""
        return json.dumps(as_data(self._glance))


class Course:
    """How a value went over a whole campaign, in so few points that they can be drawn: the longer it is, the coarser."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._every_s = 1.0

    def saw(self, at: float, value: float) -> None:
        """Take in a value, unless the one before is too close."""
        if self.points and at - self.points[-1][0] < self._every_s:
            return
        self.points.append((at, value))
        if len(self.points) > _MOST_POINTS:
            self.points = self.points[::2]
            self._every_s *= 2


def render(glance: Glance, course: Sequence[tuple[float, float]] = (), *, silent_s: float = 0.0) -> str:
    """The page of a campaign that stands like this, and of which nothing was heard for so long."""
    counts = opening.count_verdicts({"verdict": row.verdict.word} for row in glance.rows)
    return (
        _environment()
        .get_template("campaign.html.j2")
        .render(
            campaign=glance,
            silent_s=silent_s if silent_s > _SILENT_S and not glance.ended else 0.0,
            counts=counts,
            course=_drawn(course),
            fastest=max((value for _, value in course), default=0.0),
            uses=list(uses(glance)),
            left_out=left_out(glance),
            rows=telling_first(glance.rows),
            arms=most_asked_first(glance.arms),
        )
    )


def _drawn(course: Sequence[tuple[float, float]]) -> str:
    """The line of a course, from the left to the right of its drawing; empty as long as there is none."""
    if len(course) < 2:
        return ""
    (began, _), (ended, _) = course[0], course[-1]
    highest = max(value for _, value in course) or 1.0
    across, up = _COURSE_WIDTH / (ended - began), _COURSE_HEIGHT / highest
    places = (f"{(at - began) * across:.1f} {_COURSE_HEIGHT - value * up:.1f}" for at, value in course)
    return f"M{' L'.join(places)}"


@cache
def _environment() -> Environment:
    environment = making.environment(_HERE, _REPORT)
    style = making.source(_REPORT / "page.css") + making.source(_HERE / "campaign.css")
    script = making.source(_HERE / "campaign.js")
    environment.filters |= {"lasting": lasting}
    environment.globals |= {
        "VERDICTS": opening.VERDICTS,
        "COURSE": (_COURSE_WIDTH, _COURSE_HEIGHT),
        "shares": drawings.shares,
        **making.own(style, script, "connect-src 'self'"),
    }
    return environment

"""The CI job: read from each server's own variables, nothing where there is none."""

import pytest

from contracts.reporting.ci import Job, job_of
from tests.fixtures.reports import GITHUB

GITLAB = {
    "GITLAB_CI": "true",
    "CI_SERVER_URL": "https://gitlab.example",
    "CI_PROJECT_PATH": "a/b",
    "CI_JOB_URL": "https://gitlab.example/a/b/-/jobs/991",
    "CI_PIPELINE_IID": "12",
    "CI_PIPELINE_ID": "4711",
    "CI_JOB_NAME": "nightly",
    "CI_COMMIT_SHA": "abc",
    "CI_COMMIT_REF_NAME": "main",
}
JENKINS = {
    "JENKINS_URL": "https://ci.example/",
    "JOB_NAME": "nightly",
    "BUILD_NUMBER": "12",
    "BUILD_TAG": "jenkins-nightly-12",
    "BUILD_URL": "https://ci.example/job/nightly/12/",
    "GIT_COMMIT": "abc",
    "GIT_BRANCH": "main",
}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            GITHUB,
            Job(
                "github",
                "https://github.example",
                "nightly",
                12,
                "https://github.example/a/b/actions/runs/991",
                "a/b",
                "abc",
                "main",
                "991",
            ),
        ),
        (
            GITLAB,
            Job(
                "gitlab",
                "https://gitlab.example",
                "nightly",
                12,
                "https://gitlab.example/a/b/-/jobs/991",
                "a/b",
                "abc",
                "main",
                "4711",
            ),
        ),
        (
            JENKINS,
            Job(
                "jenkins",
                "https://ci.example/",
                "nightly",
                12,
                "https://ci.example/job/nightly/12/",
                commit="abc",
                branch="main",
                run="jenkins-nightly-12",
            ),
        ),
        ({}, None),
        ({"CI": "true"}, None),
    ],
)
def test_job_is_read_from_its_variables(environ: dict[str, str], expected: Job | None) -> None:
    """A report that links to the wrong build, or to none."""
    assert job_of(environ) == expected


def test_pull_request_has_the_name_of_its_branch() -> None:
    """Runs of a pull request under `12/merge`, a branch that nobody knows."""
    job = job_of({**GITHUB, "GITHUB_REF_NAME": "12/merge", "GITHUB_HEAD_REF": "fix"})
    assert job is not None
    assert job.branch == "fix"


@pytest.mark.parametrize("number", ["", "x", "-1", "\u0661"])
def test_number_that_is_none_breaks_nothing(number: str) -> None:
    """A run that fails because a variable of the server is odd."""
    job = job_of({**JENKINS, "BUILD_NUMBER": number})
    assert job is not None
    assert job.number == 0

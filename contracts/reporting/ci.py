"""The CI job that a run belongs to, read from the variables that GitHub, GitLab and Jenkins set."""

from collections.abc import Mapping
from dataclasses import dataclass

Environ = Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """A job of a CI server; `number` counts its builds, and what the server does not say is empty.

    `run` is the same in all jobs of one pipeline, and where some of them are run again.
    """

    server: str
    url: str
    name: str
    number: int
    build_url: str
    repository: str = ""
    commit: str = ""
    branch: str = ""
    run: str = ""


def job_of(environ: Environ) -> Job | None:
    """The job that runs this process; None outside of a CI server that is known."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return _github(environ)
    if environ.get("GITLAB_CI") == "true":
        return _gitlab(environ)
    return _jenkins(environ) if environ.get("JENKINS_URL") else None


def _github(environ: Environ) -> Job:
    server, repository = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    return Job(
        server="github",
        url=server,
        name=environ.get("GITHUB_WORKFLOW", ""),
        number=_number(environ.get("GITHUB_RUN_NUMBER")),
        build_url=f"{server}/{repository}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}",
        repository=repository,
        commit=environ.get("GITHUB_SHA", ""),
        branch=environ.get("GITHUB_HEAD_REF") or environ.get("GITHUB_REF_NAME", ""),
        run=environ.get("GITHUB_RUN_ID", ""),
    )


def _gitlab(environ: Environ) -> Job:
    return Job(
        server="gitlab",
        url=environ.get("CI_SERVER_URL", ""),
        name=environ.get("CI_JOB_NAME", ""),
        number=_number(environ.get("CI_PIPELINE_IID")),
        build_url=environ.get("CI_JOB_URL", ""),
        repository=environ.get("CI_PROJECT_PATH", ""),
        commit=environ.get("CI_COMMIT_SHA", ""),
        branch=environ.get("CI_COMMIT_REF_NAME", ""),
        run=environ.get("CI_PIPELINE_ID", ""),
    )


def _jenkins(environ: Environ) -> Job:
    return Job(
        server="jenkins",
        url=environ["JENKINS_URL"],
        name=environ.get("JOB_NAME", ""),
        number=_number(environ.get("BUILD_NUMBER")),
        build_url=environ.get("BUILD_URL", ""),
        commit=environ.get("GIT_COMMIT", ""),
        branch=environ.get("BRANCH_NAME") or environ.get("GIT_BRANCH", ""),
        run=environ.get("BUILD_TAG", ""),
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else 0

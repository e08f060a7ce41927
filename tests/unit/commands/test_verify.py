"""What a shard is asked with: a seed that all of a run's shards share."""

from pathlib import Path

import pytest

from contracts.commands.verify import Wish, seed_of
from contracts.plugin.dealing import Shard
from contracts.settings import Mistake

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "991", "GITHUB_RUN_ATTEMPT": "1"}
GITLAB = {"GITLAB_CI": "true", "CI_PIPELINE_ID": "991", "CI_JOB_ID": "5"}
JENKINS = {"JENKINS_URL": "https://ci.example/", "BUILD_TAG": "jenkins-nightly-12"}


def seed(environ: dict[str, str], number: int = 1, said: int | None = None) -> int:
    """The seed of a shard under these variables, which has to be one."""
    mistakes: list[Mistake] = []
    found = seed_of(Wish("smoke", Path("reports"), seed=said, shard=Shard(number, 4)), environ, mistakes)
    assert mistakes == []
    return found


@pytest.mark.parametrize(
    ("environ", "again"),
    [(GITHUB, {"GITHUB_RUN_ATTEMPT": "2"}), (GITLAB, {"CI_JOB_ID": "6"}), (JENKINS, {})],
    ids=["GitHub", "GitLab", "Jenkins"],
)
def test_jobs_of_one_pipeline_agree_on_a_seed(environ: dict[str, str], again: dict[str, str]) -> None:
    """Shards that draw from seeds of their own; or one that is run again, from another than the rest."""
    assert seed(environ) == seed(environ, number=2) == seed({**environ, **again})
    other = {name: text.replace("991", "992").replace("-12", "-13") for name, text in environ.items()}
    assert seed(other) != seed(environ)


def test_a_seed_that_is_said_comes_first() -> None:
    """A run of a pipeline that nobody can repeat."""
    assert seed(GITHUB, said=5) == 5


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}, {"GITHUB_ACTIONS": "true"}], ids=str)
def test_a_shard_without_a_seed_is_a_mistake(environ: dict[str, str]) -> None:
    """Four shards of four runs, which are found out when they are to be merged."""
    mistakes: list[Mistake] = []
    seed_of(Wish("smoke", Path("reports"), shard=Shard(1, 4)), environ, mistakes)
    assert [mistake.where for mistake in mistakes] == ["command line: --shard"]


def test_a_whole_run_has_a_fresh_seed() -> None:
    """A pipeline whose every night asks the same."""
    wish, mistakes = Wish("smoke", Path("reports")), list[Mistake]()
    assert seed_of(wish, GITHUB, mistakes) != seed_of(wish, GITHUB, mistakes)

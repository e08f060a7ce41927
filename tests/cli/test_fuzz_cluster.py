"""`contracts fuzz --scheduler`: a campaign whose shards are asked by the workers of a dask cluster."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.campaign.cluster import Cluster
from contracts.commands.fuzz import Wish, fuzz
from contracts.mock.embedded import Embedded
from contracts.mock.identities import FIRST
from contracts.settings import SettingsProblem
from tests.fixtures.commands import COMMAND, clean, run, until
from tests.fixtures.dask_cluster import DaskCluster

FAULT = "access-any-scheme"
# The first is found by a probe; of the second are two bursts, whose shards end in time.
OPTIONS = ("--clauses", "AUT-02,AST-08", "--max-time")


@pytest.fixture(scope="module")
def target() -> Iterator[Embedded]:
    with Embedded([FAULT]) as mock:
        yield mock


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "cluster"
    folder.mkdir()
    return folder


def shards(folder: Path) -> list[int]:
    """The shards that are done in a campaign's folder."""
    file = folder / "outcomes.jsonl"
    return [json.loads(line)["shard"] for line in file.read_text().splitlines()] if file.exists() else []


def started(folder: Path, cluster: DaskCluster, time: str, target: Embedded) -> subprocess.Popen[str]:
    """A campaign of so much time, under way."""
    return subprocess.Popen(
        [COMMAND, "fuzz", "--scheduler", cluster.address, *OPTIONS, time],
        cwd=folder,
        env=clean(folder, target.variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_workers_of_a_cluster_find_what_is_wrong(place: Path, tmp_path: Path, target: Embedded) -> None:
    """A campaign that loses what its workers find, or leaves a token in the logs of the cluster."""
    with DaskCluster(place, variables={"DASK_LOGGING__DISTRIBUTED": "debug"}) as cluster:
        for _ in range(2):
            cluster.worker()
        options = ("--scheduler", cluster.address, *OPTIONS, "8s")
        ran = run(tmp_path, "fuzz", *options, variables=target.variables)
        said = cluster.log
    assert ran.code == 1, ran.text
    assert ran.verdicts["AUT-02"] == "violated"
    assert ran.summary["findings"]
    assert "shard-" in said
    assert FIRST.token not in said
    assert FIRST.signing_key not in said


def test_a_campaign_goes_on_with_another_scheduler(tmp_path: Path, target: Embedded) -> None:
    """A campaign that hangs when its scheduler dies, or has to be begun anew."""
    reports = tmp_path / "reports"
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with DaskCluster(first) as cluster:
        cluster.worker()
        client = started(tmp_path, cluster, "60s", target)
        until(lambda: any(shards(folder) for folder in reports.glob("2*")))
        cluster.scheduler.kill()
        said, _ = client.communicate(timeout=30)
    folder = next(reports.glob("2*"))
    done = shards(folder)
    assert client.returncode == 1, said
    assert "is gone" in said
    assert (folder / "report.html").exists()
    with DaskCluster(second) as cluster:
        cluster.worker()
        options = ("--scheduler", cluster.address, "--resume", str(folder), "--max-time", "5s")
        ran = run(tmp_path, "fuzz", *options, variables=target.variables)
    assert ran.code == 1, ran.text
    assert shards(folder)[: len(done)] == done
    assert len(set(shards(folder))) == len(shards(folder)) > len(done)


def test_a_campaign_whose_last_worker_dies_ends_with_its_time(
    place: Path, tmp_path: Path, target: Embedded
) -> None:
    """A cluster that is scaled down before the end: the campaign waits for ever, and nobody hears what for."""
    with DaskCluster(place) as cluster:
        worker = cluster.worker()
        client = started(tmp_path, cluster, "8s", target)
        until(lambda: any(shards(folder) for folder in (tmp_path / "reports").glob("2*")))
        worker.kill()
        said, _ = client.communicate(timeout=40)
    assert client.returncode == 1, said
    assert "no worker is there; one is waited for" in said
    assert "no worker was there at the end" in said


def test_the_embedded_mock_is_for_a_cluster_on_this_machine(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers on other machines that ask their own loopback, where nobody is."""
    monkeypatch.setattr(Cluster, "is_here", False)
    with DaskCluster(place) as cluster:
        wish = Wish(tmp_path / "reports", scheduler=cluster.address, max_time=5.0)
        with pytest.raises(SettingsProblem, match="BASE_URL: is not set, and the embedded mock cannot be"):
            fuzz(wish, environ={})
    assert not (tmp_path / "reports").exists()


def test_without_dask_a_campaign_says_what_to_install(tmp_path: Path) -> None:
    """A traceback for whoever has installed the suite without its extra."""
    (absent := tmp_path / "absent" / "distributed.py").parent.mkdir()
    absent.write_text("raise ModuleNotFoundError('No module named distributed', name='distributed')")
    variables = {"PYTHONPATH": str(absent.parent)}
    ran = run(tmp_path, "fuzz", "--scheduler", "tcp://127.0.0.1:8786", variables=variables)
    assert ran.code == 2
    assert "dask is not installed (pip install 'contracts[cluster]'" in ran.err

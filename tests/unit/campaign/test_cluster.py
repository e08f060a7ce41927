"""Workers of a dask cluster, which are real here: a scheduler and its workers in processes of their own."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import httpx
import pytest

from contracts.asking.fresh import run_mark
from contracts.campaign import cluster, errand, joining
from contracts.campaign.cluster import Cluster
from contracts.campaign.hands import HandsLost, WorkerLost, WorkersGone
from contracts.campaign.joining import notices
from contracts.campaign.shards import Shard
from contracts.campaign.work import Task
from contracts.mock.embedded import Embedded
from contracts.plan import CREATED, Plan
from contracts.settings import SettingsProblem, load_profile
from tests.fixtures.commands import until
from tests.fixtures.dask_cluster import DaskCluster
from tests.fixtures.errands import Job, carry_out
from tests.fixtures.raw_server import CERTIFICATE

SECRET = "token-nobody-may-read-1f4e"
LIMIT_S = 60
SHARD_S = 120.0
PROBE = "test_assets.py::test_addresses_of_any_chain_come_back"
FLOW = "test_flows.py::test_creates_in_any_order"


@pytest.fixture
def dask_cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    with DaskCluster(tmp_path) as started:
        yield started


@contextmanager
def hands_of(dask_cluster: DaskCluster, workers: int) -> Iterator[Any]:
    """Hands that carry out jobs, once so many workers have come."""
    with closing(Cluster(dask_cluster.address, carry_out)) as hands:
        until(lambda: hands.width == workers)
        yield hands


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    def made(name: str, **parts: Any) -> Job:
        (tmp_path / name).mkdir()
        return Job(tmp_path / name, **parts)

    return made


def begun(job: Job) -> list[int]:
    """The processes that began with it."""
    file = job.folder / "begun"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_shards_are_asked_by_workers_at_once(dask_cluster: DaskCluster, job: Callable[..., Job]) -> None:
    """A cluster that hands all work to one worker, or width that does not follow those who come and go."""
    for _ in range(2):
        dask_cluster.worker()
    with hands_of(dask_cluster, 2) as hands:
        jobs = [job("one"), job("other")]
        asked = [hands.submit(each) for each in jobs]
        until(lambda: all(map(begun, jobs)))
        for each in jobs:
            (each.folder / "go").touch()
        assert len({future.result(LIMIT_S) for future in asked}) == 2
        third = dask_cluster.worker()
        until(lambda: hands.width == 3)
        third.terminate()
        until(lambda: hands.width == 2)
        assert len(hands.workers()) == 2
    assert not [thread for thread in threading.enumerate() if thread.name == "IO loop"]


def test_the_shard_of_a_dead_worker_is_nobodys_until_it_is_handed_out_again(
    dask_cluster: DaskCluster, job: Callable[..., Job]
) -> None:
    """dask gives it to the next worker by itself, with the same allowance, so that the budget is spent twice."""
    children = {child.pid: child for child in (dask_cluster.worker(), dask_cluster.worker())}
    with hands_of(dask_cluster, 2) as hands:
        one = job("one")
        asked = hands.submit(one)
        until(lambda: begun(one))
        children[begun(one)[0]].kill()
        with pytest.raises(WorkerLost):
            asked.result(LIMIT_S)
        assert len(begun(one)) == 1
        (one.folder / "go").touch()
        assert hands.submit(one).result(LIMIT_S) == f"done by {begun(one)[1]}"


def test_what_the_last_worker_leaves_is_nobodys(
    dask_cluster: DaskCluster, job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """dask keeps it for whoever comes: a campaign that never ends, or a shard that is asked beside its own second try."""
    monkeypatch.setattr(cluster, "RETURN_S", 0.2)
    last = dask_cluster.worker()
    with hands_of(dask_cluster, 1) as hands:
        one, other = job("one"), job("other")
        asked = [hands.submit(each) for each in (one, other)]
        until(lambda: begun(one))
        last.kill()
        for each in asked:
            with pytest.raises(WorkersGone, match="no worker is left at tcp://"):
                each.result(LIMIT_S / 4)
        assert hands.width == 0
        for each in (one, other):
            (each.folder / "go").touch()
        dask_cluster.worker()
        until(lambda: hands.width == 1)
        assert hands.submit(one).result(LIMIT_S) == f"done by {begun(one)[1]}"
        assert (len(begun(one)), begun(other)) == (2, [])


def test_a_worker_that_comes_back_is_no_loss_of_all(
    dask_cluster: DaskCluster, job: Callable[..., Job]
) -> None:
    """A shard that kills each worker it is given to, which is asked for ever since its nanny starts another."""
    dask_cluster.worker(nanny=True)
    with hands_of(dask_cluster, 1) as hands:
        one = job("one")
        asked = hands.submit(one)
        until(lambda: begun(one))
        os.kill(begun(one)[0], signal.SIGKILL)
        until(lambda: hands.width == 0)
        with pytest.raises(WorkerLost, match="the worker that asked it has died"):
            asked.result(LIMIT_S)
        assert hands.width == 1


def test_without_its_scheduler_nobody_asks(dask_cluster: DaskCluster, job: Callable[..., Job]) -> None:
    """A campaign that waits for ever for a scheduler that was killed."""
    dask_cluster.worker()
    with hands_of(dask_cluster, 1) as hands:
        one = job("one")
        asked = hands.submit(one)
        until(lambda: begun(one))
        dask_cluster.scheduler.kill()
        with pytest.raises(HandsLost, match="is gone"):
            asked.result(10)
        with pytest.raises(HandsLost, match="is gone"):
            hands.submit(one).result(10)
    assert not [thread for thread in threading.enumerate() if thread.name == "IO loop"]


def test_what_a_client_leaves_behind_is_cancelled(dask_cluster: DaskCluster, job: Callable[..., Job]) -> None:
    """An interrupted campaign that waits for the end of its shards."""
    dask_cluster.worker()
    with hands_of(dask_cluster, 1) as hands:
        asked = hands.submit(job("one"))
    assert asked.cancelled()


def test_secrets_are_on_no_page_and_in_no_log(tmp_path: Path, job: Callable[..., Job]) -> None:
    """Tokens of the target on the scheduler's pages: as a key, an argument, or an exception of a shard that failed."""
    with DaskCluster(tmp_path, variables={"DASK_LOGGING__DISTRIBUTED": "debug"}) as dask_cluster:
        dask_cluster.worker()
        with hands_of(dask_cluster, 1) as hands:
            failing, running = job("failing", secret=SECRET, fails=True), job("running", secret=SECRET)
            (failing.folder / "go").touch()
            with pytest.raises(RuntimeError, match=SECRET):
                hands.submit(failing).result(LIMIT_S)
            asked = hands.submit(running)
            until(lambda: begun(running))
            pages = _pages(dask_cluster, hands)
            client = hands._client
            told = repr([client.get_events(), client.get_task_stream(), client.story(*client.futures)])
            (running.folder / "go").touch()
            asked.result(LIMIT_S)
        assert "Compute" not in dask_cluster.log
        for text in (pages, told, dask_cluster.log):
            assert "shard-" in text
            assert SECRET not in text
            assert str(running.folder) not in text


def _pages(dask_cluster: DaskCluster, hands: Any) -> str:
    """Every page that the scheduler serves of itself, its workers and their tasks."""
    names = ["main/workers", "main/exceptions", "main/logs"]
    for worker in hands.workers():
        quoted = worker.replace("/", "%2F").replace(":", "%3A")
        names += [f"{kind}/{quoted}" for kind in ("worker", "call-stacks", "logs")]
    names += [f"{kind}/{key}" for key in hands._client.futures for kind in ("task", "call-stack")]
    urls = [f"info/{name}.html" for name in names]
    urls += ["json/counts.json", "json/identity.json", "metrics"]
    answers = {url: httpx.get(f"{dask_cluster.pages}/{url}", timeout=LIMIT_S) for url in urls}
    # Now and then dask breaks at its own json/identity.json, and a shard that has ended may be forgotten by now.
    missing = [url for url, answer in answers.items() if answer.is_client_error and "/shard-" not in url]
    assert not missing
    return "".join(answer.text for answer in answers.values())


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1:8786", "tcp://127.0.0.1", "http://127.0.0.1:80", "tcp://[::1:8786", "tcp://host:port"],
)
def test_what_is_no_address_is_told(address: str) -> None:
    """A traceback out of dask, or a wait for a host that nobody has named."""
    with pytest.raises(SettingsProblem, match=r"is no address; expected tcp://HOST:PORT or tls://HOST:PORT"):
        Cluster(address)


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign that waits for ever where nobody listens, or where somebody listens and says nothing."""
    monkeypatch.setattr(joining, "PATIENCE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(SettingsProblem, match=f"{address}: no scheduler answers there"):
            Cluster(address)
    with pytest.raises(SettingsProblem, match="`dask scheduler` starts one"):
        Cluster(address)


def test_a_server_that_is_no_scheduler_is_told() -> None:
    """A traceback, and exit code 3, for a port that is somebody else's: dask reads the length of its message in an answer."""
    with Embedded() as mock:
        address = mock.variables["BASE_URL"].replace("http:", "tcp:")
        with pytest.raises(SettingsProblem, match=f"{address}: who answers there is no dask scheduler"):
            Cluster(address)


def test_a_workers_address_is_not_its_schedulers(dask_cluster: DaskCluster) -> None:
    """The address of a worker, which answers like a scheduler and never asks anything."""
    dask_cluster.worker()
    with hands_of(dask_cluster, 1) as hands, pytest.raises(SettingsProblem, match="is a worker"):
        Cluster(hands.workers()[0])


def test_workers_of_another_version_are_named(
    dask_cluster: DaskCluster, job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings of an older suite among those of this one; also of a worker that comes later."""
    with hands_of(dask_cluster, 0) as hands:
        monkeypatch.setattr(errand, "__version__", "99.9")
        dask_cluster.worker()
        (one := job("one")).folder.joinpath("go").touch()
        with pytest.raises(HandsLost, match=r"worker tcp://.* has contracts .*, and this is contracts 99"):
            hands.submit(one).result(LIMIT_S)
        with pytest.raises(SettingsProblem, match=r"worker tcp://.*: has contracts .* expected contracts 99"):
            Cluster(dask_cluster.address)


def test_workers_without_the_package_are_named(dask_cluster: DaskCluster, job: Callable[..., Job]) -> None:
    """A ModuleNotFoundError for each shard, from a cluster that serves others as well."""
    bare = Path(job("bare").folder, "contracts")
    bare.mkdir()
    (bare / "__init__.py").touch()
    with hands_of(dask_cluster, 0) as hands:
        dask_cluster.worker(variables={"PYTHONPATH": str(bare.parent)})
        with pytest.raises(
            HandsLost, match=r"worker tcp://.*: cannot load contracts: .*; expected contracts"
        ):
            hands.submit(job("one")).result(LIMIT_S)


def test_certificates_are_those_of_dasks_own_settings(
    tmp_path: Path, job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster with TLS that cannot be used, or one whose client sends its secrets to whoever answers."""
    pem = str(CERTIFICATE)
    tls = ("--tls-ca-file", pem, "--tls-cert", pem, "--tls-key", pem)
    with DaskCluster(tmp_path, *tls, protocol="tls") as dask_cluster:
        dask_cluster.worker(*tls)
        with pytest.raises(
            SettingsProblem, match=r"needs certificates.*DASK_DISTRIBUTED__COMM__TLS__CA_FILE"
        ):
            Cluster(dask_cluster.address)
        ours = {f"distributed.comm.tls.{name}": pem for name in ("ca-file", "client.cert", "client.key")}
        with dask.config.set(ours), hands_of(dask_cluster, 1) as hands:
            (one := job("one")).folder.joinpath("go").touch()
            assert hands.submit(one).result(LIMIT_S).startswith("done by")
        monkeypatch.setattr(joining, "PATIENCE_S", 1.0)
        with pytest.raises(SettingsProblem, match="no scheduler answers there"):
            Cluster(dask_cluster.address.replace("tls:", "tcp:"))


def test_secrets_in_the_clear_are_told_beforehand() -> None:
    """Tokens that cross a network without a word."""
    assert "in the clear" in "".join(notices("tcp://10.1.2.3:8786", ["tcp://10.1.2.4:1"]))
    for safe in ("tls://10.1.2.3:8786", "tcp://127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"):
        assert not list(notices(safe, ["tcp://127.0.0.1:1"]))


def test_a_cluster_without_workers_is_told() -> None:
    """A campaign that seems to hang."""
    assert "`dask worker tls://host:8786` starts one" in "".join(notices("tls://host:8786", []))


def test_a_shard_is_asked_beside_dask_and_dies_with_its_worker(dask_cluster: DaskCluster) -> None:
    """Hypothesis in dask's own process takes gigabytes; and a child that is left behind asks on at the worker's rate."""
    worker = dask_cluster.worker(nanny=True)
    with Embedded() as mock, closing(Cluster(dask_cluster.address)) as hands:
        until(lambda: hands.width == 1)
        done = hands.submit(_task(mock, "smoke", PROBE))
        assert not done.result(LIMIT_S).failed
        assert sum(outcome["cases"] for outcome in done.result().outcomes) > 0
        child = int(done.result().worker.rpartition(":")[2])
        os.kill(worker.pid, signal.SIGKILL)
        until(lambda: not _is_there(child))


def test_nothing_is_asked_for_a_campaign_that_is_gone(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    """Shards of a campaign that was stopped, beside those of the one that goes on with it: twice the rate."""
    dask_cluster.worker()
    with Embedded() as mock:
        with closing(Cluster(dask_cluster.address)) as hands:
            until(lambda: hands.width == 1)
            hands.submit(replace(_task(mock, "nightly", FLOW), scratch=str(tmp_path / "scratch")))
            until((tmp_path / "scratch" / CREATED).exists)
        with closing(Cluster(dask_cluster.address)) as hands:
            assert not hands.submit(_task(mock, "smoke", PROBE)).result(SHARD_S / 2).failed


def _task(mock: Embedded, profile: str, question: str) -> Task:
    plan = Plan(load_profile(profile, Path.cwd()), dict(mock.variables), drawn={})
    return Task(Shard(1, question, 7, SHARD_S), plan.dumps(), run_mark())


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True

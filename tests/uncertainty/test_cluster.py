"""A cluster on this machine: the numbers of threads, also where a worker is killed; other versions are refused."""

import os
import pickle
import signal
import threading

import numpy as np
import pytest

from poolcast.parameters.errors import ResultError
from poolcast.uncertainty import cluster as module
from poolcast.uncertainty.blocks import run_block
from poolcast.uncertainty.simulate import Simulation, run_paths
from poolcast.uncertainty.store import MemoryStore
from tests.uncertainty.small_jobs import job_of

pytest.importorskip("distributed")


def store_of(job, paths):
    return MemoryStore(tuple(job.scenarios), job.layout, paths)


def assert_same(job, one, other, paths):
    for scenario in job.scenarios:
        for kept in job.layout.measures:
            first, second = one.values(scenario, kept, paths), other.values(scenario, kept, paths)
            assert np.array_equal(first, second, equal_nan=True), (scenario, kept.name)


def test_a_job_that_was_sent_gives_the_same_numbers():
    job = job_of(("baseline", "high_cost"))
    sent = pickle.loads(pickle.dumps(job))
    for scenario, measures in run_block(job, 5, 12).items():
        for name, values in run_block(sent, 5, 12)[scenario].items():
            assert np.array_equal(values, measures[name], equal_nan=True), name


@pytest.mark.long
def test_a_cluster_gives_the_numbers_of_threads_also_where_a_worker_is_killed():
    job, paths = job_of(("baseline", "high_cost")), 640
    threads, whole, hurt = (store_of(job, paths) for _ in range(3))
    run_paths(job, threads, paths, workers=2)
    with module.Cluster(processes=2) as cluster:
        cluster.run_paths(job, whole, paths, block=50)
        assert_same(job, threads, whole, paths)
        before = cluster.processes
        victim = sorted(before.values())[0]
        killed = []

        def kill_once(done, _):
            if done >= 60 and not killed:
                killed.append(done)
                os.kill(victim, signal.SIGKILL)

        cluster.run_paths(job, hurt, paths, block=20, progress=kill_once)
        assert killed
        assert killed[0] < paths
        assert victim not in cluster.processes.values()
    assert hurt.done.all()
    assert_same(job, threads, hurt, paths)


@pytest.mark.long
def test_a_cluster_stops_when_asked_and_goes_on_later():
    job, paths = job_of(), 400
    store, stop = store_of(job, paths), threading.Event()
    with module.Cluster(processes=1) as cluster:
        cluster.run_paths(
            job, store, paths, block=20, stop=stop, progress=lambda done, _: stop.set() if done >= 60 else None
        )
        assert 60 <= store.done.sum() < paths
        cluster.run_paths(job, store, paths, block=64)
    threads = store_of(job, paths)
    run_paths(job, threads, paths, workers=1)
    assert_same(job, threads, store, paths)
    assert Simulation(job, {}, store, paths, paths).is_complete


@pytest.mark.long
def test_other_versions_are_refused_before_any_block(monkeypatch):
    job = job_of()
    with module.Cluster(processes=1) as cluster:
        theirs = module.versions()
        monkeypatch.setattr(module, "versions", lambda: theirs | {"numba": "0.0.1", "python": "2.7"})
        cluster.client.run = lambda _: {"tcp://127.0.0.1:1": theirs}
        store = store_of(job, 40)
        with pytest.raises(ResultError) as refused:
            cluster.run_paths(job, store, 40)
    text = str(refused.value)
    assert "tcp://127.0.0.1:1" in text
    assert f"numba {theirs['numba']}" in text
    assert "numba 0.0.1, as here" in text
    assert "python 2.7, as here" in text
    assert not store.done.any()


def test_a_worker_that_came_later_with_other_versions_computes_nothing():
    wanted = module.versions() | {"numpy": "1.0"}
    with pytest.raises(ResultError, match="came later"):
        module._checked_block(job_of(), 0, 10, wanted)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", "1s")
    with pytest.raises(ResultError, match=r"tcp://127\.0\.0\.1:9: found no answer"):
        module.Cluster("tcp://127.0.0.1:9")
    with pytest.raises(ResultError, match="found no answer"):
        module.Cluster("nonsense://x")


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ResultError, match=r"poolcast\[dist\]"):
        module.Cluster("tcp://127.0.0.1:9")

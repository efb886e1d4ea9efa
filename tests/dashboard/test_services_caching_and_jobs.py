"""Shared results and the queue: bounds, one computation a key, whose job it is, progress, cancel, errors."""

import logging
import os
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from poolcast.dashboard.services import caching
from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.jobs import NICENESS, Jobs
from poolcast.parameters.errors import Problem, ResultError


def cache(entries=2, size=100):
    return BoundedCache(entries, size, len)


def test_least_recently_used_goes_first():
    held = cache()
    for key in "ab":
        held.get(key, lambda key=key: key)
    held.get("a", lambda: "made again")
    held.get("c", lambda: "c")
    assert held.get("a", lambda: "made again") == "a"
    assert held.peek("b") is None


def test_bytes_are_bounded_and_counted():
    held = cache(entries=10, size=5)
    held.get("a", lambda: "xxx")
    held.get("b", lambda: "yyy")
    assert (held.held.entries, held.held.size) == (1, 3)
    held.put("b", "yy")
    assert held.held.size == 2
    held.get("large", lambda: "z" * 50)
    assert held.peek("large") == "z" * 50
    assert held.held.entries == 1


def test_all_stores_together_are_bounded_and_the_least_recently_used_goes(monkeypatch):
    monkeypatch.setattr(caching, "_stores", weakref.WeakSet())
    monkeypatch.setattr(caching, "TOGETHER", 10)
    one, two = cache(entries=10), cache(entries=10)
    one.put("a", "xxxx")
    two.put("b", "xxxx")
    one.put("c", "x")
    assert one.get("a", lambda: "made again") == "xxxx"
    two.put("d", "xx")
    assert (one.held.size, two.held.size) == (5, 2), "b was used least lately"
    one.put("e", "x" * 9)
    assert (one.held.size, two.held.size) == (9, 2), "the newest of each stays, also where both are too much"


def test_one_computation_for_all_who_ask_at_once():
    held, begun, go, made = cache(), threading.Event(), threading.Event(), []

    def make():
        begun.set()
        go.wait(5)
        made.append(1)
        return "value"

    found = []
    threads = [threading.Thread(target=lambda: found.append(held.get("k", make))) for _ in range(4)]
    threads[0].start()
    begun.wait(5)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.05)
    go.set()
    for thread in threads:
        thread.join(5)
    assert found == ["value"] * 4
    assert made == [1]


def test_an_error_is_not_kept():
    held = cache()

    def fail():
        raise ResultError(Problem("a", "b", "c", "d"))

    with pytest.raises(ResultError):
        held.get("k", fail)
    assert held.get("k", lambda: "fine") == "fine"


class Slow:
    """Work in parts that goes on when it is told."""

    def __init__(self, parts=4, result="result"):
        self.parts, self.result = parts, result
        self.begun, self.go, self.finished = threading.Event(), threading.Event(), 0

    def __call__(self, progress, stop):
        self.begun.set()
        progress(0, self.parts)
        while self.finished < self.parts and not stop.is_set():
            if self.go.wait(0.005):
                self.finished += 1
                progress(self.finished, self.parts)
        return (self.result, self.finished)


def test_a_job_reports_and_gives_its_result():
    jobs, work = Jobs(), Slow()
    job = jobs.submit("me", "band", work)
    work.begun.wait(5)
    assert jobs.status(job, "me").state == "running"
    work.go.set()
    status = jobs.wait(job, "me", 5)
    assert (status.state, status.done, status.total, status.result) == ("done", 4, 4, ("result", 4))
    assert status.share == 1.0
    assert status.is_over


def test_nobody_sees_or_ends_the_job_of_another():
    jobs, work = Jobs(), Slow()
    job = jobs.submit("me", "band", work)
    work.begun.wait(5)
    assert jobs.status(job, "you") is None
    jobs.cancel(job, "you")
    jobs.end_session("you")
    work.go.set()
    assert jobs.wait(job, "me", 5).state == "done"


def test_a_new_job_takes_the_place_of_the_old_one_of_the_same_session_and_kind():
    jobs, old, other, mine = Jobs(small=3), Slow(), Slow(), Slow()
    first = jobs.submit("me", "band", old)
    kept = jobs.submit("me", "solve", mine)
    yours = jobs.submit("you", "band", other)
    old.begun.wait(5)
    second = jobs.submit("me", "band", Slow())
    assert jobs.wait(first, "me", 5).state == "cancelled"
    assert jobs.status(kept, "me").state == "running"
    assert jobs.status(yours, "you").state == "running"
    for work in (other, mine):
        work.go.set()
    jobs.cancel(second, "me")
    assert jobs.wait(second, "me", 5).state == "cancelled"


def test_a_reader_who_moves_on_keeps_the_place_in_the_queue():
    jobs, first, stale, other, newest = Jobs(small=1), Slow(), Slow(), Slow(), Slow()
    jobs.submit("a", "band", first)
    jobs.submit("b", "band", stale)
    behind = jobs.submit("c", "band", other)
    mine = jobs.submit("b", "band", newest)
    assert jobs.status(mine, "b").ahead == 0
    assert jobs.status(behind, "c").ahead == 1
    first.go.set()
    assert newest.begun.wait(5)
    assert not stale.begun.is_set()
    assert not other.begun.is_set()
    for work in (newest, other):
        work.go.set()
    assert jobs.wait(behind, "c", 5).state == "done"


def test_a_job_that_pauses_takes_no_place_and_costs_nothing_where_it_is_replaced():
    jobs, hasty, patient, other = Jobs(), Slow(), Slow(), Slow()
    jobs.submit("a", "band", hasty, pause=60)
    second = jobs.submit("b", "band", other, pause=0)
    assert other.begun.wait(5)
    other.go.set()
    assert jobs.wait(second, "b", 5).state == "done"
    began = time.monotonic()
    mine = jobs.submit("a", "band", patient, pause=0.2)
    assert patient.begun.wait(5)
    assert time.monotonic() - began > 0.15
    patient.go.set()
    assert jobs.wait(mine, "a", 5).state == "done"
    assert not hasty.begun.is_set()
    assert jobs.counts[:2] == (0, 0)


def test_a_cancelled_job_keeps_what_was_finished():
    jobs, work = Jobs(), Slow(parts=1_000_000)
    job = jobs.submit("me", "band", work)
    work.go.set()
    while work.finished < 3:
        time.sleep(0.001)
    jobs.cancel(job, "me")
    status = jobs.wait(job, "me", 5)
    assert status.state == "cancelled"
    assert status.result == ("result", status.done)
    assert 3 <= status.done < 1_000_000


def test_the_queue_is_bounded_and_says_how_many_are_ahead():
    jobs, works = Jobs(small=1, waiting=2), [Slow() for _ in range(3)]
    ids = [jobs.submit(f"s{number}", "band", work) for number, work in enumerate(works)]
    assert [jobs.status(job, f"s{number}").ahead for number, job in enumerate(ids)] == [0, 0, 1]
    assert [jobs.status(job, f"s{number}").state for number, job in enumerate(ids)] == ["running", "queued", "queued"]
    with pytest.raises(ResultError, match="busy"):
        jobs.submit("s9", "band", Slow())
    jobs.cancel(ids[1], "s1")
    assert jobs.status(ids[2], "s2").ahead == 0
    for work in works:
        work.go.set()
    assert jobs.wait(ids[2], "s2", 5).state == "done"
    assert works[1].finished == 0


def test_sizes_have_places_of_their_own_so_that_short_jobs_find_one():
    jobs = Jobs(heavy=1_000)
    heavy, second, wide, other, small = (Slow() for _ in range(5))
    jobs.submit("a", "band", heavy, weight=10_000)
    long = jobs.submit("b", "band", second, weight=10_000)
    jobs.submit("c", "band", wide, weight=200)
    waiting = jobs.submit("d", "band", other, weight=200)
    quick = jobs.submit("e", "rules", small)
    for work in (heavy, wide, small):
        assert work.begun.wait(5)
    small.go.set()
    assert jobs.wait(quick, "e", 5).state == "done"
    assert [jobs.status(*one).state for one in ((long, "b"), (waiting, "d"))] == ["queued", "queued"]
    wide.go.set()
    assert other.begun.wait(5)
    assert jobs.status(long, "b").state == "queued"
    for work in (heavy, second, other):
        work.go.set()
    assert jobs.wait(long, "b", 5).state == "done"
    assert jobs.wait(waiting, "d", 5).state == "done"


def test_a_request_that_cannot_be_keeps_its_words_and_an_accident_gets_a_code(caplog):
    jobs = Jobs()
    problem = Problem("paths", "1", "40 or more", "Choose more.")

    def refuse(progress, stop):
        raise ResultError(problem)

    def break_down(progress, stop):
        raise ZeroDivisionError("a secret of the server")

    status = jobs.wait(jobs.submit("me", "a", refuse), "me", 5)
    assert (status.state, status.error.problems, status.code) == ("failed", (problem,), "")
    with caplog.at_level(logging.ERROR, "poolcast.dashboard"):
        status = jobs.wait(jobs.submit("me", "b", break_down), "me", 5)
    assert status.state == "failed"
    assert len(status.code) == 8
    assert status.error is None
    assert status.code in caplog.text
    assert "a secret of the server" in caplog.text


def test_finished_jobs_are_forgotten_and_a_session_can_end():
    jobs = Jobs(kept=2)

    def nothing(progress, stop):
        return None

    ids = [jobs.submit("me", f"kind {number}", nothing) for number in range(3)]
    for job in ids:
        jobs.wait(job, "me", 5)
    last = jobs.submit("me", "last", nothing)
    assert jobs.status(ids[0], "me") is None
    assert jobs.wait(last, "me", 5).state == "done"
    jobs.end_session("me")
    assert jobs.counts == (0, 0, 0)


def test_time_left_follows_the_pace():
    jobs, work = Jobs(), Slow(parts=100)
    job = jobs.submit("me", "band", work)
    work.go.set()
    while work.finished < 20:
        time.sleep(0.001)
    status = jobs.status(job, "me")
    if status.state == "running":
        pace = status.seconds / status.done
        assert 0 < status.left < 3 * pace * (status.total - status.done) + 0.1
    jobs.cancel(job, "me")


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux only")
def test_jobs_and_the_threads_that_they_start_let_pages_go_first():
    def niceness():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(_progress, _stop):
        with ThreadPoolExecutor(1) as pool:
            return niceness(), pool.submit(niceness).result()

    here, queue = niceness(), Jobs()
    found = queue.wait(queue.submit("me", "band", work), "me", 10)
    assert found.result == (NICENESS, NICENESS)
    assert niceness() == here < NICENESS

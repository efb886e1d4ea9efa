"""Two readers ask for the same: who leaves takes nothing from the other."""

import threading
import time

import pytest

from poolcast.dashboard.services.caching import BoundedCache
from poolcast.dashboard.services.stoppable import made_once

SECONDS = 20


def nothing(_done, _total):
    return None


class Slow:
    """Makes a value in two steps; the first maker waits between them until he is let go."""

    def __init__(self):
        self.began, self.go, self.makers = threading.Event(), threading.Event(), 0

    def __call__(self, tell):
        self.makers += 1
        tell(0, 2)
        if self.makers == 1:
            self.began.set()
            assert self.go.wait(SECONDS)
        tell(1, 2)
        return f"made by the {'first' if self.makers == 1 else 'second'}"


def test_whoever_still_waits_goes_on_when_the_one_who_makes_it_leaves():
    cache, slow = BoundedCache(4, 100, lambda _: 1), Slow()
    stops, found = (threading.Event(), threading.Event()), {}

    def ask(who):
        found[who] = made_once(cache, "question", slow, nothing, stops[who])

    first = threading.Thread(target=ask, args=(0,), daemon=True)
    first.start()
    assert slow.began.wait(SECONDS)
    second = threading.Thread(target=ask, args=(1,), daemon=True)
    second.start()
    time.sleep(0.3)  # until he waits for the first
    stops[0].set()
    slow.go.set()
    for thread in (first, second):
        thread.join(SECONDS)
    assert found == {0: None, 1: "made by the second"}
    assert cache.peek("question") == "made by the second"


def test_who_has_left_gets_what_is_known_already_and_makes_nothing():
    cache, left = BoundedCache(4, 100, lambda _: 1), threading.Event()
    left.set()
    assert made_once(cache, "question", lambda _: pytest.fail("nobody waits"), nothing, left) is None
    cache.put("question", "known")
    assert made_once(cache, "question", lambda _: pytest.fail("nobody waits"), nothing, left) == "known"


def test_an_accident_reaches_the_reader_as_it_is():
    cache = BoundedCache(4, 100, lambda _: 1)

    def fall(_tell):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        made_once(cache, "question", fall, nothing, threading.Event())

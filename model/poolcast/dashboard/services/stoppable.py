"""Calculations that several readers may ask for at once and each may leave: who leaves ends only his own waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from poolcast.dashboard.services.caching import BoundedCache

Value = TypeVar("Value")
Progress = Callable[[int, int], None]


class StoppedError(Exception):
    """A calculation was left because nobody waits for it."""


def made_once(
    cache: BoundedCache[Value],
    key: Hashable,
    make: Callable[[Progress], Value],
    progress: Progress,
    stop: threading.Event,
) -> Value | None:
    """Return the value of a key, made by the first who asks; None where this reader has left before it was there.

    Where the one who makes it leaves, his error reaches everybody who waits for the same; whoever still waits goes on
    in his place.

    Parameters
    ----------
    cache : BoundedCache
        Where the value is kept.
    key : hashable
        What is asked, by content.
    make : callable
        Makes the value; calls what it is given with finished and all parts.
    progress : callable
        Of this reader's job: finished and all parts.
    stop : threading.Event
        Set once this reader waits no more.
    """

    def tell(done: int, total: int) -> None:
        if stop.is_set():
            raise StoppedError
        progress(done, total)

    while not stop.is_set():
        try:
            return cache.get(key, lambda: make(tell))
        except StoppedError:
            continue
    return cache.peek(key)

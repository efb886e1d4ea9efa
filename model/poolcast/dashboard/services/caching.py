"""Bounded stores of results by content: least recently used out first, one computation a key, safe between threads.

Each store has bounds of its own, and all of a process together have one: whatever the readers of a server look at, it
holds no more than `TOGETHER`.
"""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

TOGETHER = 1536 * 2**20
"""Most bytes of all stores of a process; the newest value of each stays."""

_uses = itertools.count()
_room = threading.Lock()


@dataclass
class _Entry(Generic[Value]):
    value: Value
    size: int
    used: int
    """Number of the last use, of all uses of the process."""


@dataclass(frozen=True)
class Held:
    """What a cache holds, for the page of the administrator and for tests."""

    entries: int
    size: int


class BoundedCache(Generic[Value]):
    """Results shared by all sessions; a key must say the whole content of what made the value, and never who asked.

    Parameters
    ----------
    entries : int
        Most values held.
    size : int
        Most bytes held; the newest value stays even where it alone is larger.
    size_of : callable
        Bytes of a value.
    """

    def __init__(self, entries: int, size: int, size_of: Callable[[Value], int]) -> None:
        self._entries, self._size, self._size_of = entries, size, size_of
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, _Entry[Value]] = OrderedDict()
        self._making: dict[Hashable, Future[Value]] = {}
        self._total = 0
        with _room:
            _stores.add(self)

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key; the first who asks makes it, others who ask meanwhile wait for that one.

        An error of `make` reaches everybody who waits, and nothing is kept of it.
        """
        with self._lock:
            if key in self._values:
                return self._use(key)
            waiting = self._making.get(key)
            if waiting is None:
                mine: Future[Value] = Future()
                self._making[key] = mine
        if waiting is not None:
            return waiting.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._making[key]
            mine.set_exception(error)
            raise
        self._keep(key, value)
        with self._lock:
            del self._making[key]
        mine.set_result(value)
        return value

    def peek(self, key: Hashable) -> Value | None:
        """Return the value of a key where it is held, and None otherwise."""
        with self._lock:
            return self._use(key) if key in self._values else None

    def put(self, key: Hashable, value: Value) -> None:
        """Hold a value that was made elsewhere."""
        self._keep(key, value)

    def _use(self, key: Hashable) -> Value:
        entry = self._values[key]
        entry.used = next(_uses)
        self._values.move_to_end(key)
        return entry.value

    def _keep(self, key: Hashable, value: Value) -> None:
        size = self._size_of(value)
        with self._lock:
            if key in self._values:
                self._total -= self._values.pop(key).size
            self._values[key] = _Entry(value, size, next(_uses))
            self._total += size
            while len(self._values) > 1 and (len(self._values) > self._entries or self._total > self._size):
                self._drop_oldest()
        _make_room()

    def _drop_oldest(self) -> None:
        _, entry = self._values.popitem(last=False)
        self._total -= entry.size

    def _oldest(self) -> int | None:
        """Number of the last use of the value that would go first; None where none would."""
        with self._lock:
            return next(iter(self._values.values())).used if len(self._values) > 1 else None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._total = 0

    @property
    def held(self) -> Held:
        """Entries and bytes held."""
        with self._lock:
            return Held(len(self._values), self._total)


_stores: weakref.WeakSet[BoundedCache[Any]] = weakref.WeakSet()


def _make_room() -> None:
    """Let go what was used least lately, in whatever store, until all stores together are within `TOGETHER`."""
    with _room:
        while sum(store.held.size for store in _stores) > TOGETHER:
            oldest = {store: used for store in _stores if (used := store._oldest()) is not None}
            if not oldest:
                return
            store = min(oldest, key=lambda one: oldest[one])
            with store._lock:
                if len(store._values) > 1:
                    store._drop_oldest()

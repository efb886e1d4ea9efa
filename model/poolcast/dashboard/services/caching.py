"""A bounded store of results by content: least recently used out first, one computation a key, safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


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
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._making: dict[Hashable, Future[Value]] = {}
        self._total = 0

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key; the first who asks makes it, others who ask meanwhile wait for that one.

        An error of `make` reaches everybody who waits, and nothing is kept of it.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
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
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Value) -> None:
        """Hold a value that was made elsewhere."""
        self._keep(key, value)

    def _keep(self, key: Hashable, value: Value) -> None:
        size = self._size_of(value)
        with self._lock:
            if key in self._values:
                self._total -= self._values.pop(key)[1]
            self._values[key] = value, size
            self._total += size
            while len(self._values) > 1 and (len(self._values) > self._entries or self._total > self._size):
                _, (_, freed) = self._values.popitem(last=False)
                self._total -= freed

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

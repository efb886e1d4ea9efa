"""What lasts is set aside once, and whatever comes to it later again."""

import gc
import sys
from types import ModuleType

import pytest

from poolcast.dashboard.services import lasting
from poolcast.dashboard.services.sets import load_set


@pytest.fixture
def afresh(monkeypatch):
    """Set nothing aside before, and take everything back afterwards."""
    gc.unfreeze()
    monkeypatch.setattr(lasting, "_seen", (0, 0, False))
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("afresh")
def test_what_lasts_is_looked_through_no_more(monkeypatch):
    load_set("china")
    assert lasting.set_aside()
    assert gc.get_freeze_count() > 50_000
    assert len(gc.get_objects()) < gc.get_freeze_count() / 10
    assert not lasting.set_aside()
    monkeypatch.setitem(sys.modules, "another_library", ModuleType("another_library"))
    assert lasting.set_aside()


@pytest.mark.usefixtures("afresh")
def test_garbage_is_freed_and_not_kept_for_ever():
    class Ring:
        freed = 0

        def __init__(self):
            self.own = self

        def __del__(self):
            Ring.freed += 1

    Ring()
    assert lasting.set_aside()
    assert Ring.freed == 1

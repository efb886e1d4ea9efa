"""Parts that look again: until everything is drawn, not for ever, and also where a run is cut short."""

from types import SimpleNamespace

import pytest

from poolcast.dashboard.parts import looking as module
from poolcast.dashboard.parts.looking import looking


class Cut(BaseException):
    """What Streamlit raises where a click or a timer asks for the next run."""


@pytest.fixture
def told(monkeypatch):
    """What a fragment says: the seconds of its timer, that it ends, that the page shall be drawn anew."""
    said = []

    def fragment(*, run_every):
        said.append(run_every)
        return lambda draw: draw

    def rerun():
        said.append("page")
        raise Cut

    monkeypatch.setattr(module.st, "fragment", fragment)
    monkeypatch.setattr(module.st, "rerun", rerun)
    monkeypatch.setattr(module.session, "finish", lambda: None)
    monkeypatch.setattr(module.session, "current", lambda: SimpleNamespace(lang="zh"))
    monkeypatch.setattr(module, "stop_looking", lambda: said.append("end"))
    return said


def part(answers, drawn=None):
    """A part whose question is answered in turn, once when it is made and twice a run where the first says no."""
    given = iter(answers)
    return looking(lambda: next(given), 0.5)(drawn or (lambda: None))


def test_a_part_looks_until_what_it_waits_for_is_drawn(told):
    shown = part([True, True, False, False])
    shown()  # it comes while this is drawn: not everything may be there
    assert told == [0.5]
    shown()
    assert told == [0.5, "end"]


def test_nothing_awaited_needs_no_timer(told):
    part([False, False, False])()
    assert told == [None]


def test_the_end_is_said_again_where_a_run_was_cut_short_before_it_was_sent(told, monkeypatch):
    def cut():
        monkeypatch.setattr(module, "stop_looking", lambda: told.append("end"))
        raise Cut

    monkeypatch.setattr(module, "stop_looking", cut)
    shown = part([True, False, False, False, False])
    with pytest.raises(Cut):
        shown()
    shown()
    assert told == [0.5, "end"]


def test_what_a_part_asks_for_anew_keeps_its_timer_or_draws_the_page(told):
    part([True, False, True])()
    assert told == [0.5]
    told.clear()
    without = part([False, False, True])
    with pytest.raises(Cut):
        without()
    assert told == [None, "page"]
    told.clear()
    ended = part([True, False, False, False, True])
    ended()
    with pytest.raises(Cut):
        ended()
    assert told == [0.5, "end", "page"]


def test_a_part_that_goes_wrong_does_not_go_wrong_every_second(told, monkeypatch):
    monkeypatch.setattr("poolcast.dashboard.parts.problems.unexpected", lambda code, language: told.append("sentence"))

    def drawn():
        raise ValueError

    part([True, True], drawn)()
    assert told == [0.5, "sentence", "end"]

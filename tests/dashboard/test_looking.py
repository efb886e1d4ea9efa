"""Parts that look again: until everything is drawn, not for ever, less often in company, and also after a cut run."""

from types import SimpleNamespace

import pytest

from poolcast.dashboard.parts import looking as module
from poolcast.dashboard.parts.looking import LOOKS, looking, pace


class Cut(BaseException):
    """What Streamlit raises where a click or a timer asks for the next run."""


@pytest.fixture
def told(monkeypatch):
    """What a fragment says of its timer: seconds, or None where it ends."""
    said = []
    monkeypatch.setattr(module.st, "fragment", lambda *, run_every: lambda draw: draw)
    monkeypatch.setattr(module.session, "finish", lambda: None)
    monkeypatch.setattr(module.session, "current", lambda: SimpleNamespace(lang="zh"))
    monkeypatch.setattr(module, "shared_jobs", lambda: SimpleNamespace(sessions=1))
    monkeypatch.setattr(module, "look_again", said.append)
    return said


def part(answers, drawn=None):
    """A part whose question is answered in turn: before a drawing, and after it where the first said no."""
    given = iter(answers)
    return looking(lambda: next(given), 0.5)(drawn or (lambda: None))


def test_a_part_looks_until_what_it_waits_for_is_drawn(told):
    shown = part([True, False, False])
    shown()  # it comes while this is drawn: not everything may be there
    assert told == [0.5]
    shown()
    assert told == [0.5, None]


def test_the_end_is_said_again_where_a_run_was_cut_short(told):
    def drawn():
        if not told:
            told.append("cut")
            raise Cut

    shown = part([False, False, False], drawn)
    with pytest.raises(Cut):
        shown()
    shown()
    assert told == ["cut", None]


def test_what_a_part_asks_for_anew_sets_its_timer(told):
    shown = part([False, False, False, True])
    shown()
    shown()
    assert told == [None, 0.5]


def test_a_part_that_goes_wrong_does_not_go_wrong_every_second(told, monkeypatch):
    monkeypatch.setattr("poolcast.dashboard.parts.problems.unexpected", lambda code, language: told.append("sentence"))

    def drawn():
        raise ValueError

    part([True], drawn)()
    assert told == ["sentence", None]


def test_all_readers_together_look_no_more_often_than_the_server_bears(told, monkeypatch):
    assert [pace(0.5, readers) for readers in (0, 1, 4, 5, 20)] == [0.5, 0.5, 0.5, 1.0, 2.5]
    assert pace(1.0, 2) == 1.0
    for readers in range(8, 200):
        assert readers / pace(0.5, readers) <= LOOKS
    monkeypatch.setattr(module, "shared_jobs", lambda: SimpleNamespace(sessions=20))
    part([True])()
    assert told == [2.5]

"""A browser sends what all its widgets show with each message; what it has not drawn anew yet is nobody's move.

Past faults: where a page moved a slider by itself, as undo does, a look of a timer or a second press that left the
browser before the answer had come moved it back, and the press was lost; a busy machine made it likely.
"""

import asyncio

import pytest

from poolcast.dashboard.services.drafts import Draft
from tests.e2e.load import ARGUMENT, LEVER, SLIDER, Reader
from tests.e2e.served import served
from tests.e2e.wire import opened

CHINA = Reader(0, "china", "000000")
MOVED = f"{SLIDER}@zh"
PART = "measure@zh"
"""A widget of the part that looks again by itself; the levers are in another."""


@pytest.fixture(scope="module")
def address():
    with served() as found:
        yield found


def points(session):
    """Return where the draft in the address has the lever."""
    call = Draft.of_link(session.query["d"]).call(LEVER)
    return round({**call.lever.defaults, **call.arguments}[ARGUMENT] * 100, 9)


def after(address, *steps):
    """Make steps one after the other, and return where the lever is after each: a value moves it, a text presses."""

    async def follow():
        found = []
        async with opened(address) as session:
            await session.open("build", **CHINA.query(-1.0))
            await session.move("build_filter@zh", session.options("build_filter@zh")[0])
            for step in steps:
                if step == "look":
                    await session.look(PART)
                elif isinstance(step, str):
                    await session.move(f"more_{step}@zh", ...)
                else:
                    await session.move(MOVED, step)
                found.append(points(session))
        return found

    return asyncio.run(follow())


def test_a_look_that_left_before_the_answer_came_undoes_no_undo(address):
    assert after(address, 1.0, "undo", "look", "look", "redo") == [1.0, -1.0, -1.0, -1.0, 1.0]


def test_two_quick_presses_of_undo_are_two(address):
    steps = 1.0, 2.0, "undo", "undo", "redo", "look", "redo"
    assert after(address, *steps) == [1.0, 2.0, 1.0, -1.0, 1.0, 1.0, 2.0]


def test_a_reader_may_put_a_lever_back_to_what_was_undone(address):
    assert after(address, 1.0, "undo", 1.0) == [1.0, -1.0, 1.0]
    assert after(address, 1.0, "undo", "look", 1.0, "undo", "redo") == [1.0, -1.0, -1.0, 1.0, -1.0, 1.0]

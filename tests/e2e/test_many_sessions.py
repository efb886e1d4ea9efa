"""Twenty planners at once, for a minute; the ten minutes are `python -m benchmarks.many_sessions`."""

import asyncio
import re
import time

import psutil
import pytest

from poolcast.dashboard.services.drafts import Draft
from tests.e2e.load import LEVER, SLIDER, Reader, _wrong, readers, run_load
from tests.e2e.served import CHROMIUM, chromium, served
from tests.e2e.wire import opened

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]
CHINA = Reader(0, "china", "000000")


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "log"


@pytest.fixture(scope="module")
def address(log):
    with served(log) as found:
        yield found


def test_an_idle_page_comes_to_rest(address):
    """A past fault: the timer of a band went on for ever, and every open page drew itself each second.

    Three readers may try: on a busy machine Streamlit can lose the message that a run ended, and with it that of its
    timer.
    """

    async def look():
        async with opened(address) as session:
            await session.open("forecast", set="china", paths="40")
            end = time.monotonic() + 90
            while session.is_waiting and time.monotonic() < end:
                await session.rest(0.5)
            runs = session.runs
            await session.rest(4)
            return session.is_waiting, session.runs - runs, "40 次" in session.html

    found = []
    while len(found) < 3 and (False, 0, True) not in found:
        found.append(asyncio.run(look()))
    assert (False, 0, True) in found, found


def test_twenty_sessions_for_a_minute(address, log):
    if CHROMIUM is None:
        load = run_load(address, None, 60)
    else:
        with chromium(address) as browser:
            load = run_load(address, browser, 60)
        assert load.in_browser
    print(load.report())
    assert not load.faults, load.report()
    assert load.checked >= 10
    assert load.percentile(0.95) < 3.0, load.report()
    assert max(held for _, held in load.memory) < 4096, load.report()
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace")


def test_a_runaway_simulation_does_not_starve_the_others(address):
    """Four readers ask for the most paths on fourteen regions; a fifth goes on moving a slider, and sees the queue."""

    async def together():
        greedy = [opened(address) for _ in range(4)]
        seconds, waiting = [], set()
        async with opened(address) as calm:
            await calm.open("build", **CHINA.query(-1.0))
            await calm.move("build_filter@zh", calm.options("build_filter@zh")[0])
            for place, one in enumerate(greedy):
                await one.__aenter__()
                await one.open("forecast", set="hebei", paths="10000000", seed=str(100 + place))
            for value in (CHINA.value(move) for move in range(1, 11)):
                run = await calm.move(f"{SLIDER}@zh", value)
                seconds.append(run.seconds)
                assert not _wrong(calm, CHINA, value)
                await calm.rest(1)
                waiting |= {place for place, one in enumerate(greedy) if "排队" in one.html}
            for one in greedy:
                await one.__aexit__()
        return seconds, waiting

    seconds, waiting = asyncio.run(together())
    assert sorted(seconds)[len(seconds) // 2] < 3.0, seconds
    assert len(waiting) >= 2, "the others see that they wait"


def test_a_reader_who_leaves_takes_his_simulation_along():
    """A past fault: the jobs of a session that had ended ran on, and others waited behind them."""

    async def come_and_go(address):
        async with opened(address) as session:
            await session.open("forecast", set="hebei", paths="10000", seed="77")
            end = time.monotonic() + 120
            while not re.search(r"[1-9][\d,]*/10,000", session.html) and time.monotonic() < end:
                await session.rest(0.5)
            return re.search(r"[1-9][\d,]*/10,000", session.html)

    with served(environment={"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "1"}) as address:
        assert asyncio.run(come_and_go(address))
        server, end, busy = psutil.Process(address.pid), time.monotonic() + 20, 100.0
        while busy > 20 and time.monotonic() < end:  # the simulation would have taken longer
            busy = server.cpu_percent(1.0)
    assert busy <= 20


def test_readers_of_the_load_are_told_apart():
    everybody = readers(20)
    assert len({reader.year for reader in everybody}) == 20
    assert {reader.set for reader in everybody} == {"china", "hebei"}
    drafts = [Draft.of_link(reader.query(1.0)["d"]).call(LEVER).start for reader in everybody]
    assert drafts == [reader.year for reader in everybody]

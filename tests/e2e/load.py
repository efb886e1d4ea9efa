"""Many sessions at once on one server: most of them on the wire, one in a browser, all moving a slider.

Every session has a draft of its own, told apart by the year in which its policy begins, and every answer is held
against it: the address, the chart, and at the end the same moves made again by one reader alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psutil

from poolcast.dashboard.services.drafts import Draft
from tests.e2e.served import Address, settle
from tests.e2e.wire import Session, WireError, opened

LEVER, ARGUMENT = "F01", "change"
SLIDER = f"arg_{LEVER}_{ARGUMENT}"
LOWEST, STEP, VALUES = -3.0, 0.25, 25
"""Points of the employer rate, as the slider shows them."""
FIRST_YEAR = 2027
WINDOW = 20
"""Seconds."""
HEBEI = ("130100", "130200", "130300", "130400", "130500", "130600", "130700", "130800", "130900", "131000", "131100")


@dataclass(frozen=True)
class Reader:
    """One session of the load.

    Parameters
    ----------
    number : int
        Counted from 0; its policy begins in a year of its own.
    set, region : str
        What it looks at.
    """

    number: int
    set: str
    region: str

    @property
    def year(self) -> int:
        """Year in which its policy begins."""
        return FIRST_YEAR + self.number

    def value(self, move: int) -> float:
        """Return the value of the slider after a move, points; two readers seldom meet."""
        return LOWEST + STEP * ((self.number * 11 + move * 7) % VALUES)

    def query(self, value: float) -> dict[str, str]:
        """Return the address that opens its draft."""
        draft = Draft().with_lever(LEVER).with_argument(LEVER, ARGUMENT, value / 100).with_start(LEVER, self.year)
        return {"set": self.set, "region": self.region, "d": draft.link() or "", "to": "2060"}


@dataclass
class Load:
    """What a load showed.

    Parameters
    ----------
    seconds : list of float
        Of each move on the wire, from sending to the end of the run.
    in_browser : list of float
        Of each move in the browser, from the key to the drawn chart.
    faults : list of str
        Errors, lost connections, answers that belong to somebody else.
    memory : list of (float, float)
        Seconds since the beginning, and resident memory of the server in MB.
    checked : int
        Answers held against what one reader alone gets.
    around : tuple of float
        Load of the machine before and after.
    """

    seconds: list[float] = field(default_factory=list)
    in_browser: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    checked: int = 0
    around: tuple[float, ...] = ()

    def percentile(self, share: float) -> float:
        """Return a percentile of the moves, wire and browser together."""
        ordered = sorted(self.seconds + self.in_browser)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def growth(self) -> float:
        """MB a minute by which what is held grew over the second half, by least squares.

        What is held is the least of each `WINDOW`: a job takes hundreds of MB for a second or two and hands them back.
        """
        least: dict[int, float] = {}
        for at, held in self.memory:
            if at >= self.memory[-1][0] / 2:
                window = int(at // WINDOW)
                least[window] = min(held, least.get(window, held))
        if len(least) < 3:
            return 0.0
        slope, _ = statistics.linear_regression([window * WINDOW / 60 for window in least], list(least.values()))
        return slope

    def report(self) -> str:
        """Return the findings as lines."""
        held = [memory for _, memory in self.memory]
        lines = [
            f"moves            {len(self.seconds)} on the wire, {len(self.in_browser)} in the browser",
            f"wire             median {statistics.median(self.seconds):.2f} s",
            f"browser          median {statistics.median(self.in_browser):.2f} s" if self.in_browser else "",
            f"all              95th percentile {self.percentile(0.95):.2f} s, slowest {self.percentile(1):.2f} s",
            f"memory           first {held[0]:.0f} MB, last {held[-1]:.0f} MB, most {max(held):.0f} MB",
            f"                 least of each {WINDOW} s in the second half: {self.growth:+.1f} MB a minute",
            f"answers checked  {self.checked} against one reader alone",
            f"faults           {len(self.faults)}",
            f"load around      {self.around}",
        ]
        return "\n".join(line for line in [*lines, *self.faults[:10]] if line)


def readers(number: int, share_of_hebei: float = 0.5) -> list[Reader]:
    """Return the sessions of a load; some look at the synthetic province, each at a region of its own."""
    found = []
    for place in range(number):
        of_hebei = (place + 1) * share_of_hebei // 1 > place * share_of_hebei // 1
        found.append(
            Reader(place, "hebei", HEBEI[place % len(HEBEI)]) if of_hebei else Reader(place, "china", "000000")
        )
    return found


def run_load(
    address: Address, browser: Any, seconds: float, number: int = 20, every: float = 5.0, share_of_hebei: float = 0.5
) -> Load:
    """Run a load of `number` sessions for a time and return what it showed.

    Parameters
    ----------
    address : Address
        Of the server.
    browser : Browser or None
        The last session is in it; all are on the wire where None.
    seconds : float
        How long, after everybody has opened the page.
    number : int
        Sessions.
    every : float
        Seconds between two moves of a session.
    share_of_hebei : float
        Part of the sessions that look at the set of fourteen regions.
    """
    load = Load(around=os.getloadavg())
    everybody = readers(number, share_of_hebei)
    on_wire = everybody[:-1] if browser is not None else everybody
    answers: dict[tuple[Reader, float], str] = {}
    ready, stop = threading.Event(), threading.Event()

    def follow() -> None:
        try:
            asyncio.run(_together(address, on_wire, load, answers, seconds, every, ready))
        except BaseException as error:  # noqa: BLE001 - the thread must not die in silence
            load.faults.append(f"the sessions on the wire: {error!r}")
        finally:
            ready.set()
            stop.set()

    _apart(_warm_up(address, everybody))
    tab = None
    if browser is not None:  # before the others come: a browser gives up on a page that takes half a minute
        tab = browser.open("build", **everybody[-1].query(everybody[-1].value(0)))
        show_levers(tab)
    thread = threading.Thread(target=follow, name="wire")
    thread.start()
    if browser is not None:
        _in_browser(browser, tab, everybody[-1], load, every, ready, stop)
    thread.join()
    load.checked = _apart(_alone(address, answers, load))
    load.around = (*load.around[:1], os.getloadavg()[0])
    return load


def _apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something in a thread of its own: that of the browser has a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _together(
    address: Address,
    on_wire: list[Reader],
    load: Load,
    answers: dict[tuple[Reader, float], str],
    seconds: float,
    every: float,
    ready: threading.Event,
) -> None:
    opened_all = asyncio.Barrier(len(on_wire) + 1)
    ended = asyncio.Event()

    async def one(reader: Reader) -> None:
        chance = random.Random(reader.number)
        try:
            async with opened(address) as session:
                await _begin(session, reader)
                await opened_all.wait()
                await session.rest(chance.uniform(0, every))
                move = 0
                while not ended.is_set():
                    move += 1
                    value = reader.value(move)
                    run = await session.move(f"{SLIDER}@zh", value)
                    load.seconds.append(run.seconds)
                    answers[reader, value] = _answer(session)
                    load.faults += [f"reader {reader.number}: {wrong}" for wrong in _wrong(session, reader, value)]
                    await session.rest(max(0.0, every - run.seconds))
        except (WireError, TimeoutError, OSError) as error:
            load.faults.append(f"reader {reader.number}: {error!r}")
            if opened_all.n_waiting or not ready.is_set():
                await opened_all.abort()

    async def measure() -> None:
        await opened_all.wait()
        ready.set()
        began, process = time.monotonic(), psutil.Process(address.pid)
        while (passed := time.monotonic() - began) < seconds:
            load.memory.append((passed, process.memory_info().rss / 2**20))
            await asyncio.sleep(min(2.0, seconds - passed))
        ended.set()

    async with asyncio.TaskGroup() as group:
        for reader in on_wire:
            group.create_task(one(reader))
        group.create_task(measure())


async def _warm_up(address: Address, everybody: list[Reader], timeout: float = 300) -> None:
    """Let one reader of each set see everything once: the engine is compiled, the sets are read."""
    for reader in {reader.set: reader for reader in everybody}.values():
        async with opened(address) as session:
            await _begin(session, reader)
            end = time.monotonic() + timeout
            while session.is_waiting and time.monotonic() < end:
                await session.rest(1.0)


async def _begin(session: Session, reader: Reader) -> None:
    """Open the page of a reader's draft, and show the levers that are switched on."""
    await session.open("build", **reader.query(reader.value(0)))
    await session.move("build_filter@zh", session.options("build_filter@zh")[0])  # those that are switched on


def _answer(session: Session) -> str:
    """Return what identifies an answer: its lines, without bands, which come later."""
    _, chart, _ = session.widget("chart_effect")
    drawn = json.loads(chart.spec)["data"]
    lines = [
        [trace.get("x"), trace.get("y")]
        for trace in drawn
        if trace.get("mode") == "lines" and "fill" not in trace and trace["line"].get("width") != 0  # edges of bands
    ]
    return hashlib.sha256(json.dumps(lines, sort_keys=True).encode()).hexdigest()


def _wrong(session: Session, reader: Reader, value: float) -> list[str]:
    """Return what in an answer is not the reader's own."""
    wrong = list(session.faults)
    session.faults.clear()
    wrong += [f"the page says {alert}" for alert in session.alerts]
    call = Draft.of_link(session.query.get("d", "")).call(LEVER)
    held = None if call is None else ({**call.lever.defaults, **call.arguments}[ARGUMENT], call.start)
    if held is None or held[1] != reader.year or abs(held[0] - value / 100) > 1e-9:
        wrong.append(f"the address holds {held}, wanted {value / 100} from {reader.year}")
    if session.query.get("set", "china") != reader.set:
        wrong.append(f"the address holds the set {session.query.get('set')}")
    _, chart, _ = session.widget("chart_effect")
    layout = json.loads(chart.spec)["layout"]
    begins = {shape.get("x0") for shape in layout.get("shapes", ())} & set(range(FIRST_YEAR, FIRST_YEAR + 40))
    if begins != {reader.year}:
        wrong.append(f"the chart marks {sorted(begins)}, wanted {reader.year}")
    return wrong


async def _alone(address: Address, answers: dict[tuple[Reader, float], str], load: Load, most: int = 12) -> int:
    """Make some of the moves again, one reader at a time on the quiet server, and compare."""
    chosen = random.Random(1).sample(sorted(answers, key=lambda one: (one[0].number, one[1])), min(most, len(answers)))
    for reader, value in chosen:
        async with opened(address) as session:
            await session.open("build", **reader.query(value))
            if _answer(session) != answers[reader, value]:
                load.faults.append(f"reader {reader.number} at {value} got other numbers in company than alone")
    return len(chosen)


def _in_browser(
    browser: Any, tab: Any, reader: Reader, load: Load, every: float, ready: threading.Event, stop: threading.Event
) -> None:
    ready.wait(600)
    move = 0
    while not stop.is_set():
        move += 1
        began = time.monotonic()
        try:
            load.in_browser.append(
                slider_to_chart(tab, SLIDER, "effect", "ArrowLeft" if move % 20 < 10 else "ArrowRight")
            )
        except Exception as error:  # noqa: BLE001 - whatever a browser throws is a fault of the load
            load.faults.append(f"browser: {error!r}"[:300])
            return
        stop.wait(max(0.0, every - (time.monotonic() - began)))
    if reader.year not in marks_of(tab, "effect"):
        load.faults.append("browser: the chart does not mark the reader's own year")
    if browser.seen.errors or browser.seen.hosts:
        load.faults.append(f"browser: {browser.seen.errors[:3]} {sorted(browser.seen.hosts)}")
    tab.context.close()


def show_levers(tab: Any) -> None:
    """Show the levers that are switched on, with their controls."""
    tab.locator("[class*='st-key-build_filter'] button").first.click()
    tab.wait_for_selector(f"[class*='st-key-{SLIDER}'] input[type=range]", state="attached", timeout=120_000)
    settle(tab)


_LINES = """chart => {
    const gd = document.querySelector(`.st-key-chart_${chart} .js-plotly-plot`);
    const drawn = (gd?.data ?? []).filter(t => t.mode === 'lines' && !t.fill && t.line?.width !== 0);
    return drawn.length ? JSON.stringify(drawn.map(t => t.y)) : '';
}"""
"""The lines of a chart as text, without the edges of bands, which come and go by themselves; empty in mid-change."""

_MARKS = """chart => {
    const gd = document.querySelector(`.st-key-chart_${chart} .js-plotly-plot`);
    return gd?.layout ? (gd.layout.shapes ?? []).map(shape => shape.x0) : null;
}"""


def lines_of(tab: Any, chart: str, timeout: float = 120_000) -> str:
    """Return the lines of a chart as text, as soon as it has any."""
    return str(tab.wait_for_function(_LINES, arg=chart, timeout=timeout).json_value())


def marks_of(tab: Any, chart: str, timeout: float = 120_000) -> list[Any]:
    """Return where the upright lines of a chart stand, as soon as it is drawn."""
    return list(tab.wait_for_function(_MARKS, arg=chart, timeout=timeout).json_value())


def wait_for_lines(tab: Any, chart: str, lines: str, timeout: float = 120_000) -> None:
    """Wait until a chart shows given lines."""
    tab.wait_for_function(f"([chart, lines]) => ({_LINES})(chart) === lines", arg=[chart, lines], timeout=timeout)


_WATCH = f"""([chart, slider]) => {{
    const lines = {_LINES};
    const before = lines(chart);
    window.moved = new Promise(done => {{
        const handle = document.querySelector(`[class*="st-key-${{slider}}"] input[type=range]`);
        handle.addEventListener('keydown', () => {{
            const began = performance.now();
            const look = () => {{
                const now = lines(chart);
                if (now && now !== before) requestAnimationFrame(() => done(performance.now() - began));
                else requestAnimationFrame(look);
            }};
            look();
        }}, {{once: true, capture: true}});
    }});
}}"""


def slider_to_chart(tab: Any, slider: str, chart: str, key: str, timeout: float = 120_000) -> float:
    """Press a key on a slider, and return the seconds until the chart shows other lines."""
    lines_of(tab, chart, timeout)
    handle = tab.locator(f"[class*='st-key-{slider}'] input[type=range]").first
    handle.focus()
    tab.evaluate(_WATCH, [chart, slider])
    handle.press(key)
    waited = tab.evaluate(
        "limit => Promise.race([window.moved, new Promise((_, no) => setTimeout(() => no('no new chart'), limit))])",
        timeout,
    )
    return float(waited) / 1000

"""A session of the dashboard without a browser: Streamlit's own messages over its websocket.

It does what the page in a browser does: keeps what the server has drawn, sends the widgets that were moved, runs the
timers of fragments, and remembers large messages that the server sends once. What takes time in a browser, drawing, it
leaves out.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

FINISHED = ForwardMsg.ScriptFinishedStatus
_GOOD = (FINISHED.FINISHED_SUCCESSFULLY, FINISHED.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


class WireError(Exception):
    """The server said or did what it must not."""


@dataclass
class Run:
    """One run of a page or of a part of it.

    Parameters
    ----------
    seconds : float
        From sending to the end of the run.
    fragments : tuple of str
        Parts that were drawn anew; none where the whole page was.
    received : int
        Bytes.
    """

    seconds: float
    fragments: tuple[str, ...] = ()
    received: int = 0


@dataclass
class Session:
    """A reader on the wire; use `opened`.

    Parameters
    ----------
    address : str
        Of the server, ``http://127.0.0.1:8501``.
    headers : mapping of str to str
        Sent with the handshake.
    """

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    query: dict[str, str] = field(default_factory=dict)
    id: str = ""
    elements: dict[tuple[int, ...], tuple[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    runs: int = 0
    received: int = 0

    def __post_init__(self) -> None:
        self._socket: Any = None
        self._reader: asyncio.Task[None] | None = None
        self._known: dict[str, ForwardMsg] = {}
        self._states: dict[str, WidgetState] = {}
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._script = ""
        self._current: tuple[str, ...] = ()
        self._is_running = False
        self._ends: asyncio.Queue[tuple[int, tuple[str, ...]]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        from websockets.asyncio.client import connect

        place = urlsplit(self.address)
        self._socket = await connect(
            f"ws://{place.netloc}/_stcore/stream",
            subprotocols=["streamlit", *_token_of(self.headers.get("Cookie", ""))],
            additional_headers=dict(self.headers),
            max_size=None,
            compression=None,
            proxy=None,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_timers()
        await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._reader

    async def open(self, page: str = "", timeout: float = 120, **query: str) -> Run:
        """Open a page as a browser does with an address."""
        self.page, self.query = page, dict(query)
        return await self._run(ClientState(query_string=urlencode(query), page_name=page), timeout)

    async def move(self, key: str, value: object, timeout: float = 60) -> Run:
        """Give a widget a value, and wait until what hangs on it is drawn.

        Parameters
        ----------
        key : str
            Key of the widget.
        value : object
            What it holds: a number or numbers of a slider, a truth, a text; ``...`` presses a button.
        timeout : float
            Seconds.
        """
        kind, element, fragment = self.widget(key)
        state = WidgetState(id=element.id)
        if value is ...:
            state.trigger_value = True
        elif kind == "slider":
            state.double_array_value.data.extend([float(value)] if isinstance(value, int | float) else value)
        elif isinstance(value, bool):
            state.bool_value = value
        elif kind == "button_group":
            _set_texts(state, [str(value)])
        else:
            state.string_value = str(value)
        self._states[element.id] = state
        try:
            return await self._run(self._client(fragment), timeout)
        finally:
            if value is ...:
                del self._states[element.id]

    async def look(self, key: str, timeout: float = 120) -> Run:
        """Ask as a timer does for the part of the page that a widget is in, with all that this session last sent.

        Unlike a browser, a session on the wire never takes up what the page moved by itself: it is always late.
        """
        return await self._run(self._client(self.widget(key)[2], is_timer=True), timeout)

    def widget(self, key: str) -> tuple[str, Any, str]:
        """Return kind, message and fragment of a widget by its key.

        Raises
        ------
        WireError
            Where the page has none.
        """
        for kind, element, fragment in self._drawn():
            if getattr(element, "id", "").endswith(f"-{key}"):
                return kind, element, fragment
        raise WireError(f"no widget {key}; there are {self.keys}")

    def options(self, key: str) -> list[str]:
        """Return what a row of buttons offers."""
        return [getattr(option, "content", "") or str(option) for option in self.widget(key)[1].options]

    @property
    def keys(self) -> list[str]:
        """Keys of the widgets that are drawn."""
        found = (str(getattr(element, "id", "")) for _, element, _ in self._drawn())
        return sorted(one.split("-", 2)[-1] for one in found if one.startswith("$$"))

    @property
    def html(self) -> str:
        """All HTML of the page."""
        return "\n".join(element.body for kind, element, _ in self._drawn() if kind == "html")

    @property
    def figures(self) -> list[str]:
        """Specifications of the charts."""
        return [element.spec for kind, element, _ in self._drawn() if kind == "plotly_chart"]

    @property
    def is_waiting(self) -> bool:
        """Whether the page looks again by itself: something is still being computed."""
        return bool(self._timers)

    @property
    def alerts(self) -> list[str]:
        """Warnings and errors that the page shows, and exceptions."""
        return [
            getattr(element, "body", "") or getattr(element, "message", "")
            for kind, element, _ in self._drawn()
            if kind in ("alert", "exception")
        ]

    async def rest(self, seconds: float) -> None:
        """Do nothing but what timers do; raises where the connection ended."""
        await asyncio.sleep(seconds)
        if self._reader is not None and self._reader.done():
            raise WireError(f"the server closed the connection: {self._reader.exception()}")

    def _drawn(self) -> list[tuple[str, Any, str]]:
        found = []
        for fragment, message in self.elements.values():
            kind = message.WhichOneof("type")
            if kind is not None:
                found.append((kind, getattr(message, kind), fragment))
        return found

    def _client(self, fragment: str = "", is_timer: bool = False) -> ClientState:
        state = ClientState(query_string=urlencode(self.query), page_script_hash=self._script, is_auto_rerun=is_timer)
        if fragment:
            state.fragment_id = fragment
        state.widget_states.widgets.extend(self._states.values())
        state.cached_message_hashes.extend(self._known)
        return state

    async def _run(self, client: ClientState, timeout: float) -> Run:
        while not self._ends.empty():
            self._ends.get_nowait()
        began, before = time.perf_counter(), self.received
        await self._socket.send(BackMsg(rerun_script=client).SerializeToString())
        wanted, is_begun, runs = client.fragment_id, False, self.runs
        seen: list[tuple[str, tuple[str, ...]]] = []
        while True:
            left = timeout - (time.perf_counter() - began)
            try:
                status, fragments = await asyncio.wait_for(self._ends.get(), max(left, 0.01))
            except TimeoutError as error:
                asked = f"a run of {wanted or 'the page'} did not end in {timeout} s"
                raise WireError(f"{asked}; {self.runs - runs} began since, {seen}; {self.faults}") from error
            seen.append((FINISHED.Name(status), fragments))
            # A timer may cut the run short; what hangs on the move is then drawn by the run after it.
            is_begun = is_begun or not fragments or wanted in fragments
            if is_begun and status in _GOOD:
                return Run(time.perf_counter() - began, fragments, self.received - before)
            if status not in _GOOD and status != FINISHED.FINISHED_EARLY_FOR_RERUN:
                raise WireError(f"a run ended as {FINISHED.Name(status)}: {self.faults}")

    async def _read(self) -> None:
        async for data in self._socket:
            self.received += len(data)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "ref_hash":
                kept = self._known.get(message.ref_hash)
                if kept is None:
                    raise WireError("the server refers to a message that it never sent")
                whole = ForwardMsg.FromString(kept.SerializeToString())
                whole.metadata.CopyFrom(message.metadata)
                message = whole
            elif message.metadata.cacheable and message.hash:
                self._known[message.hash] = message
            self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message)
        elif kind == "delta":
            self._draw(message)
        elif kind == "script_finished":
            self._finish(message.script_finished)
        elif kind == "page_info_changed":
            self.query = dict(parse_qsl(message.page_info_changed.query_string))
        elif kind == "auto_rerun":
            self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop_timers(message.stop_auto_rerun.fragment_ids)
        elif kind == "session_event" and message.session_event.WhichOneof("type") == "script_compilation_exception":
            self.faults.append(str(message.session_event))

    def _begin(self, message: ForwardMsg) -> None:
        """Note a new run.

        Streamlit may drop the message that a run ended where a timer asks for the next run at that moment. Such a run
        counts as one that was cut short: what it drew is checked all the same.
        """
        if self._is_running:
            self._ends.put_nowait((FINISHED.FINISHED_EARLY_FOR_RERUN, self._current))
        self._is_running = True
        self.runs += 1
        self._current = tuple(message.metadata.run.fragment_ids)
        new = message.new_session
        self.id = new.initialize.session_id or self.id
        self._script = new.page_script_hash or self._script
        self._touched: set[tuple[int, ...]] = set()
        if not self._current:
            self._stop_timers()

    def _draw(self, message: ForwardMsg) -> None:
        place = tuple(message.metadata.delta_path)
        delta = message.delta
        kind = delta.WhichOneof("type")
        self._touched.add(place)
        if kind == "new_element":
            element = delta.new_element
            self.elements[place] = (delta.fragment_id, element)
            if element.WhichOneof("type") == "exception":
                self.faults.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "add_block":
            self.elements.pop(place, None)
            identified = getattr(delta.add_block, "id", "")
            if identified:
                self.elements[place] = (delta.fragment_id, _Block(delta.add_block))

    def _finish(self, status: int) -> None:
        if status in _GOOD:  # what this run did not draw again is gone
            for place, (fragment, _) in list(self.elements.items()):
                if place not in self._touched and (not self._current or fragment in self._current):
                    self.elements.pop(place)
        self._is_running = False
        self._ends.put_nowait((status, self._current))

    def _start_timer(self, fragment: str, interval: float) -> None:
        if fragment not in self._timers or self._timers[fragment].get_name() != str(interval):
            self._stop_timers([fragment])
            self._timers[fragment] = asyncio.create_task(self._look_again(fragment, interval), name=str(interval))

    def _stop_timers(self, only: Any = None) -> None:
        for fragment in list(self._timers if only is None else only):
            timer = self._timers.pop(fragment, None)
            if timer is not None:
                timer.cancel()

    async def _look_again(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._socket.send(BackMsg(rerun_script=self._client(fragment, is_timer=True)).SerializeToString())


class _Block:
    """A block that is a widget (an expander, a popover), as an element."""

    def __init__(self, block: Any) -> None:
        self.block = block

    def WhichOneof(self, _name: str) -> str:
        return "block"


def _token_of(cookies: str) -> list[str]:
    """Return the token against forged requests, which a page says once more: no cookie of a sign-in counts without."""
    found = SimpleCookie(cookies).get("_streamlit_xsrf")
    return [] if found is None else [found.value]


def _set_texts(state: WidgetState, texts: list[str]) -> None:
    state.string_array_value.data.extend(texts)


def opened(address: str, **headers: str) -> Session:
    """Return a session to be entered with ``async with``."""
    return Session(address, headers)

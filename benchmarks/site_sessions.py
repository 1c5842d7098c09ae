"""Sessions without a browser: they speak Streamlit's protocol, so that many fit beside the server on one machine.

A browser draws a page in about a second of processor time; twenty of them on two cores measure each other. A session here
sends what a browser sends (a page, or another choice of a segmented control) and reads all that a browser would read,
until the server says that the script has ended.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any, Self

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.site_visits import PAGES, Found

MAIN = 0  # the first step of an element's path in the page's body; the sidebar's is 1
PATIENCE_S = 60.0
# A run ends in one of these two; a run that another click cut short is followed by that click's own.
ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Choice:
    """A control of the page: what it offers, what is chosen, and the part of the page that it runs."""

    options: list[str]
    chosen: list[str]
    fragment: str


@dataclass
class Session:
    """One visitor's connection, and what the page that it is on offers."""

    line: ClientConnection
    pages: dict[str, str] = field(default_factory=dict)
    page: str = ""
    choices: dict[str, Choice] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, base: str) -> Self:
        """Connect and run the first page."""
        address = base.replace("http://", "ws://") + "/_stcore/stream"
        session = cls(await connect(address, subprotocols=["streamlit"], max_size=None))  # type: ignore[list-item]
        await session._run("", {})
        return session

    async def turn(self, page: str) -> float:
        """Go to a page of the navigation; seconds until its script has ended."""
        self.choices = {}
        return await self._run(self.pages[page], {})

    async def choose(self, rng: random.Random) -> float:
        """Another option of one of the page's controls; seconds until its script has ended."""
        name = rng.choice([n for n, c in self.choices.items() if set(c.options) - set(c.chosen)])
        choice = self.choices[name]
        choice.chosen = [rng.choice(sorted(set(choice.options) - set(choice.chosen)))]
        return await self._run(self.page, {n: c.chosen for n, c in self.choices.items()}, choice.fragment)

    async def _run(self, page: str, chosen: dict[str, list[str]], fragment: str = "") -> float:
        message = BackMsg()
        state = message.rerun_script
        state.page_script_hash, state.fragment_id = page, fragment
        state.context_info.locale, state.context_info.color_scheme = "en-US", "light"
        for name, values in chosen.items():
            widget = state.widget_states.widgets.add(id=name)
            widget.string_array_value.data.extend(values)
        start = time.perf_counter()
        await self.line.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_S):
            while not await self._read():
                pass
        return time.perf_counter() - start

    async def _read(self) -> bool:
        """Take one message; whether it ends a run."""
        data: Any = await self.line.recv()
        message = ForwardMsg()
        message.ParseFromString(data)
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page = message.navigation.page_script_hash
            self.pages = {p.url_pathname or PAGES[0]: p.page_script_hash for p in message.navigation.app_pages}
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message)
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors.append("the script does not compile")
            return True
        return kind == "script_finished" and message.script_finished in ENDS

    def _element(self, message: ForwardMsg) -> None:
        element, path = message.delta.new_element, list(message.metadata.delta_path)
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message[:200]}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.errors.append(element.alert.body[:200])
        elif kind == "button_group" and path[0] == MAIN:
            group: ButtonGroup = element.button_group
            options = [o.content for o in group.options]
            if group.click_mode == ButtonGroup.SINGLE_SELECT and len(options) > 1:
                chosen = list(group.raw_values) or [options[i] for i in group.default]
                self.choices[group.id] = Choice(options, chosen, message.delta.fragment_id)


async def visit(
    base: str, end: float, think: tuple[float, float], seed: int, found: Found, ready: asyncio.Barrier
) -> None:
    """One visitor until ``end`` seconds after all are there: reads for a while, then another page or another choice."""
    rng, here = random.Random(seed), PAGES[0]
    session = await Session.open(base)
    await ready.wait()
    end += time.perf_counter()
    try:
        while time.perf_counter() < end:
            await asyncio.sleep(rng.uniform(*think))
            if session.choices and rng.random() < 0.4:
                found.add("filter", await session.choose(rng))
            else:
                here = rng.choice([p for p in PAGES if p != here])
                found.add(here, await session.turn(here))
            found.errors.extend(f"{here}: {text}" for text in session.errors)
            session.errors.clear()
    except Exception as error:  # a click that is never answered counts as an error
        found.errors.append(f"{here}: {type(error).__name__} {str(error)[:200]}")
    finally:
        await session.line.close()

"""A failure stays in its section: a sentence there, the trace in the server's log, and the rest of the page stands."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import streamlit as st
from streamlit.errors import FragmentHandledException

from harness.errors import LandscapeError

if TYPE_CHECKING:
    from harness.site.server.view import View

P = ParamSpec("P")


@contextmanager
def part(view: View, name: str = "") -> Iterator[None]:
    """Part of a page that may fail alone; ``name`` says in the log which. What it drew before stays."""
    try:
        yield
    except FragmentHandledException:
        raise
    except Exception as error:  # Streamlit's own stops and reruns are no Exceptions
        logging.getLogger("landscape.site").exception("a section failed: %s", name)
        say = view.say
        st.error(say("common.section_failed"), icon=":material/error:")
        if isinstance(error, LandscapeError):
            st.code(str(error), language=None, wrap_lines=True)


def section(show: Callable[Concatenate[View, P], None]) -> Callable[Concatenate[View, P], None]:
    """A function that draws a section of a page, with its failures kept in it."""

    @functools.wraps(show)
    def contained(view: View, /, *arguments: P.args, **named: P.kwargs) -> None:
        with part(view, f"{show.__module__}.{show.__qualname__}"):
            show(view, *arguments, **named)

    return contained


def is_section(function: Any) -> bool:
    """Whether ``section`` keeps the failures of a function."""
    return getattr(function, "__wrapped__", None) is not None

"""The download of a report: one document a choice and database generation, made one at a time."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.reports.formats.zip_file import zip_bytes
from harness.site.widgets import contained

if TYPE_CHECKING:
    from harness.market.choice.wish import Wish
    from harness.site.server.view import View
    from harness.store.reader import Reader

MIME: Mapping[str, str] = {
    "html": "text/html",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "md": "text/markdown",
}
"""Formats that a visitor can choose, and what they are to a browser."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file to hand out; ``missed`` says why it could not be made."""

    name: str
    content: bytes
    mime: str
    missed: str = ""


def document_of(
    view: View,
    vendors: Sequence[str],
    models: Sequence[str],
    form: str,
    wish: Wish | None = None,
    segments: Sequence[str] = (),
) -> Document:
    """The report on these vendors, models and segments (none chosen means all) in one format, with the choice for ``wish``.

    Raises:
        LandscapeError: there is nothing to report on.
    """
    out: Document = _cached_document(
        view.reader.generation,
        tuple(vendors),
        tuple(models),
        tuple(segments),
        _text(wish),
        form,
        view.language,
        view.reader,
    )
    return out


@st.cache_resource(show_spinner=False)
def _report_lock() -> threading.Lock:
    return threading.Lock()


# Bounds: a document of the whole market is some megabytes, and the choices of different visitors seldom meet.
@st.cache_data(max_entries=8, show_spinner=False)
def _cached_document(
    generation: Any,
    vendors: tuple[str, ...],
    models: tuple[str, ...],
    segments: tuple[str, ...],
    wish: str,
    form: str,
    language: str,
    _reader: Reader,
) -> Document:
    from harness.market.choice.wish import Wish
    from harness.reports.make import make_report
    from harness.reports.selection import Choices

    asked = Wish.from_json(json.loads(wish)) if wish else None
    with _report_lock(), tempfile.TemporaryDirectory() as folder:
        choices = Choices(vendors=vendors, models=models, segments=segments, wish=asked)
        written = make_report(_reader, choices, [form], language, Path(folder))
        if not written.files:
            return Document("", b"", "", " ".join(written.missed))
        return packed(written.files, Path(folder), MIME[form])


def packed(files: Sequence[Path], folder: Path, mime: str) -> Document:
    """The one file, or all of them in one archive."""
    if len(files) == 1:
        return Document(files[0].name, files[0].read_bytes(), mime)
    archive = zip_bytes({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})
    return Document(f"{files[0].stem}.zip", archive, "application/zip")


def _text(wish: Wish | None) -> str:
    """A wish as text that a cache can hash; empty without one."""
    return "" if wish is None else json.dumps(wish.to_json(), sort_keys=True)


def _request(wanted: tuple[Any, ...]) -> None:
    st.session_state["_report"] = wanted


@contained.section
def show(
    view: View, vendors: Sequence[str], models: Sequence[str], wish: Wish | None = None, segments: Sequence[str] = ()
) -> None:
    """Choose a format, make the document, download it."""
    from harness.errors import LandscapeError
    from harness.site.widgets import blocks, controls

    say = view.say
    blocks.section(say("reports.document"), say("reports.document_lead"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form = controls.segmented(say("reports.format"), list(MIME), "r_format", lambda f: say(f"reports.format_{f}"))
        wanted = (
            tuple(vendors),
            tuple(models),
            tuple(segments),
            _text(wish),
            form,
            view.language,
            view.reader.generation,
        )
        st.button(say("reports.make"), key="r_make", icon=":material/description:", type="primary", on_click=_request,
                  args=(wanted,))  # fmt: skip
    if st.session_state.get("_report") != wanted:
        return
    try:
        with st.spinner(say("reports.making")):
            document = document_of(view, vendors, models, form, wish, segments)
    except LandscapeError as error:
        st.error(blocks.literal(error), icon=":material/error:")
        return
    if document.missed:
        st.warning(blocks.literal(document.missed), icon=":material/warning:")
        return
    st.download_button(
        say("reports.download", name=document.name, size=f"{len(document.content) / 1e6:.1f}"),
        data=document.content,
        file_name=document.name,
        mime=document.mime,
        key="r_download",
        icon=":material/download:",
        on_click="ignore",
    )

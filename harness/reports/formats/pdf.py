"""The PDF form: typeset pages with vector charts, by WeasyPrint; see docs/decisions on why this way."""

from __future__ import annotations

import datetime as dt
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from markupsafe import Markup

from harness.errors import MissingData
from harness.reports.document import Figure, Report
from harness.reports.formats.chart_kinds import svg_document
from harness.reports.formats.embedded_data import FORMAT, LARGEST, Carried, as_inline_json, embedded
from harness.reports.formats.html_body import Drawing, page
from harness.reports.formats.word_width import PLAIN
from harness.reports.messages import Words

FONTS = Path(__file__).parents[1] / "fonts"


def pdf(report: Report, words: Words) -> bytes:
    """The pages.

    Raises:
        MissingData: WeasyPrint or a system library that it needs (Pango) is not there.
    """
    try:
        from weasyprint import HTML, Attachment
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as error:
        raise MissingData(
            f"WeasyPrint cannot start ({str(error).splitlines()[0]}); it needs the system library Pango "
            "(Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0)."
        ) from error

    def draw(figure: Figure) -> Drawing:
        return Drawing(Markup(svg_document(figure, words)))  # nosec B704  # every text in it is escaped there

    document = page("pages.html.j2", report, words, draw, marked=False)
    if report.language == "en":
        document = document.translate(PLAIN)
    moment = dt.datetime.combine(report.day, dt.time(), dt.UTC)
    numbers = Attachment(
        string=as_inline_json(embedded(report, full=False)),
        name="landscape-report.json",
        created=moment,
        modified=moment,
    )
    with _clock(moment):
        pages = HTML(string=document, base_url=f"{FONTS.as_uri()}/", url_fetcher=_fetcher())
        return bytes(pages.write_pdf(attachments=[numbers], font_config=FontConfiguration()) or b"")


@contextmanager
def _clock(moment: dt.datetime) -> Iterator[None]:
    """Set the time that WeasyPrint's libraries write into the file to the report's."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _fetcher() -> Any:
    """A fetcher that refuses every address but those of our own fonts."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFonts(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            font = FONTS / url.rsplit("/", 1)[-1]
            if url != font.as_uri() or not font.is_file():
                raise ValueError("a report fetches nothing")
            return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/otf"})

    return OwnFonts()


def read(content: bytes) -> str:
    """The attached JSON: the one compressed stream that begins as ours does; empty where there is none."""
    start = f'{{"format":"{FORMAT.partition("/")[0]}'
    for stream in re.finditer(rb"stream\r?\n", content):
        try:
            text = zlib.decompressobj().decompress(content[stream.end() :], LARGEST)
        except zlib.error:
            continue
        if text.startswith(start.encode()):
            return text.decode()
    return ""


def problems(content: bytes, carried: Carried, report: Report) -> Iterator[str]:
    """Nothing: of pages only the attachment is checked."""
    return iter(())

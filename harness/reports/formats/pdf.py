"""The PDF form: typeset pages with vector charts, by WeasyPrint; see docs/decisions on why this way."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from harness.errors import MissingData
from harness.reports.document import Report
from harness.reports.formats.html_body import as_json, body, embedded
from harness.reports.formats.plotly_figures import legend
from harness.reports.formats.svg import drawn
from harness.reports.messages import Words

FONTS = Path(__file__).parents[1] / "fonts"
# Each family has one face: WeasyPrint 70 tells faces apart by family and weight alone, and would draw a glyph that the
# bold face lacks from the regular one with the bold one's numbering.
STYLE = """
@font-face{font-family:"Landscape Text";src:url("NotoSansSC-Regular-subset.otf")}
@font-face{font-family:"Landscape Head";src:url("NotoSansSC-Bold-subset.otf");font-weight:700}
@page{size:A4;margin:18mm 15mm 18mm;
@bottom-left{content:string(title);font:7.5pt "Landscape Text";color:#5A6572}
@bottom-right{content:counter(page) " / " counter(pages);font:7.5pt "Landscape Text";color:#5A6572}}
@page wide{size:A4 landscape}
body{font:9pt/1.45 "Landscape Text",sans-serif;color:#1B2430;margin:0}
h1,h2,h3,th,figcaption{font-family:"Landscape Head","Landscape Text",sans-serif;font-weight:700}
h1{font-size:22pt;line-height:1.15;margin:0 0 3mm;string-set:title content()}
h2{font-size:14pt;margin:0 0 1mm;border-top:1.2pt solid #124E84;padding-top:2.5mm;bookmark-level:1;break-after:avoid}
h3{font-size:9.5pt;margin:5mm 0 1.5mm;bookmark-level:2;break-after:avoid}
h3.q{margin:3mm 0 .6mm;bookmark-level:none;color:#124E84}
p{margin:1.2mm 0}.lead{break-after:avoid}.kicker,.lead,.note{color:#5A6572}.kicker,.note{font-size:7.5pt}
section+section{margin-top:8mm}
nav{margin-top:6mm;break-after:page;break-inside:avoid}nav h2{border-top:.6pt solid #D5DAE1;font-size:11pt;bookmark-level:none}nav ol{margin:2mm 0;padding-left:6mm;columns:2;column-gap:12mm}
nav a{color:inherit;text-decoration:none}nav a::after{content:leader(".") target-counter(attr(href),page)}
table{border-collapse:collapse;width:100%;table-layout:fixed;font-size:6.6pt;line-height:1.3}col{width:var(--w)}
th{text-align:left;border-bottom:.8pt solid #1B2430;vertical-align:bottom}
th,td{padding:.7mm 1.6mm .7mm 0}td{border-bottom:.3pt solid #D5DAE1;vertical-align:top;overflow-wrap:anywhere}.d{white-space:nowrap}
tr{break-inside:avoid}.n{text-align:right}td.n{white-space:nowrap}
figure{margin:4mm 0;break-inside:avoid}figcaption{margin-bottom:1.5mm}figure svg{width:100%;height:auto}
"""


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
    day = report.day.isoformat()
    inside = body(report, words, lambda figure: drawn(figure, legend(words)), marked=False)
    language = "zh-Hans" if report.language == "zh" else "en"
    document = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f'<meta name="generator" content="Landscape"><meta name="dcterms.created" content="{day}">'
        f'<meta name="dcterms.modified" content="{day}"><style>{STYLE}</style></head><body>{inside}</body></html>'
    )
    moment = dt.datetime.combine(report.day, dt.time(), dt.UTC)
    held = Attachment(
        string=as_json(embedded(report, full=False)), name="landscape-report.json", created=moment, modified=moment
    )
    with _clock(moment):
        page = HTML(string=document, base_url=f"{FONTS.as_uri()}/", url_fetcher=_fetcher())
        return bytes(page.write_pdf(attachments=[held], font_config=FontConfiguration()) or b"")


@contextmanager
def _clock(moment: dt.datetime) -> Iterator[None]:
    """Libraries that write a time of their own write the report's."""
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
    """Nothing but our own fonts is ever fetched."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFonts(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            held = FONTS / url.rsplit("/", 1)[-1]
            if url != held.as_uri() or not held.is_file():
                raise ValueError("a report fetches nothing")
            return URLFetcherResponse(url, held.read_bytes(), {"Content-Type": "font/otf"})

    return OwnFonts()

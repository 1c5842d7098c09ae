"""What other commands lean on: the PDF's typesetting and fonts, Ray, the site's port."""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from harness.commands.doctor.finding import Finding, ok, warning

FONTS = Path(__file__).parents[2] / "reports" / "fonts"
PORT = 8501


def programs() -> Iterator[Finding]:
    """PDF and fonts, Ray, the port of the site."""
    yield pdf()
    yield ray()
    yield port(PORT)


def pdf() -> Finding:
    """Whether a line of Chinese can be typeset with the fonts that ship."""
    fonts = sorted(FONTS.glob("*.otf"))
    if not fonts:
        return warning("PDF and fonts", f"no font in {FONTS}", "Install the package again; the fonts ship with it.")
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            from weasyprint import HTML
            from weasyprint.text.fonts import FontConfiguration

            made = HTML(string="<p lang=zh>开放语言模型</p>").write_pdf(font_config=FontConfiguration())
    except (ImportError, OSError) as problem:
        said = str(problem).strip().splitlines()
        return warning(
            "PDF and fonts",
            f"WeasyPrint cannot start ({said[0] if said else type(problem).__name__}); other formats of a report work",
            "Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0.",
        )
    if not made or not made.startswith(b"%PDF"):
        return warning("PDF and fonts", "WeasyPrint made no PDF", "pip install --force-reinstall weasyprint")
    return ok("PDF and fonts", f"WeasyPrint {version('weasyprint')}, {len(fonts)} fonts")


def ray() -> Finding:
    """Whether Ray is there; nothing is started."""
    try:
        return ok("Ray", f"{version('ray')}")
    except PackageNotFoundError:
        return ok("Ray", "not installed; only runs spread over several hosts need it")


def port(number: int) -> Finding:
    """Whether the site's usual port is free on this machine."""
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", number))
        except OSError:
            return warning("site", f"port {number} is taken", "harness site --port ANOTHER")
    return ok("site", f"port {number} is free")

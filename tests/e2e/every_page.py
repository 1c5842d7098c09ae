"""The addresses of every page of the site and of every part that a page shows alone."""

from __future__ import annotations

import re

from harness.site.capability import parts as capability
from harness.site.cost import parts as cost
from tests.e2e.conftest import ROOT

PAGES = sorted(p.stem for p in (ROOT / "pages").glob("*.py"))


def _declared(page: str) -> list[str]:
    """The codes of the parts that a page's script declares, in the order shown."""
    declared = re.search(r"PARTS\b.*?= ([\[{].*?\n?[\]}])\n", (ROOT / f"pages/{page}.py").read_text("utf-8"), re.DOTALL)
    assert declared, page
    return re.findall(r'"(\w+)"[:,\]]', declared[1])


PARTS = {
    "capability": [f"{capability.KEY}={part}" for part in capability.PARTS],
    "companies": [f"view={part}" for part in _declared("companies")],
    "cost": [f"{cost.KEY}={part}" for part in cost.PARTS],
    "homogeneity": [f"view={part}" for part in (*_declared("homogeneity"), "concentration")],
    "model": [f"about={part}&model=aurora-2-8b" for part in _declared("model")],
    "runs_and_samples": [f"part={part}" for part in ("samples", "scores", "manifest", "difference")],
}
"""What chooses each part, by page; the other pages have none."""
ADDRESSES = [f"{page}?{part}" if part else page for page in PAGES for part in PARTS.get(page, [""])]


def path(page: str) -> str:
    """The address of a page by the name of its script: the first page's is empty."""
    return "" if page == "overview" else page

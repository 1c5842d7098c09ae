"""The site below a path of its host: pages, their own files, downloads, one chart alone, back and forward."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import serving, visiting

pytestmark = pytest.mark.slow


def test_below_a_base_path_all_is_reached(desk: Any, tmp_path: Path) -> None:
    with serving(tmp_path, "/land") as base:
        visitor = visiting(desk, base)
        refused: list[str] = []
        visitor.page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
        page = visitor.open("capability?tab=runs")
        with page.expect_download() as got:
            page.get_by_role("button", name="CSV").first.click()
        assert Path(got.value.path()).stat().st_size > 100
        alone = page.get_by_role("link", name="Chart alone").first.get_attribute("href")
        page.get_by_role("link", name="Cost").first.click()
        page.get_by_role("heading", name="Cost", exact=True).wait_for()
        assert page.url.startswith(f"{base}/cost?")
        page.go_back()
        page.get_by_role("heading", name="Capability", exact=True).wait_for()
        page.goto(f"{base}/{alone}")
        page.locator("[data-testid=stPlotlyChart]:visible .main-svg").first.wait_for()
        assert page.locator("[data-testid=stSidebar]:visible").count() == 0
        icon = page.request.get(f"{base}/icon.svg")
        assert icon.headers["content-type"] == "image/svg+xml"
        assert refused == [] and visitor.complaints == []

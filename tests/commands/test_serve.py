"""The server's command line: what Streamlit itself makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import config
from streamlit.web import bootstrap

from harness.commands.serve import _command


@pytest.mark.parametrize("given", [True, False], ids=["as given", "without our options"])
def test_streamlit_greets_nobody_in_the_sites_log(given: bool, capsys: pytest.CaptureFixture[str]) -> None:
    words = _command(Path("app.py"), 8501, "127.0.0.1", "")
    options = dict(zip(words[5::2], words[6::2], strict=True))
    before = config.get_option("logger.hideWelcomeMessage")
    try:
        config.set_option("logger.hideWelcomeMessage", given and options["--logger.hideWelcomeMessage"] == "true")
        bootstrap._print_url(False)
    finally:
        config.set_option("logger.hideWelcomeMessage", before)
    assert bool(capsys.readouterr().out) is not given

"""Secrets are blanked however a library spells them, and nothing else is."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import threading
import time

import pytest

from harness.errors import BadInput, unforeseen
from harness.scrub import BLANK, scrub, scrub_own_secrets, strings
from harness.scrubbed_streams import ScrubbedStream

SECRET = 'planted+KEY/12"é'


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key in the environment."""
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    return SECRET


@pytest.mark.parametrize(
    "text",
    [
        "headers={'Authorization': 'Bearer QQQQQQQQ', 'Accept': '*/*'}",
        '{"authorization": "bearer QQQQQQQQ"}',
        "curl -H 'Authorization: Token QQQQQQQQ' https://x.example",
        "[(b'authorization', b'Bearer QQQQQQQQ')]",
        "send: header Proxy-Authorization: Basic QQQQQQQQ",
        "the server said Bearer QQQQQQQQ is no key",
        '{"x-api-key": "QQQQQQQQ"}',
        "api-key=QQQQQQQQ",
        r"{\"api_key\": \"QQQQQQQQ\"}",
        "OPENAI_API_KEY=QQQQQQQQ python",
        "X-Goog-Api-Key : QQQQQQQQ",
        "set-cookie: session=QQQQQQQQ",
        "aws_secret_access_key = QQQQQQQQ",
        "http://me:QQQQQQQQ@host:8000/v1",
        "http://me:QQ/QQ@QQQQ@host:8000/v1",
        "https:/me:QQQQQQQQ@host/v1",
        "postgresql://QQQQQQQQ@host/db",
        "model@me:QQQQQQQQ@host:8000",
        "http%3A%2F%2Fme%3AQQQQQQQQ%40host",
        "https://host/v1?a=1&api_key=QQQQQQQQ&b=2",
        "https://host/v1?token=QQQQQQQQ: not found",
        "https://host/o?X-Amz-Signature=QQQQQQQQ",
        "https://host/o%3Fsig%3DQQQQQQQQ",
    ],
)
def test_a_secret_is_blanked_in_every_spelling(text: str) -> None:
    clean = scrub(text)
    assert "QQ" not in clean and BLANK in clean
    assert clean.isascii() and scrub(clean) == clean


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-aB3_dE-9", "sk-0123456789abcdef", "hf_abcdefghijklmnopqrst", "ghp_0123456789abcdefghij", "AKIAIOSFODNN7EXAMPLE",
        "AIzaSyA0123456789abcdefghijk", "xoxb-1234567890-abc", "eyJhbGciOiJ9.eyJzdWIiOiIxIn0.c2ln", "github_pat_11AAAAAAA0",
    ],
)  # fmt: skip
def test_keys_of_well_known_shapes_are_blanked_wherever_they_stand(key: str) -> None:
    for text in (f"no such key: {key}.", f'{{"detail": "{key}"}}', f"https://host/{key}/v1"):
        assert key not in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "20260101T000000Z-meta-llama-Llama-3.1-8B-lm-eval-0a1b2c3d", "sha256:" + "0123456789abcdef" * 4, "Qwen/Qwen3-0.6B@http://localhost:8000/v1",
        "https://medium.example/@author/basic-mathematics", "ann@example.org", "git@github.com:owner/name.git", "the basic understanding of a bearer instrument",
        "output_tokens: 1234, eos_token: </s>, first_token=3", "set OPENAI_API_KEY.", "api_key=None, api_key=$KEY, api_key: OPENAI_API_KEY",
        "task-arc_challenge, risk-free, hf_transfer", "https://host/page?page=2&model=keyed", "a key: the catalog's", "Straße İstanbul",
    ],
)  # fmt: skip
def test_names_hashes_addresses_and_prose_stay(text: str) -> None:
    assert scrub(text) == text


def test_values_of_the_environment_are_blanked_in_their_encodings_too(
    planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for spelled in (planted, "planted%2BKEY%2F12%22%C3%A9", 'planted+KEY/12\\"\\u00e9', "planted%2BKEY%2F12%22%C3%A9"):
        assert scrub_own_secrets(f"x {spelled} y") == f"x {BLANK} y"
    assert scrub_own_secrets("Bearer of the message") == "Bearer of the message"
    for name, value in (("FEATURE_KEY", "true"), ("X_TOKEN", "1"), ("TOKENIZERS_PARALLELISM", "parallelism")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HF_TOKEN_PATH", "/home/ann/token")
    assert scrub("true 1 parallelism /home/ann/token") == "true 1 parallelism /home/ann/token"
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:pr0xyword@proxy:3128")
    assert scrub("nonnumeric port: 'pr0xyword'") == f"nonnumeric port: '{BLANK}'"


def test_a_password_typed_on_the_command_line_is_blanked_alone_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["harness", "--model", "x@http://ann:t7ped@host"])
    assert scrub("password t7ped?") == f"password {BLANK}?"


def test_a_document_keeps_its_shape(planted: str) -> None:
    document = {"api_key": "QQQQ", "n": 1, "list": [None, f"x{planted}"], "url": "http://a:b@c", "key": "value", "": {}}
    assert strings(document) == {
        "api_key": BLANK, "n": 1, "list": [None, f"x{BLANK}"], "url": f"http://{BLANK}@c", "key": "value", "": {},
    }  # fmt: skip


def test_errors_are_scrubbed(planted: str) -> None:
    error = BadInput(f"no {planted}", [f"and {planted}"])
    assert str(error) == f"no {BLANK}\n  - and {BLANK}"
    assert planted not in unforeseen(RuntimeError(planted))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
@pytest.mark.parametrize("flush", [False, True])
def test_a_secret_cut_into_pieces_is_blanked(planted: str, kind: type[io.StringIO], flush: bool) -> None:
    for text in (
        f"key {planted} end\n",
        "Authorization: Bearer QQQQQQQQ\n",
        "see http://me:QQQQQQQQ@host/\n",
        "sk-proj-QQQQQQQQ\n",
    ):
        for size in (1, 3, 7):
            below = kind()
            stream = ScrubbedStream(below)
            for start in range(0, len(text), size):
                stream.write(text[start : start + size])
                if flush:
                    stream.flush()
            stream.finish()
            assert "QQQ" not in below.getvalue() and planted not in below.getvalue(), (text, size)
            assert below.getvalue().endswith("\n") and BLANK in below.getvalue()


def test_progress_reaches_a_terminal_at_once_and_a_file_by_lines() -> None:
    screen, file = Terminal(), io.StringIO()
    for below in (screen, file):
        stream = ScrubbedStream(below)
        stream.write("first\nscoring 5/10 0:00:01")
        stream.flush()
    assert screen.getvalue() == "first\nscoring 5/10 0:00:01"
    assert file.getvalue() == "first\n"
    stream.write("\rscoring 6/10\r")
    assert file.getvalue() == "first\nscoring 5/10 0:00:01\rscoring 6/10\r"
    stream.write("end")
    stream.finish()
    assert file.getvalue().endswith("end")


def test_all_but_writing_is_the_streams_own() -> None:
    below = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    stream = ScrubbedStream(below)
    assert (stream.encoding, stream.isatty(), stream.buffer) == ("latin-1", False, below.buffer)
    with pytest.raises(TypeError):
        stream.write(b"")  # type: ignore[arg-type]
    assert stream.write("four") == 4


def test_a_long_line_without_an_end_passes_in_parts() -> None:
    below = io.StringIO()
    stream = ScrubbedStream(below)
    for _ in range(50):
        stream.write("word " * 40_000)
    assert len(below.getvalue()) > 5_000_000
    stream.finish()
    assert below.getvalue() == "word " * 2_000_000


def test_logs_and_threads_pass_the_streams(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    below = io.StringIO()
    monkeypatch.setattr(sys, "stderr", ScrubbedStream(below))
    log = logging.getLogger("some.library")
    handler = logging.StreamHandler()
    log.addHandler(handler)
    log.error("refused %s", {"Authorization": f"Bearer {planted}"})
    log.removeHandler(handler)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    thread = threading.Thread(target=lambda: int(f"x{planted}"))
    thread.start()
    thread.join()
    assert below.getvalue().count(BLANK) >= 2 and planted not in below.getvalue()


def test_the_command_line_is_behind_the_scrubber() -> None:
    code = (
        "import atexit, sys, warnings\n"
        "atexit.register(lambda: print('late http://me:QQQQQQQQ@host', file=sys.stderr))\n"
        "from harness.__main__ import main\n"
        "atexit.register(lambda: warnings.warn('weak http://me:QQQQQQQQ@host'))\n"
        "main(['show', 'x@http://me:QQQQQQQQ@host/?api_key=QQQQQQQQ', '--QQ=http://me:QQQQQQQQ@host'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "UserWarning: weak" in done.stderr
    assert "QQQ" not in done.stdout + done.stderr and f"late http://{BLANK}@host" in done.stderr


def test_scrubbing_takes_no_time_to_speak_of() -> None:
    line = "meta-llama/Llama-3.1-8B  mmlu  acc,none  0.6543 ± 0.0038  14,042 items  https://host/page\n"
    started = time.process_time()
    stream = ScrubbedStream(io.StringIO())
    for _ in range(5_000):
        stream.write(line)
    scrub(line * 5_000)
    assert time.process_time() - started < 2


def test_the_sign_after_a_secret_stays() -> None:
    assert scrub("http://h/v1?api_key=QQQQQQQQ: resolving") == f"http://h/v1?api_key={BLANK}: resolving"

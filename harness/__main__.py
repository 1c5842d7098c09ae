"""Entry point of the command line: runs a command and prints every expected error as a sentence."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

from harness import stopping
from harness.errors import LandscapeError, explain, unforeseen
from harness.log_line import Entry, as_json
from harness.scrub import scrub
from harness.scrubbed_streams import install

ENGINE = {"torch", "transformers", "lm_eval", "datasets", "huggingface_hub", "safetensors", "tokenizers"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``harness`` behind the scrubber and exit with the code of design §6 (0, 1, 2, 3 or 130)."""
    install()
    words = sys.argv[1:] if arguments is None else list(arguments)
    stopping.install(partial(_sentence, stopping.SENTENCE, log_json=wants_json_log(words)))
    sys.exit(run(words))


def run(arguments: Sequence[str]) -> int:
    """Run ``harness`` and return its exit code. With ``--json`` an error, too, is one JSON document."""
    from harness.cli import app

    say = Speaker("--json" in arguments, log_json=wants_json_log(arguments))
    try:
        code = app(list(arguments), standalone_mode=False, prog_name="harness")
    except LandscapeError as error:
        return say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return say(stopping.SENTENCE, stopping.STOPPED)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:
        return say(explain(error), 2 if error.errno == errno.ENAMETOOLONG else 1)
    except Exception as error:
        return _other(error, say)
    if code == stopping.STOPPED:  # a command, or typer, has met the stop before us: what there is to print is printed
        say.sentence(stopping.SENTENCE)
    return code if isinstance(code, int) else 0


def wants_json_log(arguments: Sequence[str]) -> bool:
    """Whether ``--log json`` stands among the words of a command."""
    return "--log=json" in arguments or ("--log", "json") in pairwise(arguments)


class Speaker:
    """Printer of errors: a sentence on standard error and, with ``--json``, a document on standard output."""

    def __init__(self, as_json: bool, *, log_json: bool = False) -> None:
        self._as_json = as_json
        self._log_json = log_json

    def __call__(self, text: str, code: int) -> int:
        """Print the error and return the exit code."""
        self.sentence(text)
        self.document(text, code)
        return code

    def sentence(self, text: str) -> None:
        """Print the sentence alone; with ``--log json`` as a line of that log."""
        print(_sentence(text, log_json=self._log_json), file=sys.stderr)

    def document(self, text: str, code: int) -> None:
        """Print the JSON document alone, without the sentence."""
        if self._as_json:
            print(json.dumps({"error": text, "code": code}, ensure_ascii=False))


def _sentence(text: str, *, log_json: bool) -> str:
    """The line that says how a command ended."""
    return as_json(Entry(text, "error", "end"), datetime.now(UTC)) if log_json else f"harness: {text}"


def _other(error: Exception, say: Speaker) -> int:
    """Exit code of Typer's own errors (wrong usage, exit, abort), of a missing package and of unforeseen errors."""
    import typer

    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    if isinstance(error, typer.Abort):
        return say(stopping.SENTENCE, stopping.STOPPED)
    show = getattr(error, "show", None)
    if show is not None and hasattr(error, "exit_code"):
        if isinstance(getattr(error, "message", None), str):  # before rich breaks it over lines
            error.message = scrub(error.message)  # type: ignore[attr-defined]
        show()
        text = getattr(error, "format_message", lambda: "")()
        if text:  # without: the help of a bare command
            say.document(text, 2)
        return 2
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] in ENGINE:
        return say(f"this needs {error.name}, which is not installed: pip install 'landscape-harness[engine]'", 2)
    return say(unforeseen(error), 1)


if __name__ == "__main__":
    main()

"""Command lines of ours that files name, and whether the command line as it is takes them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import typer

from harness.cli import app
from tests.deploy.shapes import DEPLOY, compose, kubernetes, pods

HARNESS = re.compile(r"(?:^|[\s/(])(?:harness|landscape:site|landscape:engine) ((?:[a-z]|--)[^\n]*)")


def refused(words: list[str]) -> str | None:
    """Why the command line refuses these words; None where it takes them. Nothing is run."""
    command: Any = typer.main.get_command(app)
    context = click.Context(command, info_name="harness")
    words = list(words)
    try:
        while isinstance(command, click.Group) or hasattr(command, "commands"):
            if not words or words[0] not in command.commands:
                return f"there is no command {' '.join(words[:1])!r}"
            command = command.commands[words.pop(0)]
            if hasattr(command, "commands") and not words and command.invoke_without_command:
                return None
        command.make_context(command.name, words, parent=context)
    except click.exceptions.Exit:
        return None  # --help
    except Exception as error:  # click's own, vendored by typer or not
        return str(getattr(error, "message", error)) or type(error).__name__
    return None


def in_text(text: str) -> list[list[str]]:
    """The words after each ``harness``, or image of ours, of a script or a page, lines that end in a backslash joined."""
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line for line in joined.splitlines() if not line.lstrip().startswith(("#", "//"))]
    found = []
    for line in lines:
        if match := HARNESS.search(line):
            words = shlex.split(re.split(r"\s(?:&&|\|\||[|>#;])", match[1])[0].rstrip(")"), comments=False)
            found.append(words)
    return found


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each fenced block of a page."""
    return re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def in_containerfile() -> list[str]:
    """The words of the image's default command."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    words: list[str] = json.loads(re.findall(r"^CMD (.*)$", text, re.MULTILINE)[-1])
    return words


def in_deploy() -> list[tuple[str, list[str]]]:
    """File and words of every command line of ours under deploy/."""
    found = [("Containerfile", in_containerfile())]
    found += [("compose.yaml", service["command"]) for service in compose()["services"].values()]
    for name, document in kubernetes():
        found += [(name, c["args"]) for pod in pods(document) for c in pod["containers"] if "args" in c]
        if "entrypoint" in document.get("spec", {}):
            found += [(name, words) for words in in_text(document["spec"]["entrypoint"])]
    for path in sorted([*DEPLOY.glob("systemd/*.service"), *DEPLOY.glob("slurm/*.sbatch")]):
        found += [(path.name, words) for words in in_text(path.read_text(encoding="utf-8"))]
    comments = re.compile(r"^#\s{2,}(harness .*)$", re.MULTILINE)
    for path in sorted(p for p in DEPLOY.rglob("*") if p.is_file()):
        found += [(path.name, w) for line in comments.findall(path.read_text(encoding="utf-8")) for w in in_text(line)]
    return found


def run_files() -> list[tuple[str, str]]:
    """Name and text of every run file under deploy/."""
    maps = [d for _, d in kubernetes() if d["kind"] == "ConfigMap"]
    return [
        ("night.yaml", (DEPLOY / "night.yaml").read_text(encoding="utf-8")),
        *((f"{d['metadata']['name']}: {name}", text) for d in maps for name, text in d["data"].items()),
    ]

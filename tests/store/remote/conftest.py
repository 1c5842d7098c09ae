"""A small S3 of this process (moto), file systems that fail, and hosts: environments with caches of their own."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from harness.store.remote.objects import Objects

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAQUITEPLANTED0001",
    "AWS_SECRET_ACCESS_KEY": "planted/secret+of+the+tests/0123456789abc",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Away(MemoryFileSystem):
    """Memory that does not answer while ``away``."""

    protocol = "away"
    away = False
    store: dict[str, Any] = {}
    pseudo_dirs = [""]

    def _ask(self) -> None:
        if Away.away:
            raise OSError(5, "the line is dead")

    def info(self, path: str, **kwargs: Any) -> Any:
        self._ask()
        return super().info(path, **kwargs)

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> Any:
        self._ask()
        return super().ls(path, detail, **kwargs)

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> Any:
        self._ask()
        return super().pipe_file(path, value, mode, **kwargs)

    def put_file(self, *args: Any, **kwargs: Any) -> Any:
        self._ask()
        return super().put_file(*args, **kwargs)

    def rm(self, *args: Any, **kwargs: Any) -> Any:
        self._ask()
        return super().rm(*args, **kwargs)


class Flaky(S3FileSystem):
    """S3 whose calls fail one time in five: half of those before the deed, half after it."""

    protocol = ("flaky",)
    chance = random.Random(11)
    failed = 0

    async def _call_s3(self, method: str, *args: Any, **kwargs: Any) -> Any:
        drawn = Flaky.chance.random()
        if drawn < 0.1:
            Flaky.failed += 1
            raise ConnectionResetError("the line broke before the deed")
        answer = await super()._call_s3(method, *args, **kwargs)
        if drawn < 0.2:
            Flaky.failed += 1
            raise ConnectionResetError("the line broke before the answer")
        return answer


for kind, name in ((Away, "away"), (Flaky, "flaky")):
    fsspec.register_implementation(name, kind, clobber=True)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of an S3 server on this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a new bucket, and the environment that reaches it."""
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": server}.items():
        monkeypatch.setenv(name, value)
    name = f"b-{uuid.uuid4().hex[:12]}"
    fsspec.filesystem("s3").mkdir(name)
    return name


@pytest.fixture
def address(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """A new URL on one kind of file system."""

    def make(kind: str) -> str:
        if kind in ("s3", "flaky"):
            return f"{kind}://{request.getfixturevalue('bucket')}/land"
        return f"file://{tmp_path}/at_url" if kind == "file" else f"{kind}://{uuid.uuid4().hex}/land"

    return make


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Whether the file system ``away://`` answers."""
    monkeypatch.setattr("harness.store.remote.attempts.FIRST_WAIT", 0.0)
    monkeypatch.setattr(Away, "away", False)
    return lambda gone: setattr(Away, "away", gone)


@pytest.fixture
def objects(address: Callable[[str], str]) -> Objects:
    """A new place in memory."""
    return Objects(address("memory"))

"""Download of a market source from its live address: one sentence with the address and the way out where it fails."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
import zlib
from http.client import HTTPResponse
from urllib.response import addinfourl

from harness.catalog.import_context import SourceFile
from harness.errors import BadInput, MissingData

MAX_DOWNLOAD = 64 * 1024 * 1024
TIMEOUT_S = 60

_WAY_OUT = "Without internet name a saved copy with --file."


def fetch(url: str) -> SourceFile:
    """The file at an address, named as the address ends; redirects are followed, gzip is unpacked."""
    request = urllib.request.Request(
        url, headers={"User-Agent": "landscape-catalog", "Accept-Encoding": "gzip, identity"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # nosec B310  # a source of our catalog
            raw = _unpacked(url, answer)
            web_page = answer.headers.get_content_type() == "text/html"
    except urllib.error.HTTPError as error:
        raise MissingData(f"{url} answers {error.code} {_one_line(error.reason)}. {_WAY_OUT}") from error
    except (OSError, http.client.HTTPException, zlib.error) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error or type(error).__name__
        raise MissingData(f"{url} cannot be reached ({_one_line(reason)}). {_WAY_OUT}") from error
    start = raw[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not raw:
        raise MissingData(f"{url} sends an empty file. Name a saved copy with --file.")
    if web_page or start.startswith((b"<!doctype", b"<html")):
        raise MissingData(f"{url} sends a web page instead of data. Name a saved copy with --file.")
    if url.endswith(".json") and not start.startswith((b"{", b"[")):
        raise MissingData(f"{url} sends something that is no JSON. Name a saved copy with --file.")
    return SourceFile(url.rsplit("/", 1)[-1], raw)


def _one_line(reason: object) -> str:
    return " ".join(str(reason).split()).rstrip(".")


def _unpacked(url: str, answer: HTTPResponse | addinfourl) -> bytes:
    """The answer's content, unpacked where it is gzip; BadInput where either is larger than any market source."""
    raw: bytes = answer.read(MAX_DOWNLOAD + 1)
    if len(raw) <= MAX_DOWNLOAD and answer.headers.get("Content-Encoding", "").lower() == "gzip":
        unpacker = zlib.decompressobj(wbits=31)  # 31: gzip
        raw = unpacker.decompress(raw, MAX_DOWNLOAD + 1)
        if len(raw) <= MAX_DOWNLOAD and not unpacker.eof:
            raise zlib.error("the answer breaks off")
    if len(raw) > MAX_DOWNLOAD:
        raise BadInput(
            f"{url} sends more than {MAX_DOWNLOAD // 2**20} MB; save and check it, then name it with --file."
        )
    return raw

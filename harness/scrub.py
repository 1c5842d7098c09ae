"""The scrubber: secrets blanked in every text that leaves the process.

A secret is the value of an environment variable whose name says so, a credential in an address or a header, or a text of
the shape of a well-known key. ``harness.scrubbed_streams`` puts the standard streams behind it; manifests, errors and
answers of servers pass it where they are made.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

# ASCII, for streams of any encoding, and no character that ends a JSON text or starts rich's markup.
BLANK = "***"
# Shorter values ("1", "true", "EMPTY") are switches and placeholders, which stand in other words, too.
MIN_SECRET = 8
# … but keys of letters mixed with other characters are no words of a text.
MIN_MIXED = 6
# A password typed into an address: shorter ones are words of other texts.
MIN_TYPED = 5
# Variables whose value is a secret. Not those that say where one lies (…_FILE, …_PATH), nor tokenizers' settings.
_SECRET_NAME = re.compile(
    r"(KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PWD|BEARER|COOKIE|_PAT$|AUTH$|AUTHORIZATION)", re.IGNORECASE
)
_NO_SECRET_NAME = re.compile(
    r"^(OLD)?PWD$|_(FILE|PATH|DIR|URL|URI|HOST|NAME|SOCK)S?$|^TOKENIZERS|KEY(BOARD|MAP|RING)", re.IGNORECASE
)
# Values that stand where a secret may stand and are none.
_PLAIN = re.compile(r"(?i:none|null|true|false|empty|nil|unset)|\*+|\.+|…|\$\{?\w+\}?|[A-Z]+(_[A-Z]+)+|<[^>]*")
_QUOTE = r"(?:\\*[\"'])"
_FIELD = (
    r"(?:proxy[-_])?authorization|(?:x[-_])?(?:goog[-_])?api[-_]?key|subscription[-_]key|(?:set[-_])?cookie|"
    r"(?:access|auth|refresh|session|security|id|hf|hub|api|bearer)[-_]?token|client[-_]?secret|"
    r"(?:secret[-_]?)?access[-_]?key(?:[-_]id)?|secret[-_]?key|private[-_]?key|passw(?:or)?d|passphrase"
)
# Authorization: Bearer x; 'api-key': 'x'; "x-api-key": "x"; (b'authorization', b'x'); api_key=x; api_key%3Dx
_NAME_END = re.compile(r"(?:authorization|key|id|cookie|token|secret|password|passwd|passphrase)(?=[\"'\\\s:=%])")
_NAME = re.compile(rf"(?<![a-z0-9])(?:{_FIELD})$", re.IGNORECASE)
_VALUE = re.compile(
    rf"({_QUOTE}?\s*(?:=>|[:=]|%(?:25)?3[ad]|(?<=[\"']),)\s*(?:%20)*(?:b?{_QUOTE})?)"
    r"((?:(?:bearer|basic|token|digest|negotiate|apikey|key)(?:\s+|%20|\+))?[^\s\"'\\,;&<>(){}\[\]]{4,}(?<![:.]))",
    re.IGNORECASE,
)
# Characters of the longest field name, and some.
_NAME_REACH = 32
_BEARER = re.compile(r"(?<![a-z])(bearer)((?:\s|%20|\+)+)([\w.~+/=%\-]{4,})", re.IGNORECASE)
_BASIC = re.compile(r"(?<![a-z])(basic)(\s+)([a-z0-9+/]{6,}={0,2})", re.IGNORECASE)
# user:password@ or token@ of an address: up to the last @ of its host part, also where the password holds a slash.
# One slash, too: code that takes an address for a path makes one of two.
_USER = re.compile(
    r"(://+|(?<=http):/|(?<=https):/)([^\s/@:\"'<>]*:(?!\d+/)[^\s\"'<>]*|[^\s/\"'<>?#]*)@", re.IGNORECASE
)
_USER_ENCODED = re.compile(r"(?<=%3A%2F%2F)(?:(?!%40|%2F)[^\s\"'<>])+%40", re.IGNORECASE)
# MODEL@user:password@host without a scheme.
_USER_BARE = re.compile(r"(?<=@)[\w.+\-]+:[^\s@/\"'<>]+@(?=[\w.\-]+)")
_QUERY = re.compile(
    r"((?:[?&;#]|%(?:25)?3F|%(?:25)?26)(?:[\w.\-]*(?:key|token|secret|signature|credential|password|passwd)|sig|auth|pwd|pass|code|jwt)"
    r"(?:=|%(?:25)?3D))([^&\s\"'<>#\\]+(?<![:.,]))",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-(?:proj|ant|or|svcacct|admin|lf|None)-[\w\-]{6,}|sk-[A-Za-z0-9_]{10,}|[sr]k_(?:live|test)_\w{10,}|"
    r"hf_[A-Za-z0-9]{11,}|gh[pousr]_[A-Za-z0-9]{10,}|github_pat_\w{10,}|glpat-[\w\-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}|"
    r"AIza[\w\-]{20,}|xox[a-z]-[\w\-]{8,}|eyJ[\w\-]{6,}\.[\w\-]{6,}\.[\w\-]*|gsk_\w{16,}|r8_\w{20,}|nvapi-[\w\-]{16,}|"
    r"pplx-\w{20,}|xai-\w{20,}|npm_\w{20,}|pypi-[\w\-]{20,}|tgp_v1_[\w\-]{16,}|dop_v1_\w{16,})"
)
_SHAPE_STARTS = (
    "sk-", "k_live_", "k_test_", "hf_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "akia", "asia", "aiza", "xox", "eyj", "gsk_", "r8_", "nvapi-", "pplx-", "xai-",
    "npm_", "pypi-", "tgp_v1_", "dop_v1_",
)  # fmt: skip
_FIELD_WORDS = ("authorization", "key", "cookie", "token", "secret", "passw", "passphrase")


def scrub(text: str) -> str:
    """The text with every secret blanked."""
    return _scrub(text, _values())


def scrub_own_secrets(text: str) -> str:
    """The text with the secrets of this process's environment and command line blanked, and nothing else.

    For texts that are data (a model's answer), in which what only looks like a secret may be part of a measurement.
    """
    return _without(text, _values())


def strings(document: Any) -> Any:
    """A JSON value with every text in it scrubbed; the value of a field that names a secret is blanked."""
    return _strings(document, _values())


def begins_secret(text: str) -> int:
    """Position from which the end of an unfinished text may be the beginning of a secret; its length where none may be."""
    tail = text[-4096:]
    start = len(text) - len(tail)
    cut = min((m.start() for pattern in (_OPEN_FIELD, _OPEN_WORD) if (m := pattern.search(tail))), default=len(tail))
    for value in _values():
        for length in range(min(len(value), len(tail)), 0, -1):
            if tail.endswith(value[:length]):
                cut = min(cut, len(tail) - length)
                break
    return start + cut


# The name of a field or header with what follows it, at the end of a text; and the last word where it may become a secret.
_OPEN_FIELD = re.compile(
    r"(?:authorization|bearer|basic|key|token|secret|passw\w*|cookie)[\"'\\]*\s*(?:[:=,]|%3[AD])?[\s\"'b]*(?:(?:bearer|basic)\s+)?\S*$",
    re.IGNORECASE,
)
_OPEN_WORD = re.compile(
    r"\S*(?::(?:/|$)|%3A|@|[?&]|\b(?:sk-|hf_|gh|eyJ|AK|AI|xo|au|be|ba|api|x-|pa|se|co)[\w\-.]*$)\S*$|\b[a-z]{1,2}$",
    re.IGNORECASE,
)


def _scrub(text: str, values: tuple[str, ...]) -> str:
    return _scrub_short(text, values) if len(text) <= _SHORT else _rules(_without(text, values))


# Names of entries, tasks and metrics recur thousands of times in the manifests of one import.
_SHORT = 200


@lru_cache(maxsize=20_000)
def _scrub_short(text: str, values: tuple[str, ...]) -> str:
    return _rules(_without(text, values))


def _without(text: str, values: tuple[str, ...]) -> str:
    for value in values:
        if value in text:
            text = text.replace(value, BLANK)
    return text


def _strings(document: Any, values: tuple[str, ...]) -> Any:
    if isinstance(document, str):
        return _scrub(document, values)
    if isinstance(document, Mapping):
        return {_scrub(str(key), values): _field(str(key), value, values) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [_strings(value, values) for value in document]
    return document


def _field(name: str, value: Any, values: tuple[str, ...]) -> Any:
    if isinstance(value, str) and _NAME.fullmatch(name) and not _PLAIN.fullmatch(value):
        return BLANK if value else value
    return _strings(value, values)


def _rules(text: str) -> str:
    """The text without what looks like a secret; each rule runs only where a word of its own occurs (most texts have none)."""
    lower = text.lower()
    if "@" in text:
        text = _USER_BARE.sub(BLANK + "@", _USER.sub(rf"\1{BLANK}@", text))
    if "%3a%2f%2f" in lower:
        text = _USER_ENCODED.sub(BLANK + "%40", text)
    if any(word in lower for word in _FIELD_WORDS):
        text = _without_fields(text)
    if "bearer" in lower:
        text = _BEARER.sub(_blank_bearer, text)
    if "basic" in lower:
        text = _BASIC.sub(_blank_basic, text)
    if "?" in text or "&" in text or "#" in text or "%" in text:
        text = _QUERY.sub(lambda match: match[1] + BLANK, text)
    if any(start in lower for start in _SHAPE_STARTS):
        text = _SHAPES.sub(BLANK, text)
    return text


def _without_fields(text: str) -> str:
    """The text without the values of fields and headers whose names say that they are secrets."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is longer: positions would differ
        lower = "".join(c.lower() if c.isascii() else c for c in text)
    parts, done = list[str](), 0
    for end in (match.end() for match in _NAME_END.finditer(lower)):
        if end < done or not (value := _VALUE.match(text, end)) or _PLAIN.fullmatch(value[2]):
            continue
        if _NAME.search(text, max(0, end - _NAME_REACH), end):
            parts += (text[done : value.start(2)], BLANK)
            done = value.end()
    return "".join((*parts, text[done:])) if parts else text


def _blank_bearer(match: re.Match[str]) -> str:
    prose = match[3].isalpha() and (match[3].islower() or match[3].istitle()) and len(match[3]) < 20
    return match[0] if prose else match[1] + match[2] + BLANK


def _blank_basic(match: re.Match[str]) -> str:
    """``Basic`` and the Base64 of ``user:password``; not the word before another word."""
    try:
        decoded = base64.b64decode(match[3] + "=" * (-len(match[3]) % 4))
    except (binascii.Error, ValueError):
        return match[0]
    return match[1] + match[2] + BLANK if b":" in decoded else match[0]


def _values() -> tuple[str, ...]:
    """Secrets of the environment and of the command line as they are now, longest first."""
    # The dictionary below os.environ: its items() decode every variable anew, which would cost more than all the rules.
    environment = getattr(os.environ, "_data", os.environ)
    return _secrets(tuple(environment.items()), tuple(map(str, sys.argv[1:])))


@lru_cache(maxsize=8)
def _secrets(environment: tuple[tuple[Any, Any], ...], arguments: tuple[str, ...]) -> tuple[str, ...]:
    values: set[str] = set()
    for raw_name, raw in environment:
        name, value = os.fsdecode(raw_name), os.fsdecode(raw).strip()
        if _SECRET_NAME.search(name) and not _NO_SECRET_NAME.search(name):
            least = MIN_SECRET if value.isalpha() or not any(c.isalpha() for c in value) else MIN_MIXED
            values.update(part for part in (value, *_lines(value)) if len(part) >= least)
        values.update(_typed((value,)))
    values.update(_typed(arguments))
    spelled = {spelling for value in values if not _PLAIN.fullmatch(value) for spelling in _spellings(value)}
    return tuple(sorted(spelled, key=lambda value: (-len(value), value)))


def _lines(value: str) -> Iterable[str]:
    """The long lines of a value of several (a private key), for streams are read by lines."""
    return (line.strip() for line in value.splitlines() if len(line.strip()) >= 2 * MIN_SECRET)


def _typed(texts: Iterable[str]) -> Iterable[str]:
    """Passwords and keys inside addresses; libraries repeat them alone."""
    for text in texts:
        if "@" in text:
            for match in (*_USER.finditer(text), *_USER_BARE.finditer(text)):
                password = match[match.re.groups].removesuffix("@").partition(":")[2]
                if len(password) >= MIN_TYPED:
                    yield password
        for match in _QUERY.finditer(text):
            if len(match[2]) >= MIN_SECRET:
                yield match[2]


def _spellings(value: str) -> Iterable[str]:
    """A secret as JSON, addresses and Python's ``repr`` write it."""
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], repr(value)[1:-1]}

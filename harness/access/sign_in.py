"""Settings of the site's sign-in: whether it is required, by which provider, and whose addresses may read the site.

    LANDSCAPE_SIGN_IN=required
    LANDSCAPE_SIGN_IN_FILE=/run/secrets/sign_in.toml     Streamlit's secrets: [auth] with the provider of OpenID Connect
    LANDSCAPE_SIGN_IN_ALLOWED=example.org,ada@example.com   domains and addresses, or * for every account of the provider

What is incomplete is refused at the start: a site that shall be closed is never open by mistake.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from harness.errors import BadInput
from harness.places import typed_path

ENVIRONMENT = "LANDSCAPE_SIGN_IN"
FILE = "LANDSCAPE_SIGN_IN_FILE"
ALLOWED = "LANDSCAPE_SIGN_IN_ALLOWED"
EVERYBODY = "*"
CALLBACK = "/oauth2callback"
LEAST_SECRET = 32
"""Characters of the secret that signs the cookies; fewer can be tried out."""
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252})")
_ADDRESS = re.compile(r"[^\s@,]{1,64}@[a-z0-9.-]{1,253}")


@dataclass(frozen=True)
class SignIn:
    """A sign-in that is required: the provider's file, whether the site is reached over TLS, who is let in."""

    file: Path
    secure: bool
    allowed: frozenset[str]

    def admits(self, claims: Mapping[str, object]) -> bool:
        """Whether who signed in may read the site, by the address in what the provider said of them.

        An address that the provider says it has not verified (some say it as a text) is nobody's.
        """
        address = claims.get("email")
        if EVERYBODY in self.allowed:
            return True
        if not isinstance(address, str) or str(claims.get("email_verified", True)).lower() == "false":
            return False
        address = address.strip().lower()
        return address in self.allowed or (address.count("@") == 1 and address.split("@")[1] in self.allowed)


def is_required() -> bool:
    """Whether the environment asks for a sign-in.

    Raises:
        BadInput: it is neither said so nor denied.
    """
    asked = os.environ.get(ENVIRONMENT, "").strip().lower()
    if asked not in ("", "0", "no", "none", "required"):
        raise BadInput(f"{ENVIRONMENT} is {asked!r}; give required, or nothing.")
    return asked == "required"


def from_environment() -> SignIn | None:
    """The sign-in that the environment asks for; None where it asks for none.

    Raises:
        BadInput: it is asked for and cannot be had as it is set.
    """
    if not is_required():
        return None
    file = typed_path(os.environ.get(FILE, "").strip() or ".streamlit/secrets.toml", FILE).resolve()
    auth = _auth(file)
    target = urlsplit(str(auth["redirect_uri"]))
    if target.scheme not in ("http", "https") or not target.netloc or not target.path.endswith(CALLBACK):
        raise BadInput(f"redirect_uri in {file} has to be the site's address and {CALLBACK}.")
    if len(str(auth["cookie_secret"])) < LEAST_SECRET:
        raise BadInput(f"cookie_secret in {file} has to have {LEAST_SECRET} characters or more: openssl rand -hex 32.")
    return SignIn(file, target.scheme == "https", _allowed(os.environ.get(ALLOWED, "")))


def _auth(file: Path) -> dict[str, object]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{ENVIRONMENT} is required, and {file} ({FILE}) cannot be read: {error.strerror}.") from None
    except ValueError as error:  # its text would show a line of the file
        raise BadInput(f"{file} ({FILE}) is no TOML file ({type(error).__name__}).") from None
    auth = document.get("auth")
    missing = [
        name for name in _NEEDED if not (isinstance(auth, dict) and isinstance(auth.get(name), str) and auth[name])
    ]
    if missing:
        raise BadInput(f"{file} ({FILE}) lacks in its section [auth]: {', '.join(missing)}.")
    assert isinstance(auth, dict)
    return auth


def _allowed(text: str) -> frozenset[str]:
    names = [part.strip().lower().removeprefix("@") for part in text.split(",") if part.strip()]
    wrong = [n for n in names if n != EVERYBODY and not _DOMAIN.fullmatch(n) and not _ADDRESS.fullmatch(n)]
    if wrong or not names:
        said = f"holds {wrong[0]!r}" if wrong else "is empty"
        raise BadInput(
            f"{ALLOWED} {said}; give the domains and addresses that may read the site, with commas, such as "
            "example.org,ada@example.com, or * for every account of the provider."
        )
    return frozenset(names)

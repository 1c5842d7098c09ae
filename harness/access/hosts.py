"""Which ``Host`` headers mean this site: a page elsewhere that lets its name point here must not read the site.

A browser keeps pages of other names apart, but whoever owns a name may let it point at this machine (DNS rebinding);
what tells such a request from an honest one is the name in its ``Host`` header. Ports are not compared: a forwarded
port (``ssh -L 9000:localhost:8501``, a container's) is another than the one that is served, and no attack needs one.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Collection

from harness.errors import BadInput

ENVIRONMENT = "LANDSCAPE_HOSTS"
"""The variable that carries the names of ``harness site --host`` to the server, with commas."""
OWN = frozenset({"localhost", "127.0.0.1", "::1"})
"""What every server answers to: the machine itself."""
_HEADER = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,254})(?::[0-9]{1,5})?")


def host_name(header: str) -> str | None:
    """The name or address of a ``Host`` header: lower case, without port, brackets and the root's dot; None if it is none."""
    match = _HEADER.fullmatch(header)
    if match is None:
        return None
    name = match["name"].lower()
    if name.startswith("["):
        return _address(name[1:-1])
    if ".." in name or name.startswith("."):
        return None
    return name.removesuffix(".")


def parse_name(name: str) -> str:
    """A name of ``--host`` as ``host_name`` gives it; a name in other letters becomes what browsers send.

    Raises:
        BadInput: no name and no address of a host.
    """
    try:
        known = host_name(f"[{name}]") if name.count(":") > 1 and "[" not in name else host_name(name)
        known = known or host_name(name.encode("idna").decode("ascii"))
    except UnicodeError:
        known = None
    if known is None:
        raise BadInput(
            f"--host {name!r} is no host's name; give the name as it stands in the address of the site, such as "
            "landscape.example.org or 192.0.2.7, without http:// and path; several with several --host."
        )
    return known


def from_environment() -> frozenset[str]:
    """The hosts that the server was told of, besides the machine's own.

    Raises:
        BadInput: the variable holds something else.
    """
    return frozenset(parse_name(part.strip()) for part in os.environ.get(ENVIRONMENT, "").split(",") if part.strip())


def answers(header: str, names: Collection[str], reached: str | None) -> bool:
    """Whether a ``Host`` header means this site, which the connection reached at the address ``reached``.

    That address may stand in the header, too: nobody can let an address point elsewhere.
    """
    name = host_name(header)
    return name is not None and (name in names or (reached is not None and name == _address(reached)))


def _address(text: str) -> str | None:
    """An IP address in its one short form, IPv4 in IPv6 as IPv4; None for anything else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)

"""`harness data pack` and `harness data unpack`; each returns its exit code.

Messages go to standard error; with ``as_json`` one document goes to standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from harness import places
from harness.scrub import scrub


def data_pack(
    out: str | Path,
    suites: Sequence[str] = (),
    models: Sequence[str] = (),
    *,
    offline: bool = False,
    as_json: bool = False,
) -> int:
    """Pack what suites and models need: 0 done, 1 done without what is absent."""
    from harness.offline.gather import gather
    from harness.offline.pack import pack

    contents = gather(suites, models, places.hub(), offline)
    if isinstance(out, str) and "://" in out:
        from harness.offline.at_url import pack_to

        entries = pack_to(contents, out, places.cache(), lambda name: print(name, file=sys.stderr))
    else:
        entries = pack(contents, Path(out), lambda name: print(name, file=sys.stderr))
    if as_json:
        print(json.dumps({"files": [asdict(e) for e in entries], "left_out": list(contents.left_out)}))
    else:
        for absent in contents.left_out:
            print(f"left out {absent['what']}: {absent['reason']}", file=sys.stderr)
        print(f"{len(entries):,} files, {sum(e.size for e in entries) / 1e6:,.1f} MB in {scrub(str(out))}")
    return 1 if contents.left_out else 0


def data_unpack(source: str | Path, target: Path, *, as_json: bool = False) -> int:
    """Unpack and verify a pack: 0 done."""
    from harness.offline.pack import unpack

    if isinstance(source, str) and "://" in source:
        from harness.offline.at_url import unpack_from

        result = unpack_from(source, target, lambda name: print(name, file=sys.stderr))
    else:
        result = unpack(Path(source), target, lambda name: print(name, file=sys.stderr))
    if as_json:
        document = {"written": list(result.written), "kept": list(result.present), "hub": str(target / "hub")}
        print(json.dumps(document))
    else:
        print(f"{len(result.written):,} files written, {len(result.present):,} were there; all verified.")
        print(f"export LANDSCAPE_HUB={target / 'hub'}")
    return 0

"""Files in one ZIP archive, without a clock: the same files give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MOMENT = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the earliest that the format can hold."""


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """The archive of these files, by name, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()

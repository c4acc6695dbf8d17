"""Pictures that a bot uploads: PNG only, within the limits of the description."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

from tests.botapi.body import Upload
from tests.botapi.errors import BadRequest

BYTES_LIMIT = 10 * 2**20
SIDES_LIMIT = 10_000
RATIO_LIMIT = 20


class Pictures:
    """The pictures that the server has got, by the id under which they can be sent again."""

    def __init__(self) -> None:
        self._sizes: dict[str, list[dict[str, Any]]] = {}

    def keep(self, photo: Upload | str) -> list[dict[str, Any]]:
        """The sizes of a picture, as they stand in a message."""
        if isinstance(photo, Upload):
            width, height = _measure(photo.data)
            name = hashlib.sha256(photo.data).hexdigest()[:32]
            size = {"file_id": name, "file_unique_id": name[:16], "width": width, "height": height}
            self._sizes[name] = [{**size, "file_size": len(photo.data)}]
            return self._sizes[name]
        if photo not in self._sizes:
            raise BadRequest("wrong remote file identifier specified")
        return self._sizes[photo]


def _measure(data: bytes) -> tuple[int, int]:
    if len(data) > BYTES_LIMIT:
        raise BadRequest("file is too big")
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 24:
        raise BadRequest("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", data[16:24])
    if width + height > SIDES_LIMIT or max(width, height) > RATIO_LIMIT * min(width, height):
        raise BadRequest("PHOTO_INVALID_DIMENSIONS")
    return width, height

"""Where the files that are not code lie: the content and the migrations."""

from __future__ import annotations

from pathlib import Path

from bot.errors import PlainError

_PACKAGE = Path(__file__).parent


class DataError(PlainError):
    """A folder that belongs to the coach is missing."""


def data_folder(name: str) -> Path:
    """The folder ``name``: inside the installed package, or in the root of a checkout."""
    places = (_PACKAGE / "data" / name, _PACKAGE.parent / name)
    for place in places:
        if place.is_dir():
            return place
    looked = " or ".join(str(place) for place in places)
    raise DataError(f"The folder “{name}” is missing: it is not at {looked}. Install the coach again.")

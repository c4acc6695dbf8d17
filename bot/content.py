"""Finding the content: a folder that was named, or the one that comes with the coach."""

from __future__ import annotations

from pathlib import Path

from bot.data import data_folder
from bot.errors import PlainError

LANGUAGE = "en"


class ContentFolderError(PlainError):
    """The folder that was named holds no content."""


def content_folder(named: Path | None) -> Path:
    """The language folder to load, such as ``content/en``. Raises ContentFolderError."""
    folder = (named or data_folder("content")) / LANGUAGE
    if not folder.is_dir():
        raise ContentFolderError(
            f"There is no folder “{LANGUAGE}” in {folder.parent}. Name the folder that holds it, such as “content”."
        )
    return folder

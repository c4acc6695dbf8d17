"""The reader of replies: what a typed reply does, word by word. See ``docs/reader.md``."""

from dialogs.reader.explanation import told
from dialogs.reader.load import load_reader
from dialogs.reader.reader import Reader

__all__ = ["Reader", "load_reader", "told"]

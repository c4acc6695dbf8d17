"""Errors that are no mistakes of ours."""

from __future__ import annotations


class PlainError(Exception):
    """Something that a person can mend. The text is shown as it is: it says what is wrong and what to do."""

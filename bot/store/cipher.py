"""The key that keeps free text secret."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.store.errors import DamagedError, KeyFormatError, StoreError


class Cipher:
    """Encrypts with the first of ``keys``, reads with any; ``origin`` tells people where the keys are.

    ``names`` tell the keys from one another, and nothing of what they are.
    """

    def __init__(self, keys: str, origin: str) -> None:
        self.origin = origin
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError:
            raise KeyFormatError(origin) from None
        self.names = [sha256(key.strip().encode()).hexdigest()[:16] for key in keys.split(",")]

    def encrypt(self, text: str) -> bytes:
        # Half a surrogate pair is no UTF-8, but a messenger can send one: it must not stop a turn.
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass"))

    def decrypt(self, token: bytes) -> str:
        try:
            return self._fernet.decrypt(bytes(token)).decode("utf-8", "surrogatepass")
        except (InvalidToken, TypeError):  # or no bytes at all
            raise DamagedError from None


def load_cipher(secret: str | None, file: Path) -> Cipher:
    """The cipher with the keys of ``secret``, or else of ``file``, which is created at first use."""
    if secret:
        return Cipher(secret, "ATTUNE_SECRET_KEY")
    try:
        if not file.exists():
            _create(file)
        keys = file.read_bytes().decode("ascii", "replace")
    except OSError as error:
        raise StoreError(
            f"The key file {file} cannot be read or made: {error.strerror}. "
            f"Correct its rights, or set ATTUNE_SECRET_KEY."
        ) from error
    return Cipher(keys, f"the file {file}")


def _create(file: Path) -> None:
    """Write a new key; the file appears complete or not at all, and one that is there stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent) as draft:  # made with mode 0600
        draft.write(Fernet.generate_key())
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, file)

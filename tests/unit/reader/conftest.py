from pathlib import Path

import pytest

from dialogs.diagnostic import Diagnostic
from dialogs.reader import Reader, load_reader

FOLDER = Path(__file__).parents[3] / "content" / "en" / "reader"


@pytest.fixture(scope="session")
def reader() -> Reader:
    problems: list[Diagnostic] = []
    found = load_reader(FOLDER, "content/en/reader", problems)
    assert found, "\n".join(map(str, problems))
    return found

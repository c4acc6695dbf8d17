"""Coaches, homes and servers for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.botapi.server import BotApiServer

from .home import Home
from .running import HASTY_RUN, Running
from .scene import FAST, Scene, leaving


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh machine, as far as the coach can tell."""
    path = tmp_path / "home"
    path.mkdir()
    return Home(path)


@pytest.fixture
def server() -> Iterator[BotApiServer]:
    """A Bot API server that knows nobody yet."""
    with BotApiServer() as server:
        yield server


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Scene]]:
    """The coach that most tests share. Where one has ended it, another begins."""
    with ExitStack() as stack:
        server, numbers = stack.enter_context(BotApiServer()), count(1000)
        coaches: list[Running] = []

        def scene() -> Scene:
            server.violations.clear()
            server.clear_faults()
            if not coaches or not coaches[-1].is_alive():
                home = Home(tmp_path_factory.mktemp("home"))
                coaches.append(Running(home, server, HASTY_RUN, ATTUNE_LEARNER_BURST="1000", **FAST))
                stack.enter_context(leaving(coaches[-1]))
            return Scene(server, coaches[-1], numbers)

        yield scene


@pytest.fixture
def scene(shared: Callable[[], Scene]) -> Iterator[Scene]:
    """The coach of all, and learners of one's own."""
    scene = shared()
    yield scene
    scene.check()


@pytest.fixture
def running(home: Home) -> Iterator[Callable[..., Scene]]:
    """A coach of one's own, on a server and with settings of one's own."""
    with ExitStack() as stack:

        def run(server: BotApiServer, **env: str) -> Scene:
            coach = Running(home, server, HASTY_RUN, **env)
            stack.enter_context(leaving(coach))
            scene = Scene(server, coach, count(1))
            stack.callback(scene.check)
            return scene

        yield run

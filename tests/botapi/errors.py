"""The refusals of the Bot API, each with the body that the real server sends."""

from __future__ import annotations

from typing import Any

BLOCKED = "bot was blocked by the user"


class ApiError(Exception):
    """A request that is refused with a code and a description."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class BadRequest(ApiError):
    """400: the bot asked for something wrong or impossible."""

    def __init__(self, reason: str) -> None:
        super().__init__(400, f"Bad Request: {reason}")


class TooOld(BadRequest):
    """400: nobody waits for the answer to this tap any more, or it was answered before, or never was."""

    def __init__(self, *, on_demand: bool = False) -> None:
        super().__init__("query is too old and response timeout expired or query ID is invalid")
        self.on_demand = on_demand


class Forbidden(ApiError):
    """403: this chat does not want the bot."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class Conflict(ApiError):
    """409: somebody else fetches the updates."""

    def __init__(self, reason: str) -> None:
        super().__init__(409, f"Conflict: {reason}")


class TooManyRequests(ApiError):
    """429: too fast."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)

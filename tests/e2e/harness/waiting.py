"""Waiting for conditions, each with a deadline: no test sleeps and hopes."""

import asyncio
import time

# Programs under sanitizers on a busy machine are slow; a condition that holds is seen at once.
PATIENCE = 30.0
PAUSE = 0.02


def eventually(check, what: str, within: float = PATIENCE):
    """Calls `check` until it returns something true, and returns that."""
    deadline = time.monotonic() + within
    last: Exception | None = None
    while True:
        try:
            if result := check():
                return result
            last = None
        except (OSError, AssertionError, ValueError, KeyError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:.0f} s: {what}") from last
        time.sleep(PAUSE)


async def eventually_async(check, what: str, within: float = PATIENCE):
    """The same inside an event loop; `check` must not block it."""
    deadline = time.monotonic() + within
    while not (result := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:.0f} s: {what}")
        await asyncio.sleep(PAUSE)
    return result

"""Coroutines in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result], *, debug: bool = False) -> Result:
    """What a coroutine returns, run by an event loop in a thread of its own.

    Once a browser was driven, the main thread of the test process has a loop of
    Playwright's that counts as running, so that ``asyncio.run`` refuses there.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine, debug=debug).result()

"""A reader of the explorer: a page of a real browser and what happened in it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any


class Reader:
    """A page and what it holds; ``asked`` lists requests, ``dialogs`` alerts."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda r: self.asked.append(r.url))
        page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))
        page.on("pageerror", lambda e: self.errors.append(str(e)))

    def js(self, script: str) -> Any:
        return self.page.evaluate(script)

    def until(self, script: str, timeout_s: float = 40) -> Any:
        """Ask the page again and again: its policy forbids a poll by text."""
        end = monotonic() + timeout_s
        while monotonic() < end:
            found = self.js(
                f"() => {{ try {{ return {script} }} catch {{ return null }} }}"
            )
            if found:
                return found
            sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def ready(self) -> None:
        self.until(
            "document.documentElement.dataset.explorer && explorer.stage.drawn > 0"
            " && !explorer.store.busy.value && (explorer.store.scene.value.nodes.size"
            " || explorer.store.large.value)"
        )

    def ids(self) -> set[str]:
        return set(self.js("() => [...explorer.store.scene.value.nodes.keys()]"))

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.until("!explorer.store.busy.value")

    def find(self, text: str) -> None:
        self.page.locator("#find").fill(text)
        self.page.keyboard.press("Enter")  # before the answer is there
        sleep(0.4)
        self.until("!explorer.store.busy.value")

    def spots(self) -> dict[str, list[float]]:
        """Where each thing is on the screen."""
        return dict(
            self.js(
                "() => [...explorer.store.shown.value.nodes]"
                ".map((id) => [id, explorer.stage.spot(id)])"
            )
        )

    def names(self) -> list[dict[str, Any]]:
        """The names painted last, with their places."""
        return list(self.js("() => explorer.stage.names"))

    def at_rest(self) -> None:
        """Wait until the picture moves no more."""
        before: object = None
        for _ in range(100):
            now = self.js(
                "() => [explorer.stage.sigma.getCamera().getState(),"
                " [...explorer.store.shown.value.nodes].slice(0, 50)"
                ".map((id) => explorer.stage.spot(id))]"
            )
            if now == before:
                return
            before = now
            sleep(0.15)
        raise AssertionError("the picture does not come to rest")


Open = Callable[..., Reader]

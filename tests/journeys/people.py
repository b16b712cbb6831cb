"""People at their browsers: each has a window of his own, and every page they show is looked at."""

import os
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page
from playwright.sync_api import TimeoutError as NotInTime

from tests import factories

ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(os.environ.get("JOURNEY_SHOTS", ROOT / "var" / "journey"))
AXE = next((ROOT / "tests" / "vendor" / "axe").glob("*/axe.min.js")).read_text(encoding="utf-8")
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
ASK_AXE = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
})).violations.map(v => v.id + ": " + v.nodes.map(n => n.target.join(" ")).join(" | "))"""


class Person:
    """Somebody at a browser. What the pages complain about is kept in `complaints`."""

    def __init__(self, name: str, browser: Browser, origin: str) -> None:
        self.name, self.origin = name, origin
        self.context = browser.new_context(viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _listen(self, message: ConsoleMessage) -> None:
        # A refusal (409, 422) is an answer; Chromium reports its status as an error of the console.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def goto(self, path: str) -> None:
        """Open an address."""
        answer = self.page.goto(f"{self.origin}{path}")
        assert answer is not None
        assert answer.status < 400, f"{self.name}: {path} answered {answer.status}"

    def sign_in(self, username: str, password: str = factories.PASSWORD) -> None:
        """Sign in on the page."""
        self.goto("/accounts/login/")
        self.fill(login=username, password=password)
        self.press("登录")
        assert "/desk/" in self.page.url, f"{self.name} did not get in: {self.page.url}"

    def fill(self, **fields: Any) -> None:
        """Type into fields by their names: text, a tick (True), one of several, several of many (a list)."""
        for name, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                self._fill_one(name, one)

    def _fill_one(self, name: str, value: Any) -> None:
        found = self.page.locator(f'main [name="{name}"]')
        kind = found.first.evaluate("e => e.tagName == 'SELECT' ? 'select' : e.type")
        if kind == "select":
            found.first.select_option(value)
        elif kind in {"radio", "checkbox"}:
            wanted = (
                found.first if value is True else self.page.locator(f'main [name="{name}"][value="{value}"]')
            )
            wanted.check(force=True)  # the label lies over the box, as a finger meets it
        elif kind == "file":
            found.first.set_input_files(value)
        else:
            found.first.fill(str(value))

    def press(self, label: str, *, nth: int = 0) -> None:
        """Press the button, or follow the link, with this label; the next page is there afterwards."""
        here = self.page.locator("main")
        pattern = re.compile(rf"^\s*{re.escape(label)}")
        button = here.get_by_role("button", name=pattern)
        target = button if button.count() else here.get_by_role("link", name=pattern)
        self._leave(target.nth(nth))

    def follow(self, words: str) -> None:
        """Follow the first link of the page's body that holds these words."""
        self._leave(self.page.locator("main").get_by_role("link").filter(has_text=words).first)

    def _leave(self, target: Locator) -> None:
        with self.page.expect_navigation(wait_until="load"):
            target.click()

    def sees(self, *words: str) -> None:
        """The page says this."""
        text = self.page.locator("body").inner_text()
        for word in words:
            assert word in text, f"{self.name} misses “{word}” on {self.page.url}:\n{text}"

    def sees_not(self, *words: str) -> None:
        """Nowhere in the page's source stands this."""
        source = self.page.content()
        for word in words:
            assert word not in source, f"{self.name} should not see “{word}” on {self.page.url}"

    def waits_for(self, words: str) -> None:
        """Something that the page fetches by itself."""
        try:
            self.page.get_by_text(words).first.wait_for(timeout=20_000)
        except NotInTime:
            self.sees(words)

    def download(self, label: str) -> Path:
        """Follow a link that gives a file; its path on the disk."""
        with self.page.expect_download() as waiting:
            self.page.locator("main").get_by_role("link").filter(has_text=label).first.click()
        target = Path(settings.VAR) / "downloads" / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def shows(self, step: str) -> None:
        """Look at the page as it is: axe, no sideways scroll at 390 px, pictures wide and narrow."""
        self.page.evaluate(AXE)
        self.complaints += [f"{step} ({self.page.url}): {found}" for found in self.page.evaluate(ASK_AXE)]
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{step}.png", full_page=True)
        self.page.set_viewport_size(PHONE)
        try:
            # Charts follow the window's width a moment later.
            fits = f"document.documentElement.scrollWidth <= {PHONE['width']}"
            self.page.wait_for_function(fits, timeout=3_000)
        except NotInTime:
            self.complaints.append(f"{step} ({self.page.url}): scrolls sideways at {PHONE['width']} px")
        self.page.screenshot(path=SHOTS / f"{step}-390.png", full_page=True)
        self.page.set_viewport_size(DESK)

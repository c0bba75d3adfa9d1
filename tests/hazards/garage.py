"""A garage with twelve offers and what must hold of it after anything that happens to its site."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from tests.badsite import BadSite, document
from tests.flows.conftest import Ran, Run
from tests.flows.disguised_pages import listing, offer_page, shell

__all__ = ["LIST", "OFFERS", "UNTIL", "Garage", "Names", "card", "offer_at", "said"]

LIST = "/en/offers"
OFFERS = tuple(f"{LIST}/{number}" for number in range(12))
UNTIL = datetime.now(UTC) + timedelta(days=200)  # the last day of all offers: near enough to be believed
_FAR = "31 December 2031"
_HOURS = "# Hours\n\nThe workshop opens at nine and closes at six on every working day of the week.\n"


def offer_at(number: int, price: int = 0) -> str:
    """That offer's own page, with another price when one is given."""
    text = offer_page(number)
    return text.replace(f"SAR {90 + number}", f"SAR {price}") if price else text


def card(number: int) -> str:
    """That offer's card on the list."""
    return listing([number]).removeprefix('<h1>Offers</h1><div class="list">').removesuffix("</div>")


def said(day: datetime) -> str:
    """A day as the garage writes it."""
    return f"{day.day} {day:%B %Y}"


@dataclass
class Garage:
    """The site, the project that watches it, and the database behind."""

    bad: BadSite
    run: Run
    folder: Path
    db: Connection
    settings: dict[str, str] = field(default_factory=dict)  # lines of the source's file, by key

    def __post_init__(self) -> None:
        self.pair = self.bad.pair  # stays known when the port is closed
        self.put(LIST, shell(listing()))
        for number, path in enumerate(OFFERS):
            self.put(path, offer_page(number))
        (self.folder / "docs").mkdir()
        (self.folder / "docs" / "hours.md").write_text(_HOURS, encoding="utf-8")
        (self.folder / "sources" / "hours.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")

    def url(self, path: str) -> str:
        """The address of a path of the site."""
        return f"http://{self.pair}{path}"

    def put(self, path: str, page: str) -> None:
        """Let a path answer with that page."""
        self.bad.script(path, document(page.replace(_FAR, said(UNTIL)).encode(), "text/html; charset=utf-8"))

    def sync(self, *options: str) -> tuple[Ran, Any]:
        """Sync everything; how the command ended, and the garage's run. What must always hold is asked on the way."""
        lines = {
            "kind": '"site"', "start_urls": f'["{self.url(LIST)}"]', "allow": '["^/en/"]', "delay": "0.0",
            "allow_private": f'["{self.pair}"]', **self.settings,
        }  # fmt: skip
        text = "".join(f"{key} = {value}\n" for key, value in lines.items())
        (self.folder / "sources" / "garage.toml").write_text(text, encoding="utf-8")
        ran = self.run("sync", "--json", *options)
        reports = {report["source"]: report for report in json.loads(ran.out)["runs"]}
        assert reports["hours"]["state"] == "published", "another source is not concerned"
        assert "Traceback" not in ran.err
        self.sound()
        return ran, reports["garage"]

    def sound(self) -> None:
        """Every invariant holds, nobody is served what another is not, and the other source answers."""
        assert [check.name for check in run_checks(self.db) if not check.holds] == []
        asked = self.run("offers", "--json")
        assert asked.code == 0, asked.err
        listed = asked.document["offers"]
        assert sorted(offer["title"] for offer in listed) == sorted(self.served())
        hits = self.db.execute("select url from kb.search('workshop opens nine working day')").fetchall()
        assert ("file:docs/hours.md",) in hits

    def served(self) -> list[str]:
        """Titles of the live offers, one a row: a duplicate shows."""
        return [title for (title,) in self.db.execute("select title from kb.offers() order by 1")]

    def offers(self) -> dict[str, Any]:
        """Price of each live offer by its title."""
        return dict(self.db.execute("select title, price::int from kb.offers()").fetchall())

    def age(self, by: timedelta) -> None:
        """Let all that was seen have been seen so much earlier."""
        self.db.execute(
            "update kb_store.page set missing_since = missing_since - %(by)s, empty_since = empty_since - %(by)s,"
            " last_verified = last_verified - %(by)s, first_seen = first_seen - %(by)s",
            {"by": by},
        )
        self.db.execute("update kb_store.served_entry set verified_at = verified_at - %s", (by,))

    def told(self, report: Any, outcome: str, path: str = "") -> str:
        """The message of the run's problem at a path, which must have had that outcome."""
        found = [p for p in report["problems"] if p["url"] == self.url(path)] if path else report["problems"]
        assert found, f"nothing is said of {path}: {report['problems']}"
        assert found[0]["outcome"] == outcome
        return str(found[0]["message"])


Names = Callable[[dict[str, str | int | list[str]]], None]

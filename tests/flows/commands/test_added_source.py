"""What `freshet add` previews is what `freshet sync` of the written source then serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import load_project
from tests.badsite import BadSite
from tests.flows.commands.garage import HASHED, NAMED, TITLES, serve_garage
from tests.flows.commands.test_adding import bilingual, soon
from tests.flows.conftest import Run

_NAMES = ("title", "price", "price_before", "currency", "valid_from", "valid_until", "validity", "url")


@pytest.fixture
def site() -> Iterator[BadSite]:
    """A site without pages yet."""
    with BadSite() as served:
        yield served


def _added_and_synced(run: Run, address: str) -> tuple[list[dict[str, object]], list[dict[str, object]], str]:
    """What add showed, what a sync then serves, and the file written."""
    added = run("add", address, "--json")
    assert added.code == 0, added.err
    synced = run("sync", added.document["source"], "--json")
    assert synced.code == 0, synced.err
    assert synced.document["runs"][0]["state"] == "published"
    # one offer in two languages is one entry: each language is asked for
    asked = [run("offers", "--language", language, "--json").document["offers"] for language in ("en", "ar")]
    served = [offer for offers in asked for offer in offers]
    categories = {offer["url"]: set(offer["category"]) for offer in served}
    assert all(set(offer["category"]) <= categories[offer["url"]] for offer in added.document["offers"])
    return _plain(added.document["offers"]), _plain(served), added.document["toml"]


def _plain(offers: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(({name: offer[name] for name in _NAMES} for offer in offers), key=lambda offer: str(offer["url"]))


@pytest.mark.usefixtures("folder")
def test_declared_offers_are_served_as_previewed(run: Run, site: BadSite) -> None:
    """JSON-LD: no selectors, the same offers in both languages."""
    bilingual(site, soon())
    previewed, served, toml = _added_and_synced(run, site.url("/en/offers"))
    assert len(previewed) == 6
    assert served == previewed
    assert "[offers]" not in toml


@pytest.mark.usefixtures("folder")
def test_discovered_offers_with_names_that_last_get_selectors(run: Run, site: BadSite, folder: Path) -> None:
    """Cards of chosen names, English and Arabic: one set of selectors reads both; a sync serves what was shown."""
    serve_garage(site, NAMED)
    previewed, served, _ = _added_and_synced(run, site.url("/en/offers"))
    assert {offer["title"] for offer in previewed} == {*TITLES["en"], *TITLES["ar"]}
    assert {offer["price"] for offer in previewed} == {109, 209, 309, 409}
    assert {offer["validity"] for offer in previewed} == {"stated"}
    assert served == previewed
    selectors = load_project(folder, environment={}).source("local-offers").offers
    assert selectors is not None
    assert (selectors.item, selectors.title, selectors.price) == (".offer-card", ".offer-title", ".price-now")


@pytest.mark.usefixtures("folder")
def test_discovered_offers_with_generated_names_are_read_by_their_look(run: Run, site: BadSite) -> None:
    """Hashed class names: no [offers], and the same offers."""
    serve_garage(site, HASHED)
    previewed, served, toml = _added_and_synced(run, site.url("/ar/offers"))
    assert {offer["title"] for offer in previewed} == {*TITLES["en"], *TITLES["ar"]}
    assert served == previewed
    assert "[offers]" not in toml

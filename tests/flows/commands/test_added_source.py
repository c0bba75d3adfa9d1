"""What `freshet add` previews is what `freshet sync` of the written source then serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.badsite import BadSite
from tests.flows.commands.test_adding import bilingual, soon
from tests.flows.conftest import Run


@pytest.fixture
def garage() -> Iterator[BadSite]:
    """A site of two listings and a page for each offer."""
    with BadSite() as site:
        bilingual(site, soon())
        yield site


def test_a_sync_of_the_added_source_gives_the_offers_previewed(run: Run, folder: Path, garage: BadSite) -> None:
    """Same titles, prices, windows and addresses, in both languages."""
    del folder
    added = run("add", garage.url("/en/offers"), "--json")
    assert added.code == 0, added.err
    synced = run("sync", added.document["source"], "--json")
    assert synced.code == 0, synced.err
    assert synced.document["runs"][0]["state"] == "published"
    served = run("offers", "--json").document["offers"]
    names = ("title", "url", "price", "currency", "valid_from", "validity", "category")
    shown = [{name: offer[name] for name in names} for offer in added.document["offers"]]
    assert sorted(shown, key=str) == sorted(({name: offer[name] for name in names} for offer in served), key=str)
    ends = {offer["url"]: offer["valid_until"] for offer in added.document["offers"]}
    assert {offer["url"]: offer["valid_until"] for offer in served} == ends

"""One address in two sources: each keeps its own (K3)."""

from __future__ import annotations

import pytest

from tests.badsite import status
from tests.hazards.garage import LIST, OFFERS, Garage


@pytest.mark.hazard("K3", "S6")
def test_k3_what_one_source_loses_the_other_keeps(garage: Garage) -> None:
    """The same list is watched twice; one source is removed, then its address denied: the other is as it was."""
    garage.sync()
    first = (garage.folder / "sources" / "garage.toml").read_text(encoding="utf-8")
    (garage.folder / "sources" / "tenant.toml").write_text(first, encoding="utf-8")
    garage.run("sync", "tenant")
    both = garage.db.execute("select source, count(*), count(distinct entry_id) from kb.offers() group by 1 order by 1")
    assert both.fetchall() == [("garage", 12, 12), ("tenant", 12, 12)]
    numbers = _numbers(garage, "garage")
    assert garage.run("remove", "tenant").code == 0
    assert (_numbers(garage, "garage"), _numbers(garage, "tenant")) == (numbers, [])
    garage.bad.script(OFFERS[0], status(410))
    assert garage.run("sync", "tenant").code != 2
    assert _numbers(garage, "garage") == numbers
    assert garage.db.execute("select count(*) from kb_store.page where url = %s", (garage.url(LIST),)).fetchone() == (
        2,
    )


def _numbers(garage: Garage, source: str) -> list[int]:
    rows = garage.db.execute("select entry_id from kb.offers(source => array[%s]) order by 1", (source,))
    return [number for (number,) in rows]

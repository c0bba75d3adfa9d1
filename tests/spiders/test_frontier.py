"""The frontier: every address once, in the order found, never more than the crawl may ask for."""

from __future__ import annotations

from pipelines.records import KnownPage
from spiders.frontier import Entry, Frontier, write_known
from spiders.robots import host_of


def frontier(tmp_path, limit=100, known=()):
    write_known(tmp_path, known)
    return Frontier(tmp_path, limit, host_of)


def entries(*urls, depth=0):
    return [Entry(url, depth) for url in urls]


def taken(lane_of, front):
    found = []
    while (entry := front.take(lane_of)) is not None:
        found.append(entry.url)
    return found


def test_addresses_are_taken_once_in_the_order_found(tmp_path):
    """Breadth first, by lane; what was seen before is not queued again, taken or not."""
    front = frontier(tmp_path)
    front.add(entries("http://a/1", "http://b/1", "http://a/2", "http://a/1"))
    assert front.lanes == ("a", "b")
    assert front.take("a") == Entry("http://a/1", 0)
    front.add(entries("http://a/1", "http://a/3", depth=1))
    assert taken("a", front) == ["http://a/2", "http://a/3"]
    assert taken("b", front) == ["http://b/1"]
    assert front.waiting() == 0
    front.close()


def test_no_more_addresses_are_kept_than_may_be_asked_for(tmp_path):
    """What can never have its turn is not stored, but that it was left out is remembered."""
    front = frontier(tmp_path, limit=3)
    front.add(entries("http://a/1", "http://a/2", "http://a/3"))
    front._recent.clear()
    front.add(entries("http://a/2"))
    assert not front.overflowed
    front.add(Entry(f"http://a/{n}", 1) for n in range(1000))
    assert front.overflowed
    assert front.waiting() == 3
    front.close()


def test_a_redirect_claims_its_target_once(tmp_path):
    """A waiting address loses its turn to the claim, a new one is taken at once, an attempted one cannot be claimed."""
    front = frontier(tmp_path)
    front.add(entries("http://a/1", "http://a/2"))
    assert front.claim(Entry("http://a/2", 0))
    assert front.claim(Entry("http://a/new", 0))
    assert not front.claim(Entry("http://a/new", 0))
    assert taken("a", front) == ["http://a/1"]
    assert not front.claim(Entry("http://a/1", 0))
    front.moved("http://a/1", "http://a/2")
    front.moved("http://a/2", "http://a/new")
    assert front.end_of("http://a/1") == "http://a/new"
    front.moved("http://a/new", "http://a/1")
    assert front.end_of("http://a/1") in ("http://a/1", "http://a/new")
    front.close()


def test_known_pages_are_found_again_and_the_unreached_queued(tmp_path):
    """Every field comes back; pages no link led to are queued as unlinked, if they still belong."""
    pages = [KnownPage(f"http://a/{n}", "e", "m", "h", (f"http://a/{n}x", "http://a/y")) for n in range(2500)]
    front = frontier(tmp_path, 5000, iter([*pages, KnownPage("http://a/bare")]))
    assert front.known("http://a/7") == pages[7]
    assert front.known("http://a/bare") == KnownPage("http://a/bare")
    assert front.known("http://a/never") is None
    assert front.is_known("http://a/7")
    front.add(entries("http://a/7"))
    assert front.take("a") == Entry("http://a/7", 0)
    front.add_unlinked(lambda url: not url.endswith("9"))
    again = [front.take("a") for _ in range(3)]
    assert again == [Entry(f"http://a/{n}", 0, linked=False) for n in (0, 1, 2)]
    assert 2 + front.waiting() == len([p for p in pages if not p.url.endswith("9")]) - 1
    front.close()

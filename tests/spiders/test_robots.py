"""robots.txt by RFC 9309."""

from __future__ import annotations

import asyncio

import pytest

from pipelines.records import FreshetError, Outcome
from spiders.robots import Robots, RobotsFile, host_of, product_token, read_rules

PAGE = "http://h.example/offers/1"


@pytest.mark.hazard("H7")
@pytest.mark.parametrize(
    ("file", "outcome"),
    [
        (RobotsFile(None, problem="timed out"), Outcome.ROBOTS_UNREACHABLE),
        (RobotsFile(None, problem="nothing listens there", is_host_away=True), Outcome.NETWORK),
        (RobotsFile(500), Outcome.ROBOTS_UNREACHABLE),
        (RobotsFile(503, b"User-agent: *\nAllow: /"), Outcome.ROBOTS_UNREACHABLE),
        (RobotsFile(200, b"<!DOCTYPE html><h1>Sorry</h1>"), Outcome.ROBOTS_UNREACHABLE),
        (RobotsFile(200, b"\x89PNG\r\n\x1a\n"), Outcome.ROBOTS_UNREACHABLE),
        (RobotsFile(304), Outcome.ROBOTS_UNREACHABLE),
        (RobotsFile(404, b"<html>"), None),
        (RobotsFile(403), None),
        (RobotsFile(200), None),
        (RobotsFile(200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /offers"), Outcome.ROBOTS_DENIED),
        (RobotsFile(200, b"User-agent: *\nDisallow: /\nAllow: /offers"), None),
        (RobotsFile(200, b"User-agent: *\nDisallow: /*/1$"), Outcome.ROBOTS_DENIED),
        (RobotsFile(200, b"User-agent: Other\nDisallow: /"), None),
        (RobotsFile(200, b"User-agent: *\nAllow: /\n\nUser-agent: freshet\nDisallow: /"), Outcome.ROBOTS_DENIED),
        (RobotsFile(200, b"rubbish\x80 without meaning"), None),
    ],
)
def test_what_a_file_says(file, outcome):
    """Unreachable means disallow, 4xx means there are no rules, the longest match and our own group win."""
    judged = read_rules(file, "Freshet").judge(PAGE)
    assert (judged[0] if judged else None) is outcome
    assert judged is None or "http://h.example" in judged[1]


def test_the_crawl_delay_is_for_us():
    """Of our group, never negative, 0 when there is none to be read."""
    assert read_rules(RobotsFile(200, b"User-agent: *\nCrawl-delay: 2.5"), "Freshet").delay == 2.5
    assert read_rules(RobotsFile(200, b"User-agent: *\nCrawl-delay: soon"), "Freshet").delay == 0
    assert read_rules(RobotsFile(200, b"User-agent: *\nCrawl-delay: -3"), "Freshet").delay == 0
    assert read_rules(RobotsFile(404), "Freshet").delay == 0


def test_each_origin_is_read_once_however_many_pages_wait():
    """Pages that wait together share one request; another port is another origin; an error of ours is unreachable."""
    asked: list[str] = []

    async def fetch(url: str) -> RobotsFile:
        asked.append(url)
        await asyncio.sleep(0)
        if ":81" in url:
            raise FreshetError("refused")
        return RobotsFile(404)

    async def run() -> None:
        robots = Robots("Freshet", fetch)
        rules = await asyncio.gather(*(robots.rules_for(f"http://h/{n}") for n in range(5)))
        assert all(rule.judge("http://h/1") is None for rule in rules)
        assert (await robots.rules_for("http://h:81/")).problem

    asyncio.run(run())
    assert sorted(asked) == ["http://h/robots.txt", "http://h:81/robots.txt"]


def test_names():
    """The product token is the agent's first word; the host has no port."""
    assert product_token("Freshet/0.1 (+https://x)") == "Freshet"
    assert product_token("ShopBot (+https://x)") == "ShopBot"
    assert host_of("http://h.example:81/x") == "h.example"

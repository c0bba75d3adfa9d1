"""Feeds synced end to end: a real server on loopback, a real database, the command line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.badsite import BadSite, Reply, document, redirect, status, truncated
from tests.flows.conftest import Run
from tests.postgres import TestDatabase

Item = dict[str, Any]


def day(days: int) -> str:
    """The date so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def offers() -> list[Item]:
    """Six offers, three in each language, one of them upcoming and one open."""
    return [
        {"sku": "OIL-1", "name": "Engine oil change", "price": "149 SAR", "ends": day(20), "cat": "oil",
         "link": "/en/oil", "body": "Full synthetic oil and a new filter."},
        {"sku": "TYR-4", "name": "Four tyres for the price of three", "price": 1200.50, "ends": day(9), "cat": "tyres",
         "link": "/en/tyres", "body": "Fitting and balancing included."},
        {"sku": "BRK-2", "name": "Brake pads, front axle", "price": 299, "starts": day(5), "ends": day(30),
         "cat": "brakes", "link": "/en/brakes", "body": "Ceramic pads with a year of warranty."},
        {"sku": "OIL-1-AR", "name": "تغيير زيت المحرك", "price": "149 ريال", "ends": day(20), "cat": "زيت",
         "link": "/ar/oil", "body": "زيت تخليقي بالكامل مع فلتر جديد."},
        {"sku": "TYR-4-AR", "name": "أربعة إطارات بسعر ثلاثة", "price": "١٢٠٠٫٥٠ ر.س", "ends": day(9),
         "cat": "إطارات", "link": "/ar/tyres", "body": "يشمل العرض التركيب والترصيص."},
        {"sku": "WSH-1", "name": "غسيل خارجي مجاني مع كل صيانة", "cat": "غسيل", "link": "/ar/wash",
         "body": "لفترة محدودة في جميع الفروع."},
    ]  # fmt: skip


def json_reply(items: object, **headers: str) -> Reply:
    """The items as a JSON document under data.items, with an ETag of its bytes."""
    body = json.dumps(
        {"data": {"items": items}, "generated": datetime.now(UTC).isoformat()}, ensure_ascii=False
    ).encode()
    return document(body, "application/json", **headers)


@pytest.fixture
def site() -> Iterator[BadSite]:
    with BadSite() as started:
        yield started


@pytest.fixture
def source(folder: Path, site: BadSite) -> Path:
    """A source of kind feed at the site's /feed; its file."""
    file = folder / "sources" / "promos.toml"
    file.write_text(
        f"""
        kind = "feed"
        allow_private = ["127.0.0.1:{site.port}"]
        [feed]
        url = "{site.url("/feed")}"
        entry = "offer"
        items = "data.items"
        [feed.fields]
        key = "sku"
        title = "name"
        price = "price"
        valid_from = "starts"
        valid_until = "ends"
        category = "cat"
        url = "link"
        text = "body"
        """,
        encoding="utf-8",
    )
    return file


def synced(run: Run, *options: str) -> tuple[int, Any]:
    """Exit code and report of one sync."""
    ran = run("sync", "promos", "--json", *options)
    return ran.code, ran.document["runs"][0]


def titles(run: Run, *options: str) -> set[str]:
    """Titles of the offers served."""
    return {offer["title"] for offer in run("offers", "--json", *options).document["offers"]}


def test_the_first_sync_serves_every_item(run: Run, source: Path, site: BadSite) -> None:
    """Every item is one offer with its own values, in both languages; one that has not begun is upcoming."""
    site.script("/feed", json_reply(offers()))
    code, report = synced(run)
    assert (code, report["state"]) == (0, "published"), report
    assert report["entries"]["added"] == 6
    served = {offer["title"]: offer for offer in run("offers", "--json").document["offers"]}
    assert len(served) == 5
    oil = served["تغيير زيت المحرك"]
    assert (oil["price"], oil["currency"], oil["language"], oil["validity"]) == (149, "SAR", "ar", "feed")
    assert oil["url"] == site.url("/ar/oil")
    assert served["Four tyres for the price of three"]["price"] == 1200.5
    assert served["غسيل خارجي مجاني مع كل صيانة"]["validity"] == "open"
    assert "Brake pads, front axle" in titles(run, "--upcoming")


def test_an_unchanged_feed_costs_nothing(run: Run, source: Path, site: BadSite) -> None:
    """A feed that answers 304 has everything verified, nothing read and nothing embedded."""
    site.script("/feed", json_reply(offers()))
    synced(run)
    code, report = synced(run)
    assert (code, report["state"]) == (0, "published")
    assert report["pages"]["outcomes"] == {"not_modified": 7}
    assert report["chunks"]["embedded"] == 0
    assert site.hits("/feed")[-1].headers["if-none-match"]


def test_noise_outside_the_mapped_fields_is_no_change(run: Run, source: Path, site: BadSite) -> None:
    """A field nobody mapped may change in every item: no item is read again."""
    noisy = [{**item, "last_seen": "once"} for item in offers()]
    site.script("/feed", json_reply(offers()), json_reply(noisy[::-1]))
    synced(run)
    _, report = synced(run)
    assert report["pages"]["outcomes"] == {"not_modified": 6, "ok": 1}
    assert (report["chunks"]["embedded"], report["entries"].get("changed", 0)) == (0, 0)


def test_a_changed_row_is_the_only_change(run: Run, source: Path, site: BadSite) -> None:
    """One price and one end change: one entry changes, one is shortened, and no text is embedded for a price."""
    later = offers()
    later[0]["price"] = "129 SAR"
    later[1]["ends"] = day(3)
    site.script("/feed", json_reply(offers()), json_reply(later))
    synced(run)
    _, report = synced(run)
    assert report["pages"]["outcomes"] == {"not_modified": 4, "ok": 3}
    assert (report["entries"]["changed"], report["entries"]["shortened"]) == (1, 1)
    assert report["chunks"]["embedded"] == 0
    served = {offer["title"]: offer["price"] for offer in run("offers", "--json").document["offers"]}
    assert served["Engine oil change"] == 129


def test_a_missing_row_ends_at_once(run: Run, source: Path, site: BadSite) -> None:
    """A complete feed says what exists: what it no longer has is withdrawn by that very run, and comes back with it."""
    site.script("/feed", json_reply(offers()), json_reply(offers()[1:]), json_reply(offers()))
    synced(run)
    code, report = synced(run)
    assert (code, report["state"], report["entries"]["withdrawn"]) == (0, "published", 1)
    assert "Engine oil change" not in titles(run)
    synced(run)
    assert "Engine oil change" in titles(run)


def test_a_bad_row_is_told_and_stays(run: Run, source: Path, site: BadSite) -> None:
    """A row that cannot be read is told with its number and field; its entry stays, the others go on."""
    later = offers()[:-1]
    later[0]["price"] = "ask at the desk"
    later[1]["name"] = ""
    later[2]["ends"] = "31/02/2031"
    later[3]["price"] = "139 ريال"
    site.script("/feed", json_reply(offers()), json_reply(later), json_reply(offers()))
    synced(run)
    code, report = synced(run)
    assert (code, report["state"]) == (3, "partial")
    told = [problem["message"] for problem in report["problems"] if problem["outcome"] == "bad_content"]
    assert [message.split(":")[0].split(" (")[0] for message in sorted(told)] == ["item 1", "item 2", "item 3"]
    assert "price: «ask at the desk»" in "".join(told)
    assert "title" in "".join(told)
    assert "valid_until: «31/02/2031»" in "".join(told)
    served = {offer["title"]: offer["price"] for offer in run("offers", "--json").document["offers"]}
    assert served["Engine oil change"] == 149
    assert served["تغيير زيت المحرك"] == 139
    assert "غسيل خارجي مجاني مع كل صيانة" not in served
    assert synced(run)[1]["state"] == "published"


BROKEN: list[tuple[str, Reply]] = [
    ("server_error", status(503)),
    ("missing", status(404)),
    ("gone", status(410)),
    ("blocked", status(403)),
    ("truncated", truncated(json.dumps({"data": {"items": offers()}}).encode()[:300], promised=4000)),
    ("truncated", document(gzip.compress(b"x" * 10_000_000)[:-9], "application/gzip")),
    ("parse_failed", document(json.dumps({"data": {"items": offers()}}).encode()[:-40], "application/json")),
    ("parse_failed", document(b"<!doctype html><title>Be right back</title>", "application/json")),
    ("parse_failed", document(b'{"data": {"articles": []}}', "application/json")),
    ("parse_failed", document(b"", "application/json")),
]


def test_a_feed_that_cannot_be_had_removes_nothing(run: Run, source: Path, site: BadSite) -> None:
    """Whatever is amiss with the feed as a whole fails the run with a message, and nothing of it is withdrawn."""
    site.script("/feed", json_reply(offers()), *(reply for _, reply in BROKEN), json_reply(offers()))
    synced(run)
    for outcome, _ in BROKEN:
        code, report = synced(run)
        assert (code, report["state"]) == (1, "failed")
        assert report["pages"]["outcomes"] == {outcome: 1}
        assert "stays until its own end" in report["problems"][0]["message"]
    assert len(titles(run)) == 5
    assert synced(run)[1]["state"] == "published"


def test_an_emptied_feed_removes_nothing(run: Run, source: Path, site: BadSite) -> None:
    """No items where there were some is an error a person reads, not a success."""
    site.script("/feed", json_reply(offers()), json_reply([]))
    synced(run)
    code, report = synced(run)
    assert (code, report["state"]) in ((1, "failed"), (3, "partial"))
    assert "no item" in report["problems"][0]["message"]
    assert len(titles(run)) == 5


def test_too_many_missing_rows_wait_for_a_person(run: Run, source: Path, site: BadSite) -> None:
    """The guard holds removals, in this run and in each that finds the same; a feed that is whole again ends that."""
    site.script("/feed", json_reply(offers()), json_reply(offers()[:2]), json_reply(offers()[:2]), json_reply(offers()))
    synced(run)
    for outcomes in ({"gone": 4, "not_modified": 2, "ok": 1}, {"gone": 4, "not_modified": 2, "ok": 1}):
        code, report = synced(run)
        assert (code, report["state"], report["entries"]["held"]) == (3, "held", 4)
        assert report["pages"]["outcomes"] == outcomes
        assert len(titles(run)) == 5
    assert synced(run)[1]["state"] == "published"
    assert len(titles(run)) == 5


def test_what_waits_is_still_lost_when_the_feed_answers_304(run: Run, source: Path, site: BadSite) -> None:
    """Held removals are judged anew by a run whose feed has not changed."""
    less = json.dumps({"data": {"items": offers()[:2]}}).encode()
    site.script("/feed", json_reply(offers()), document(less, "application/json"))
    synced(run)
    synced(run)
    code, report = synced(run)
    assert report["pages"]["outcomes"] == {"gone": 4, "not_modified": 3}
    assert (code, report["entries"]["held"]) == (3, 4)


def test_a_dry_run_changes_nothing(run: Run, source: Path, site: BadSite) -> None:
    """A dry run shows what would be done; the sync after it does it."""
    site.script("/feed", json_reply(offers()), json_reply(offers()[1:]))
    synced(run)
    _, report = synced(run, "--dry-run")
    assert report["state"] == "planned"
    assert [(line["change"], line["reason"]) for line in report["plan"]] == [("withdrawn", "gone")]
    assert len(titles(run)) == 5
    assert synced(run)[1]["entries"]["withdrawn"] == 1


def test_full_reads_every_item_anew(run: Run, source: Path, site: BadSite) -> None:
    """`--full` asks without validators and publishes no new version of what says the same."""
    site.script("/feed", json_reply(offers()))
    synced(run)
    _, report = synced(run, "--full")
    assert report["pages"]["outcomes"] == {"ok": 7}
    assert "if-none-match" not in site.hits("/feed")[-1].headers
    assert (report["entries"].get("changed", 0), report["chunks"]["embedded"]) == (0, 0)


def test_other_fields_are_taken_from_an_unchanged_feed(run: Run, source: Path, site: BadSite) -> None:
    """A source whose fields changed is asked for whole, although its feed did not change."""
    site.script("/feed", json_reply(offers()))
    synced(run)
    source.write_text(source.read_text(encoding="utf-8").replace('title = "name"', 'title = "body"'), encoding="utf-8")
    _, report = synced(run)
    assert report["pages"]["outcomes"] == {"ok": 7}
    assert "Fitting and balancing included." in titles(run)


def test_two_rows_of_one_key(run: Run, source: Path, site: BadSite) -> None:
    """The first of two items with the same key is taken, and both places are told."""
    doubled = [*offers(), {**offers()[0], "name": "An impostor"}]
    site.script("/feed", json_reply(doubled))
    _, report = synced(run)
    assert report["entries"]["added"] == 6
    assert any("item 1 and item 7 are both «OIL-1»" in reason for reason in report["verdict"])
    assert "An impostor" not in titles(run)


def test_robots_txt_is_asked(run: Run, source: Path, site: BadSite) -> None:
    """A feed that robots.txt does not allow is not asked for, and the run says so."""
    site.script("/robots.txt", document(b"User-agent: *\nDisallow: /feed", "text/plain"))
    site.script("/feed", json_reply(offers()))
    code, report = synced(run)
    assert (code, report["pages"]["outcomes"]) == (1, {"robots_denied": 1})
    assert not site.hits("/feed")


def test_redirects_are_followed_past_the_guard_alone(run: Run, source: Path, site: BadSite) -> None:
    """An export may live elsewhere; an address the guard refuses is not dialled, and secrets stay at home."""
    with BadSite() as inner:
        source.write_text(
            source.read_text(encoding="utf-8").replace("[feed]", 'headers = { X-Token = "s3cret" }\n[feed]', 1),
            encoding="utf-8",
        )
        inner.script("/export", json_reply(offers()))
        site.script("/feed", redirect("/moved"), redirect(inner.url("/export")))
        site.script("/moved", json_reply(offers()))
        assert synced(run)[1]["entries"]["added"] == 6
        code, report = synced(run)
        assert (code, report["pages"]["outcomes"]) == (1, {"refused_address": 1})
        assert not inner.journal
        allowed = source.read_text(encoding="utf-8").replace(f'"{site.pair}"', f'"{site.pair}", "{inner.pair}"')
        source.write_text(allowed, encoding="utf-8")
        assert synced(run)[0] == 0
        assert "x-token" not in inner.hits("/export")[0].headers
    assert "x-token" in site.hits("/feed")[0].headers


# ---------------------------------------------------------------- files


@pytest.fixture
def table(folder: Path) -> Path:
    """A source of kind feed on a table of the project, its fields left to be guessed; the table."""
    (folder / "sources" / "promos.toml").write_text(
        'kind = "feed"\ndate_order = "DMY"\n[categories]\noil = ["oil", "زيت"]\n'
        '[feed]\npath = "data/promos.csv"\nentry = "offer"\n',
        encoding="utf-8",
    )
    (folder / "data").mkdir()
    return folder / "data" / "promos.csv"


def test_a_table_of_the_project_in_an_old_encoding(run: Run, table: Path) -> None:
    """A Windows table with semicolons and Arabic headers is read by its own names, dates in the source's order."""
    end = (datetime.now(UTC) + timedelta(days=12)).strftime("%d/%m/%Y")
    lines = [
        "رقم العرض;العنوان;الوصف;السعر;تاريخ الانتهاء",
        f"A1;تغيير زيت المحرك;خدمة سريعة في جميع الفروع;149 ريال;{end}",
        f"A2;فحص الفرامل مجانا;لجميع السيارات خلال فترة العرض;;{end}",
    ]
    table.write_bytes("\r\n".join([*lines, ""]).encode("cp1256"))
    code, report = synced(run)
    assert (code, report["entries"]["added"]) == (0, 2), report
    served = {offer["title"]: offer for offer in run("offers", "--json").document["offers"]}
    oil = served["تغيير زيت المحرك"]
    assert (oil["price"], oil["currency"], oil["category"], oil["validity"]) == (149, "SAR", ["oil"], "feed")
    assert oil["description"] == "خدمة سريعة في جميع الفروع"
    assert synced(run)[1]["pages"]["outcomes"] == {"not_modified": 3}


def test_a_table_cut_in_its_last_row_ends_nothing(run: Run, table: Path) -> None:
    """Rows until the cut are read, what is missing after it stays."""
    rows = "id,title,price\n" + "".join(f"P{n},Wash number {n},{n}9\n" for n in range(1, 6))
    table.write_text(rows)
    synced(run)
    table.write_text("id,title,price\nP1,Wash number 1,18\nP2,Wash nu")
    code, report = synced(run)
    assert (code, report["state"]) == (3, "partial")
    assert "breaks off in line 3" in report["problems"][0]["message"]
    assert len(titles(run)) == 5


def test_a_table_that_is_gone_withdraws_nothing(run: Run, table: Path) -> None:
    """A file that is not there is reported with the way out."""
    table.write_text("id,title\nP1,Wash\nP2,Wax\n")
    synced(run)
    table.unlink()
    code, report = synced(run)
    assert (code, report["state"]) == (1, "failed")
    assert "freshet remove" in report["problems"][0]["message"]
    assert len(titles(run)) == 2


def test_a_link_out_of_the_project_is_not_followed(
    run: Run, table: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A link inside the project that leads out of it is refused, as among files."""
    outside = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    outside.write_text("id,title\nP1,Not for you\n")
    table.symlink_to(outside)
    code, _ = synced(run)
    assert code == 1
    assert not titles(run)


def test_rows_nobody_can_name_make_missing_ones_suspect(run: Run, table: Path, database: TestDatabase) -> None:
    """A missing row may be the one that cannot be read: it ends when a second look, an hour later, says the same."""
    lines = [f"P{n},Wash number {n},{n}9" for n in range(1, 31)]
    table.write_text("\n".join(["id,title,price", *lines, ""]))
    synced(run)
    broken = "\n".join(["id,title,price", *lines[1:], 'P1,"Wash" number 1,19', ""])
    table.write_text(broken)
    _, report = synced(run)
    assert (report["state"], report["pages"]["outcomes"]["missing"], len(titles(run))) == ("partial", 1, 30)
    assert any("line 31" in problem["message"] for problem in report["problems"])
    with database.connect() as conn:
        conn.execute("update kb_store.page set missing_since = missing_since - interval '2 hours'")
    assert synced(run)[1]["entries"]["withdrawn"] == 1
    assert len(titles(run)) == 29


def test_the_same_words_keep_their_day(run: Run, table: Path, database: TestDatabase) -> None:
    """«This week» counts from the day an item's words were first seen, however often the feed around it changes."""
    table.write_text("id,title,validity\nP1,Wax,3 days only from purchase\nP2,Wash,valid for 5 days\n")
    synced(run)
    with database.connect() as conn:
        before = conn.execute("select observed_at from kb_store.page where url like 'feed:%P2'").fetchone()
    table.write_text("id,title,validity\nP1,Wax,until further notice\nP2,Wash,valid for 5 days\n")
    synced(run)
    with database.connect() as conn:
        after = conn.execute("select observed_at from kb_store.page where url like 'feed:%P2'").fetchone()
    assert before == after


def test_invariants_hold_after_all_of_it(run: Run, source: Path, site: BadSite) -> None:
    """`freshet db check` finds nothing amiss after additions, a hold, a bad row and a return."""
    bad = [{**item, "price": "?"} for item in offers()[:1]] + offers()[1:]
    site.script("/feed", json_reply(offers()), json_reply(offers()[:2]), json_reply(bad), json_reply(offers()[1:]))
    for _ in range(4):
        synced(run)
    assert run("db", "check").code == 0


def test_records_are_found_and_read_again_without_the_feed(run: Run, folder: Path) -> None:
    """Records of JSON Lines stand until their own end, are found by their words, and survive a reindex."""
    (folder / "sources" / "branches.toml").write_text(
        'kind = "feed"\n[feed]\npath = "branches.jsonl"\n', encoding="utf-8"
    )
    rows = [
        {"id": 1, "name": "Olaya branch", "text": "Open from 8 to 22, tyre fitting and wheel alignment."},
        {"id": 2, "name": "فرع العليا", "text": "خدمة سطحة على مدار الساعة لجميع المدن."},
        {"id": 3, "name": "Pop-up branch", "text": "At the motor show.", "valid_until": day(-1)},
    ]
    (folder / "branches.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert run("sync").code == 0
    for _ in range(2):
        hits = run("search", "سطحة", "--json").document["hits"]
        assert [(hit["title"], hit["kind"], hit["validity"]) for hit in hits[:1]] == [
            ("فرع العليا", "record", "standing")
        ]
        titles_found = {hit["title"] for hit in run("search", "branch", "--json").document["hits"]}
        assert titles_found == {"Olaya branch", "فرع العليا"} or titles_found == {"Olaya branch"}
        (folder / "branches.jsonl").unlink(missing_ok=True)
        assert run("reindex").code == 0


def test_two_keys_are_two_entries_whatever_they_share(run: Run, table: Path) -> None:
    """Title, price, code, address: what a feed files apart is apart, for it says itself what is one."""
    table.write_text(
        "id,title,price,currency,code,url\n"
        "A,Winter tyre fitting,99,SAR,SNOW,https://shop.test/tyres\n"
        "B,Winter tyre fitting,99,SAR,SNOW,https://shop.test/tyres\n"
        "C,Winter tyre fitting,99,SAR,SNOW,https://shop.test/ar/tyres\n"
    )
    _, report = synced(run)
    assert report["entries"]["added"] == 3
    assert len(run("offers", "--json").document["offers"]) == 3

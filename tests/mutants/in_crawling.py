"""Mutants of what is fetched and what an answer counts as."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

__all__ = ["MUTANTS"]

MUTANTS = (
    Mutant(
        "truncated-is-whole",
        "a body that broke off on its way is taken for the page",
        "spiders/settings.py",
        '"DOWNLOAD_FAIL_ON_DATALOSS": True',
        '"DOWNLOAD_FAIL_ON_DATALOSS": False',
        ("tests/spiders/test_crawl_hostile.py::test_a_cut_body_is_never_content",),
    ),
    Mutant(
        "cut-stream-is-whole",
        "a gzip stream without its end is taken for the body",
        "spiders/inflate.py",
        '    if not member.eof:\n        raise CutShort("the gzip stream ends before its end")\n',
        "",
        ("tests/spiders/test_inflate.py::test_a_cut_stream_is_never_taken_for_a_whole_one",),
    ),
    Mutant(
        "bomb-is-inflated-first",
        "the limit is asked once all is inflated",
        "spiders/inflate.py",
        "        inflated += piece\n        if len(inflated) > limit:\n            raise Oversized(",
        "        inflated += piece\n    if len(inflated) > limit:\n        raise Oversized(",
        ("tests/spiders/test_inflate.py::test_the_limit_is_exact_and_holds_while_inflating",),
    ),
    Mutant(
        "unreachable-robots-allow",
        "a robots.txt that cannot be had forbids nothing",
        "spiders/robots.py",
        "    if not 200 <= file.status <= 299:\n",
        "    if 500 <= file.status:\n        return Rules()\n    if not 200 <= file.status <= 299:\n",
        ("tests/spiders/test_robots.py::test_what_a_file_says",),
    ),
    Mutant(
        "wrapped-address-passes",
        "a forbidden address inside an IPv6 form is not looked at",
        "spiders/addresses.py",
        '    (IPv6Network("2002::/16"), 80, "6to4"),\n',
        "",
        ("tests/spiders/test_addresses.py::test_wrapping_a_forbidden_address_changes_nothing",),
    ),
    Mutant(
        "names-judged-before-the-dial",
        "the address that is dialled is not looked at: a name may stand for another by then",
        "spiders/guard_transport.py",
        "            check_address(self.realAddress[0], self.realAddress[1], self.connector.exempt)\n",
        "            pass\n",
        ("tests/spiders/test_guard.py::test_a_name_that_rebinds_is_judged_by_the_address_dialled",),
    ),
    Mutant(
        "server-error-is-missing",
        "500 says that there is no such page",
        "spiders/outcomes.py",
        "    if status in (408, 425) or 500 <= status <= 599:\n        return Judgement(Outcome.SERVER_ERROR,",
        "    if status in (408, 425) or 500 <= status <= 599:\n        return Judgement(Outcome.MISSING,",
        ("tests/spiders/test_outcomes.py::test_every_status_has_one_outcome_and_only_content_is_ok",),
    ),
    Mutant(
        "strikes-forgotten",
        "a document that kills its parser is tried for ever",
        "pipelines/store/readings.py",
        "reading.strikes >= 2 then 'quarantined'",
        "reading.strikes >= 3 then 'quarantined'",
        (
            "tests/pipelines/store/test_publishing.py::test_bytes_that_fail_to_be_read_are_quarantined_at_the_third_strike",
        ),
    ),
)

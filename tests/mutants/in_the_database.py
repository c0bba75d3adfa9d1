"""Mutants of what is stored, served and decided: SQL and the storing side of the sync."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

__all__ = ["MUTANTS"]

_STORE = "schema/store/"
_PUBLISHING = "tests/pipelines/store/test_publishing.py::"
_CLOCK = "tests/retrieval/test_clock.py::"
_DECIDING = "tests/pipelines/store/test_deciding.py::"
_SEARCH = "tests/retrieval/test_search.py::"

MUTANTS = (
    Mutant(
        "inclusive-end",
        "an offer is served at the very instant of its end",
        _STORE + "01_is_live.sql",
        "return valid operator(pg_catalog.@>) at",
        "return (valid operator(pg_catalog.@>) at or pg_catalog.upper(valid) operator(pg_catalog.=) at)",
        (_CLOCK + "test_the_last_day_ends_at_midnight_in_riyadh_in_every_session",),
    ),
    Mutant(
        "start-ignored",
        "an offer is served before it begins",
        _STORE + "01_is_live.sql",
        "return valid operator(pg_catalog.@>) at",
        "return (valid operator(pg_catalog.@>) at or at operator(pg_catalog.<) pg_catalog.lower(valid))",
        (_PUBLISHING + "test_upcoming_offers_come_only_when_asked_for",),
    ),
    Mutant(
        "no-ttl",
        "an offer without a stated end is served for ever",
        _STORE + "01_is_live.sql",
        "and (ttl is null or verified_at operator(pg_catalog.+) ttl operator(pg_catalog.>) at)",
        "",
        (_PUBLISHING + "test_an_open_offer_lapses_without_verification_and_comes_back_with_it",),
    ),
    Mutant(
        "frozen-clock",
        "liveness by now(), which stands still in a transaction",
        "schema/api/offers.sql",
        "at constant timestamptz := clock_timestamp();",
        "at constant timestamptz := now();",
        (_CLOCK + "test_an_end_passes_in_an_open_transaction",),
    ),
    Mutant(
        "404-once-deletes",
        "one 404 is proof that a page is gone",
        _STORE + "09_is_proven_gone.sql",
        "'soft_404', 'moved_off_scope') and missing_since <= fetched_at - interval '1 hour'),",
        "'soft_404', 'moved_off_scope')),",
        (_PUBLISHING + "test_one_404_is_not_proof_a_second_an_hour_later_is",),
    ),
    Mutant(
        "5xx-deletes",
        "a server error is proof that a page is gone",
        _STORE + "09_is_proven_gone.sql",
        "outcome in ('gone', 'moved')",
        "outcome in ('gone', 'moved', 'server_error')",
        ("tests/pipelines/store/test_could_not_look.py::test_a_failed_look_beside_good_ones_removes_nothing",),
    ),
    Mutant(
        "one-place-gone-is-all",
        "an offer ends with the first of its pages",
        _STORE + "13_absent_entries.sql",
        "        and not exists (select from given where given.entry_id = e.entry_id)\n",
        "        and (c.gone > 0 or not exists (select from given where given.entry_id = e.entry_id))\n",
        (
            "tests/pipelines/store/test_one_offer.py::test_it_is_withdrawn_when_the_last_evidence_is_gone_and_not_before",
        ),
    ),
    Mutant(
        "delete-then-insert",
        "the old is taken out of service before the new can be put there",
        "pipelines/store/publishing.py",
        "    store_texts(conn, run)\n    try:\n",
        "    store_texts(conn, run)\n"
        '    conn.execute("delete from kb_store.served_entry s using kb_store.plan_entry p'
        " where p.run_id = %s and p.action <> 'unchanged' and s.entry_id = p.entry_id\", (run,))\n"
        "    try:\n",
        (_PUBLISHING + "test_publishing_is_all_or_nothing",),
    ),
    Mutant(
        "hash-before-chunks",
        "a page's bytes are known as read before what they say is published",
        "pipelines/store/captures.py",
        "    set last_attempt = excluded.last_attempt, last_outcome = excluded.last_outcome\n",
        "    set last_attempt = excluded.last_attempt, last_outcome = excluded.last_outcome, body_sha256 = coalesce((\n"
        "        select a.body_sha256 from accepted a where a.url = excluded.url), page.body_sha256)\n",
        ("tests/pipelines/store/test_known_pages.py::test_a_run_that_failed_leaves_no_hash_behind",),
    ),
    Mutant(
        "fence-not-checked",
        "who lost its lease writes all the same",
        _STORE + "04_hold_lease.sql",
        "    if holder.lease_run is distinct from of_run or holder.generation <> holder.current_generation\n"
        "        or holder.state <> 'running' then\n",
        "    if false then\n",
        (_PUBLISHING + "test_a_worker_that_stood_still_past_its_lease_is_refused",),
    ),
    Mutant(
        "no-lease",
        "two runs work on one source at once",
        _STORE + "05_take_lease.sql",
        "        if held.lease_until > at then\n",
        "        if false then\n",
        (_PUBLISHING + "test_one_writer_a_source",),
    ),
    Mutant(
        "guard-ignored",
        "what the guard holds back goes all the same",
        "pipelines/store/removing.py",
        "(verdict.held, run, lost),",
        "(False, run, lost),",
        (_PUBLISHING + "test_too_many_removals_are_held_and_additions_still_go_out",),
    ),
    Mutant(
        "share-alone",
        "the guard's share counts without its number: two of eight wait for a person",
        "pipelines/store/verdict.py",
        "if sight.removals > guard.max_lost_count and lost > guard.max_lost_percent:",
        "if lost > guard.max_lost_percent:",
        ("tests/pipelines/store/test_verdict.py::test_removals_wait_beyond_both_limits_or_half",),
    ),
    Mutant(
        "absent-once",
        "an entry goes with the first run that does not see it",
        "schema/store/13_absent_entries.sql",
        "        e.absent_runs > 0 or ",
        "        e.absent_runs >= 0 or ",
        (_PUBLISHING + "test_absence_is_suspect_once_and_withdrawn_the_second_time",),
    ),
    Mutant(
        "incomplete-is-witness",
        "absence counts in a run that did not look everywhere",
        "pipelines/store/verdict.py",
        "    if not sight.complete:\n",
        "    if False:\n",
        (_PUBLISHING + "test_absence_from_an_incomplete_run_proves_nothing",),
    ),
    Mutant(
        "grant-ignored",
        "a bot limited to one source sees all",
        _STORE + "03_visible_sources.sql",
        "            not exists (select from kb_store.source_grant g where g.grantee = session_user)\n",
        "            true\n",
        (_SEARCH + "test_a_grant_is_no_filter",),
    ),
    Mutant(
        "withdrawal-undone",
        "a sync brings back what a person withdrew",
        _STORE + "19_serve_entries.sql",
        "cross join lateral (select v.valid - kb_store.withheld(e.entry_id) as valid) w",
        "cross join lateral (select v.valid as valid) w",
        (_DECIDING + "test_what_a_person_withdrew_no_sync_brings_back",),
    ),
    Mutant(
        "cache-without-model",
        "a text counts as embedded when any model ever embedded it",
        "pipelines/store/publishing.py",
        "where e.model_id = %s and e.passage_sha256 = c.passage_sha256",
        "where %s > 0 and e.passage_sha256 = c.passage_sha256",
        (
            "tests/pipelines/store/test_switching.py::"
            "test_a_sync_begun_before_the_switch_embeds_what_the_new_model_lacks",
        ),
    ),
    Mutant(
        "embedded-twice",
        "a text is embedded once a place, not once",
        "pipelines/store/publishing.py",
        "where e.model_id = %s and e.passage_sha256 = c.passage_sha256",
        "where e.model_id = %s and false",
        (_PUBLISHING + "test_a_price_changes_without_a_new_vector",),
    ),
    Mutant(
        "rollback-embeds",
        "the vector of a text goes with its service, and is made anew when it comes back",
        _STORE + "18_serve_passages.sql",
        "    perform kb_store.leave_passages(leaving);\n",
        "    perform kb_store.leave_passages(leaving);\n"
        "    delete from kb_store.embedding e using kb_store.passage p\n"
        "    where p.passage_id = any (leaving) and e.passage_sha256 = p.passage_sha256;\n",
        (_PUBLISHING + "test_what_comes_back_is_restored_and_not_embedded_again",),
    ),
    Mutant(
        "later-end-wins",
        "of two places that disagree the later end is served",
        "pipelines/store/merging.py",
        "chosen = min(bounded, key=lambda window: (_end(window), _starts_unknown(window)))",
        "chosen = max(bounded, key=lambda window: (_end(window), _starts_unknown(window)))",
        (_PUBLISHING + "test_the_earlier_of_two_ends_is_served",),
    ),
    Mutant(
        "clock-tells-nothing",
        "what ended is not told by the change feed",
        _STORE + "20_passed_bounds.sql",
        "    where o.ends > o.told_until and o.ends <= until and (o.lapse is null or o.lapse >= o.ends)\n",
        "    where false\n",
        ("tests/pipelines/store/test_feed.py::test_bounds_that_passed_while_no_sweep_ran_are_told_one_by_one",),
    ),
)

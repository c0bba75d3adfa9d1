"""Mutants of what webhooks are told, and when."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

__all__ = ["MUTANTS"]

_TESTS = "tests/flows/test_webhooks.py"

MUTANTS = (
    Mutant(
        "webhook-follows-redirects",
        "a message goes wherever the receiver sends it",
        "flows/posting.py",
        "allow_redirects=False",
        "allow_redirects=True",
        (f"{_TESTS}::test_a_redirect_is_not_followed",),
    ),
    Mutant(
        "webhook-dials-anything",
        "an address is not judged when it is dialled",
        "flows/posting.py",
        "            check_address(str(address[0]), int(address[1]), self._exempt)\n",
        "            pass\n",
        (f"{_TESTS}::test_a_private_address_is_dialled_only_where_it_is_allowed",),
    ),
    Mutant(
        "webhook-told-by-two",
        "two deliverers send the same message at once",
        "pipelines/store/webhooks.py",
        "for update skip locked\n",
        "",
        (f"{_TESTS}::test_what_is_being_told_stands_in_nobodys_way",),
    ),
    Mutant(
        "webhook-id-of-a-try",
        "each try has an id of its own, so that a receiver cannot tell it from another message",
        "pipelines/store/webhooks.py",
        "hashlib.sha256(repr(facts).encode())",
        "hashlib.sha256(repr((facts, datetime.now())).encode())",
        (
            f"{_TESTS}::test_what_is_not_accepted_is_told_again_in_its_place",
            f"{_TESTS}::test_a_crash_before_the_note_sends_the_same_again",
        ),
    ),
    Mutant(
        "webhook-from-the-beginning",
        "a new webhook is told all that ever happened",
        "pipelines/store/webhooks.py",
        "(select coalesce(max(change_id), 0) from kb_store.change)",
        "0",
        (f"{_TESTS}::test_a_new_offer_is_told_as_the_feed_tells_it",),
    ),
    Mutant(
        "webhook-gone-is-a-failure",
        "a receiver that wants no more is tried again",
        "flows/webhooks.py",
        "if reply.status == _GONE:",
        "if reply.status == 0:",
        (f"{_TESTS}::test_who_is_gone_is_told_nothing_until_started_anew",),
    ),
    Mutant(
        "webhook-failure-is-skipped",
        "what was not accepted is passed over at once",
        "flows/webhooks.py",
        "    if tries < MOST_TRIES:\n",
        "    if tries < 1:\n",
        (f"{_TESTS}::test_what_is_not_accepted_is_told_again_in_its_place",),
    ),
    Mutant(
        "webhook-signed-by-one",
        "while a secret changes, a message is signed by the first alone",
        "flows/webhooks.py",
        "for key in hook.keys)",
        "for key in hook.keys[:1])",
        (f"{_TESTS}::test_while_a_secret_changes_a_message_is_signed_by_both",),
    ),
    Mutant(
        "webhook-letter-told-twice",
        "a dead letter that another has told meanwhile is told again",
        "pipelines/store/dead_letters.py",
        "yield conn.execute(_HOLD, (letter.webhook, letter.message)).fetchone() is not None",
        "yield True",
        (f"{_TESTS}::test_two_who_tell_again_at_once_tell_each_message_once",),
    ),
    Mutant(
        "webhook-letters-overtake",
        "after a dead letter that is refused again the next one is told",
        "flows/webhooks.py",
        "        if reply is not None and not reply.accepted:\n            return\n",
        "",
        (f"{_TESTS}::test_one_that_is_refused_again_stays_and_so_does_what_comes_after_it",),
    ),
    Mutant(
        "webhook-late-run-is-missed",
        "runs are told by their own numbers: one that began first and failed last is passed over",
        "schema/store/46_number_endings.sql",
        "row_number() over (order by u.finished_at, u.run_id)",
        "u.run_id - (select coalesce(max(k.ending), 0) from kb_store.run k)",
        (f"{_TESTS}::test_a_run_that_ends_late_is_told_all_the_same",),
    ),
)

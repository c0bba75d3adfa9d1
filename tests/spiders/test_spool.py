"""The spool gives back what was put in, one at a time, and survives a crash."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.records import Capture, FreshetError, Outcome
from spiders.spool import SPOOL, SpoolWriter, read_spool

texts = st.none() | st.text(max_size=30)
captures = st.builds(
    Capture,
    url=st.text(max_size=30),
    outcome=st.sampled_from(Outcome),
    fetched_at=st.datetimes(timezones=st.just(UTC)),
    final_url=texts,
    status=st.none() | st.integers(100, 599),
    media_type=texts,
    charset=texts,
    etag=texts,
    last_modified=texts,
    unavailable_after=texts,
    body=st.none() | st.binary(max_size=200),
    body_sha256=texts,
    links=st.none() | st.lists(st.text(max_size=20), max_size=4).map(tuple),
    linked=st.booleans(),
    message=st.text(max_size=30),
    seconds=st.floats(0, 1000),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(many=st.lists(captures, max_size=5))
def test_captures_come_back_equal_and_in_order(tmp_path, many):
    """Every field, empty body and no body apart, in the order written."""
    writer = SpoolWriter(tmp_path)
    for capture in many:
        writer.append(capture)
    writer.close()
    assert writer.count == len(many)
    assert list(read_spool(tmp_path)) == many


def test_a_cut_record_ends_the_stream(tmp_path):
    """At whatever byte a crash cuts the file, the whole records before it are read and nothing else."""
    writer = SpoolWriter(tmp_path)
    one = Capture("http://a/", Outcome.OK, datetime(2026, 1, 1, tzinfo=UTC), body=b"one")
    writer.append(one)
    writer.flush()
    whole = (tmp_path / SPOOL).stat().st_size
    writer.append(one)
    writer.close()
    content = (tmp_path / SPOOL).read_bytes()
    for size in range(len(content)):
        (tmp_path / SPOOL).write_bytes(content[:size])
        assert list(read_spool(tmp_path)) == ([one] if size >= whole else [])


def test_no_spool_is_an_empty_one_and_another_file_is_none(tmp_path):
    """A child that died before its first page left no file; a file that is no spool is refused."""
    assert list(read_spool(tmp_path)) == []
    (tmp_path / SPOOL).write_bytes(b"something else")
    with pytest.raises(FreshetError, match="not a spool"):
        list(read_spool(tmp_path))

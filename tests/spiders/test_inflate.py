"""Content encodings: undone exactly, counted while inflating, never accepted cut."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.inflate import BadEncoding, CutShort, Oversized, inflate, inflate_start


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate (raw)": raw_deflate,
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": zstandard.compress,
}


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=3000),
    times=st.integers(0, 60),
    layers=st.lists(st.sampled_from(sorted(PACKERS)), max_size=3),
)
def test_what_was_packed_comes_back(data, times, layers):
    """Any content in any encodings, one over the other, comes back byte for byte."""
    content = packed = data * (times + 1)
    for name in layers:
        packed = PACKERS[name](packed)
    names = ", ".join(name.split()[0] for name in layers)
    assert inflate(packed, [names], len(content)) == content
    assert inflate_start(packed, [names], 10) == content[:10]


@pytest.mark.hazard("N5")
@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(sorted(PACKERS)), data=st.binary(min_size=1, max_size=2000), cut=st.integers(1, 4000))
def test_a_cut_stream_is_never_taken_for_a_whole_one(name, data, cut):
    """Without its end a stream is refused, however much of it could be read."""
    packed = PACKERS[name](data)
    with pytest.raises((CutShort, BadEncoding)):
        inflate(packed[: max(0, len(packed) - cut)] or packed[:1], [name.split()[0]], 10**6)


@pytest.mark.hazard("H8")
@pytest.mark.parametrize("name", sorted(PACKERS))
def test_the_limit_is_exact_and_holds_while_inflating(name):
    """One byte more than the limit is too much; a bomb of 64 MB is left after a little more than the limit."""
    content = bytes(2**16 + 1)
    encoding = [name.split()[0]]
    assert inflate(PACKERS[name](content), encoding, len(content)) == content
    with pytest.raises(Oversized):
        inflate(PACKERS[name](content), encoding, len(content) - 1)
    bomb = PACKERS[name](bytes(64 * 2**20))
    with pytest.raises(Oversized):
        inflate(bomb, encoding, 2**20)
    with pytest.raises(Oversized):  # the end is never looked at: that it is missing is not found out
        inflate(bomb[:-1], encoding, 2**20)


def test_what_is_no_stream_is_said_to_be_none():
    """Plain text under an encoding, and encodings nobody knows or too many of them."""
    for name in ("gzip", "deflate", "br", "zstd"):
        with pytest.raises(BadEncoding):
            inflate(b"<html>plain text, no stream at all</html>", [name], 1000)
    with pytest.raises(BadEncoding, match="unknown"):
        inflate(b"x", ["rot13"], 1000)
    with pytest.raises(BadEncoding, match="9 content encodings"):
        inflate(b"x", ["gzip," * 9], 1000)


def test_members_follow_each_other_and_rubbish_after_them_does_not_count():
    """Several gzip members or zstd frames are one body; endless empty ones are refused."""
    assert inflate(gzip.compress(b"one ") + gzip.compress(b"two") + b"\x00\x00rubbish", ["gzip"], 100) == b"one two"
    assert inflate(zstandard.compress(b"one ") + zstandard.compress(b"two"), ["zstd"], 100) == b"one two"
    with pytest.raises(BadEncoding, match="streams in one body"):
        inflate(gzip.compress(b"") * 5000, ["gzip"], 100)


def test_no_encoding_is_no_work():
    """`identity` and nothing at all leave the body as it is, within the limit."""
    assert inflate(b"abc", [], 3) == inflate(b"abc", ["identity"], 3) == b"abc"
    with pytest.raises(Oversized):
        inflate(b"abcd", [], 3)

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.archive.artwork import join, split, without


@given(st.binary(max_size=200), st.integers(-9, 250), st.integers(-9, 250))
def test_a_file_comes_back_whatever_is_taken_out(file, start, end):
    spliced = split(file, start, end)
    assert spliced.file == file
    assert join(spliced.artwork, spliced.at, spliced.splice) == file
    if 0 <= start <= end <= len(file):
        assert spliced.splice == file[start:end]
        assert spliced.artwork == file[:start] + file[end:]
    else:
        assert spliced.artwork == file


@given(st.binary(max_size=9), st.binary(max_size=9), st.binary(max_size=9))
def test_a_splice_comes_back_whatever_document_stands_in_it(before, document, behind):
    splice = before + document + behind
    rest = without(splice, document)
    if not document:
        assert rest is None
        return
    assert rest is not None
    assert join(rest[0], rest[1], document) == splice


def test_a_document_that_is_packed_in_the_splice_is_not_taken_out():
    assert without(b"packed", b"document") is None

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from migrator.archive.artwork import join, split


@given(st.binary(max_size=200), st.integers(-9, 250), st.integers(-9, 250))
def test_a_file_comes_back_whatever_is_taken_out(file, start, end):
    spliced = split(file, start, end)
    assert spliced.file == file
    assert spliced.digest == sha256(file).digest()
    assert join(spliced.artwork, spliced.at, spliced.splice) == file
    if 0 <= start <= end <= len(file):
        assert spliced.splice == file[start:end]
        assert spliced.artwork == file[:start] + file[end:]
    else:
        assert spliced.artwork == file

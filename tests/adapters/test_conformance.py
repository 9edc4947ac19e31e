"""What every adapter must keep, whoever wrote it; new adapters and fixtures come in by themselves.

The contract is the docstring of migrator.sources.adapter.Adapter.
"""

from __future__ import annotations

import io
import random
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path

from migrator.errors import SourceUnreadable
from migrator.sources import registry
from migrator.sources.adapter import Match
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundFile,
    FoundLearner,
    Problem,
    Severity,
)
from migrator.sources.place import open_place

DETECT_BYTES = 64 * 1024


def test_an_adapter_tells_what_it_is(adapter):
    for text in (adapter.name, adapter.title, adapter.reads):
        assert text == text.strip() != ""
    assert adapter.name == adapter.name.lower()


def test_detect_reads_little(case):
    for place in _opened(case):
        counted = _Counted(place)
        case.adapter.detect(counted)
        assert counted.bytes <= DETECT_BYTES


def test_detect_never_raises_and_is_pure(adapter, cases):
    for case in cases:
        for place in _opened(case):
            first = adapter.detect(place)
            assert first == adapter.detect(place)
            assert first is None or (isinstance(first, Match) and 1 <= first.confidence <= 100)


def test_detect_survives_what_is_no_source_at_all(adapter, tmp_path):
    noise = random.Random(11)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("noise", noise.randbytes(5000))
    contents = [b"", b"\0", noise.randbytes(3000), zipped.getvalue(), b"PK\x05\x06" + b"\0" * 18]
    for number, data in enumerate(contents):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(data)
        with open_place(path) as place:
            match = adapter.detect(place)
            assert match is None or match.confidence < registry.SURE_ENOUGH
    (tmp_path / "empty").mkdir()
    with open_place(tmp_path / "empty") as place:
        assert adapter.detect(place) is None


def test_each_fixture_is_claimed_most_surely_by_its_own_adapter(case, all_adapters):
    for place in _opened(case):
        claims = {a.name: m.confidence for a in all_adapters if (m := a.detect(place))}
        if case.expected.get("detected", True):
            best = claims.pop(case.adapter.name)
            assert best >= registry.SURE_ENOUGH
            assert all(best > other for other in claims.values()), claims
        else:
            assert all(other < registry.SURE_ENOUGH for other in claims.values()), claims


def test_reading_twice_gives_the_same(case):
    for place in _opened(case):
        assert list(case.adapter.read(place)) == list(case.adapter.read(place))


def test_reading_yields_outcomes_with_a_place_and_a_sentence(case):
    for place in _opened(case):
        for outcome in case.adapter.read(place):
            assert isinstance(outcome, (Found, Problem, FoundLearner, FoundCollection, FoundFile))
            assert outcome.locator.startswith(place.label) or _is_row(outcome.locator)
            assert outcome.locator.isprintable()
            for problem in _problems(outcome):
                assert problem.code == problem.code.lower().replace(" ", "_") != ""
                assert problem.sentence[0].isupper()
                assert problem.sentence.endswith((".", ":", "?"))


def test_every_candidate_has_exactly_one_outcome(case):
    for place in _opened(case):
        outcomes = list(case.adapter.read(place))
        found = [o.locator for o in outcomes if isinstance(o, Found)]
        lost = [
            o.locator for o in outcomes if isinstance(o, Problem) and o.severity is Severity.PROBLEM
        ]
        assert max(Counter([*found, *lost]).values(), default=1) == 1


def test_a_found_badge_has_something_to_keep(case):
    for place in _opened(case):
        for outcome in case.adapter.read(place):
            if isinstance(outcome, Found):
                parts = (outcome.assertion, outcome.jws, outcome.hosted_url, outcome.image)
                assert any(parts)


def test_a_locator_leads_back_to_the_bytes(case):
    for place in _opened(case):
        for outcome in case.adapter.read(place):
            if isinstance(outcome, Found) and outcome.image and not _is_row(outcome.locator):
                assert outcome.image in _follow(case.input, outcome.locator)


def test_a_cut_source_never_raises_anything_but_that_it_cannot_be_read(case, tmp_path):
    copy, cut = _copied(case, tmp_path)
    data = cut.read_bytes()
    for offset in sorted({*range(0, 32, 4), *range(0, len(data), len(data) // 24 + 1)}):
        cut.write_bytes(data[:offset])
        _read_if_possible(case.adapter, copy)


def test_a_damaged_source_never_raises_anything_but_that_it_cannot_be_read(case, tmp_path):
    copy, damaged = _copied(case, tmp_path)
    data = damaged.read_bytes()
    chance = random.Random(len(data))
    for _ in range(24):
        spoiled = bytearray(data)
        for _ in range(chance.choice((1, 3, 40))):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        damaged.write_bytes(spoiled)
        _read_if_possible(case.adapter, copy)


def test_another_adapters_source_never_raises_anything_but_that_it_cannot_be_read(adapter, cases):
    for case in cases:
        _read_if_possible(adapter, case.input)


def test_detecting_and_reading_change_nothing_on_disk(case):
    before = _snapshot(case.folder)
    _read_if_possible(case.adapter, case.input)
    assert _snapshot(case.folder) == before


class _Counted:
    """A place that counts the bytes an adapter asks it for."""

    def __init__(self, place):
        self._place = place
        self.bytes = 0

    def __getattr__(self, name):
        return getattr(self._place, name)

    def head(self, n=DETECT_BYTES):
        return self._counted(self._place.head(n))

    def peek(self, member, n):
        return self._counted(self._place.peek(member, n))

    def read(self, member):
        return self._counted(self._place.read(member))

    def open(self, member):
        counter = self

        class Stream(io.RawIOBase):
            inner = counter._place.open(member)

            def readable(self):
                return True

            def readinto(self, buffer):
                data = counter._counted(self.inner.read1(len(buffer)))
                buffer[: len(data)] = data
                return len(data)

        return io.BufferedReader(Stream())

    def nested(self, member):
        raise AssertionError("opening a ZIP inside is not cheap")

    def _counted(self, data):
        self.bytes += len(data)
        return data


def _opened(case):
    """Yield the opened place of a case, nothing when it cannot be opened (as a case may want)."""
    try:
        place = open_place(case.input)
    except SourceUnreadable:
        assert "source_unreadable" in case.expected
        return
    with place:
        if "source_unreadable" not in case.expected:
            yield place


def _read_if_possible(adapter, path):
    try:
        with open_place(path) as place:
            adapter.detect(place)
            for _ in adapter.read(place):
                pass
    except SourceUnreadable as error:
        assert error.next_step  # noqa: PT017 (both ways out are right; this one must help)


def _copied(case, tmp_path):
    """Return a copy of the input, and the largest file in it."""
    copy = tmp_path / case.input.name
    if case.input.is_file():
        shutil.copyfile(case.input, copy)
        return copy, copy
    shutil.copytree(case.input, copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    return copy, max(files, key=lambda path: path.stat().st_size)


def _problems(outcome):
    return [outcome] if isinstance(outcome, Problem) else getattr(outcome, "warnings", ())


def _is_row(locator):
    return re.search(r"\b(row|line) \d+\b", locator) is not None


def _follow(path, locator):
    """Find a locator's bytes without the code under test."""
    _, *inside = locator.split("!")
    data = path
    if path.is_dir():
        data = path.parent / locator.split("!")[0]
    data = data.read_bytes()
    for name in inside:
        plain, _, copy = name.partition("#")
        if not zipfile.is_zipfile(io.BytesIO(data)):
            return data  # torn: its bytes must at least be in there
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [i for i in archive.infolist() if _plain(i.filename) == plain]
            data = archive.read(infos[int(copy or 1) - 1])
    return data


def _plain(name):
    return name.replace("\\", "/").removeprefix("C:").strip("/")


def _snapshot(folder: Path):
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }

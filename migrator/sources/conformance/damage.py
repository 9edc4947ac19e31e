"""Sources as they come in life: cut off, spoiled, refused, or none at all."""

from __future__ import annotations

import io
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from migrator.errors import MigratorError, SourceUnreadable
from migrator.openbadges.model import Json, JsonObject
from migrator.sources.conformance.case import Case
from migrator.sources.division import read_place
from migrator.sources.live import LivePlace
from migrator.sources.place import Place, open_place
from migrator.sources.recorded import RecordedWeb, recorded_place

_SAMPLES = 12
_STATUSES = (0, 400, 401, 403, 404, 429, 503)
_TEXTS = ("", "<html>Sign in</html>", "[" * 5000)
_VALUES: tuple[Json, ...] = ([], {}, None, 7, [None], [[]], [{}], {"result": [{}, 1]})


def _refusals() -> Iterator[JsonObject]:
    for status in _STATUSES:
        yield {"status": status}
    for text in _TEXTS:
        yield {"text": text}
    for value in _VALUES:
        yield {"json": value}


def noise(scratch: Path) -> Iterator[Place]:
    """Yield places that are no source of anything."""
    chance = random.Random(11)  # noqa: S311 (nothing secret; the same every time)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("noise", chance.randbytes(5000))
    contents = (b"", b"\0", chance.randbytes(3000), zipped.getvalue(), b"PK\x05\x06" + b"\0" * 18)
    for number, data in enumerate(contents):
        path = scratch / f"{number}.bin"
        path.write_bytes(data)
        yield open_place(path)
    (scratch / "empty").mkdir(exist_ok=True)
    yield open_place(scratch / "empty")


def cuts(data: bytes) -> Iterator[bytes]:
    """Yield the first bytes, ever more of them."""
    for end in sorted({*range(0, 32, 4), *range(0, len(data), len(data) // _SAMPLES + 1)}):
        yield data[:end]


def spoils(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with a few of them changed."""
    chance = random.Random(len(data))  # noqa: S311 (nothing secret; the same every time)
    for _ in range(_SAMPLES if data else 0):
        spoiled = bytearray(data)
        for _ in range(chance.choice((1, 3, 40))):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        yield bytes(spoiled)


def read_each(case: Case, ways: Callable[[bytes], Iterator[bytes]]) -> None:
    """Read a case with its largest file made worse in several ways."""
    if case.live:
        return
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / case.input.name
        file = _copied(case.input, copy)
        for worse in ways(file.read_bytes()):
            file.write_bytes(worse)
            _read_if_possible(case, copy)


def refuse_each(case: Case) -> None:
    """Read a live case with one of its answers replaced, each by each."""
    for asked in _asked(case):
        for refusal in _refusals():
            place = recorded_place(case.input)
            assert isinstance(place.web, RecordedWeb)
            place.web.replies[asked] = refusal
            _told(case, place)


def _asked(case: Case) -> list[str]:
    place = recorded_place(case.input)
    _told(case, place)
    assert isinstance(place.web, RecordedWeb)
    return list(dict.fromkeys(place.web.asked))


def _told(case: Case, place: LivePlace) -> None:
    try:
        for _ in read_place(place, case.adapter):
            pass
    except MigratorError as error:
        if not error.next_step:
            raise AssertionError(f"{error.what!r} does not say what to do next") from error


def _read_if_possible(case: Case, path: Path) -> None:
    try:
        with open_place(path) as place:
            place.settings = case.settings
            case.adapter.detect(place)
            for _ in read_place(place, case.adapter):
                pass
    except SourceUnreadable as error:
        if not error.next_step:
            raise AssertionError(f"{error.what!r} does not say what to do next") from error


def _copied(source: Path, copy: Path) -> Path:
    """Copy an input, and return the largest file in the copy."""
    if source.is_file():
        shutil.copyfile(source, copy)
        return copy
    shutil.copytree(source, copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    return max(files, key=lambda path: path.stat().st_size)

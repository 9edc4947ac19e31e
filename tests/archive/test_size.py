"""How much room a cohort takes: under 2 % of what it was, with every file to be had again."""

from __future__ import annotations

import pytest

from benchmarks.cohort import Cohort, MadePlace
from migrator.archive import originals
from migrator.archive.intake import read_source

BADGES = 3_000
ARTWORK = 50 * 1024


def grown(archive, cohort):
    before = archive.one("select page_count * 4096 from pragma_page_count")[0]
    read_source(archive, cohort, MadePlace(), lambda counts: None)
    return archive.one("select page_count * 4096 from pragma_page_count")[0] - before


@pytest.mark.no_cover  # thousands of badges, each as the one before
@pytest.mark.parametrize(("each", "most"), [(1, 0.0195), (3, 0.0180)])
def test_a_cohort_with_pictures_of_50_kib_takes_under_two_percent_of_its_size(archive, each, most):
    # The twenty artworks come with the first badges; of a hundred thousand they are 0.02 %.
    first = Cohort(BADGES, each, artwork=ARTWORK)
    grown(archive, first)
    assert archive.one("select count(*) from artwork")[0] == first.classes
    more = Cohort(BADGES, each, artwork=ARTWORK, first=BADGES)
    assert grown(archive, more) / more.size < most
    kept = {
        file.locator: originals.content(archive, file)
        for file in originals.images(archive, 1)
        if file.locator >= f"cohort/{2 * BADGES - 100:07}"
    }
    for found in Cohort(100, each, artwork=ARTWORK, first=2 * BADGES - 100).read(None):
        assert kept.pop(found.locator) == found.image
    assert not kept


def test_a_picture_inside_documents_is_kept_once(archive, reader, make, tmp_path):
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 3_000
    badge = {**make.badge_class(0), "image": picture, "issuer": make.issuer()}
    found = [
        make.found(n, assertion=make.json(make.assertion(n, badge=badge)), badge_class=None)
        for n in range(40)
    ]
    reader.outcomes(archive, tmp_path, found)
    documents = archive.one("select sum(length(content)) from document")[0]
    frames = archive.one("select sum(length(content)) from frame")[0]
    assert frames < 1.1 * len(picture)
    assert documents < 2.1 * len(picture)  # the first one is kept whole and readable
    kept = [originals.content(archive, file) for file in originals.documents(archive, 1)]
    assert {one.assertion for one in found} <= set(kept)

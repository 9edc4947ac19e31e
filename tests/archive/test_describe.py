from __future__ import annotations

import asyncio

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from migrator.archive.guide.describe import TABLES, VIEWS, datasette_metadata, markdown

_OWN = (
    "type = ? and name not like '%\\_fts%' escape '\\' and name not like '%sqlite\\_%' escape '\\'"
)


@pytest.fixture
def filled(archive, reader, sample_zip):
    reader.file(archive, sample_zip)
    archive.conn.execute("pragma wal_checkpoint(truncate)")
    return archive


@pytest.fixture
def ask(filled):
    """Ask a bare Datasette for a path; returns (status, JSON)."""

    def get(path, metadata=None):
        async def answered():
            site = Datasette(files=[str(filled.path)], metadata=metadata)
            try:
                await site.invoke_startup()
                found = await site.client.get(path)
            finally:
                for database in site.databases.values():
                    database.close()
                site.executor.shutdown()
            return found

        found = asyncio.run(answered())
        assert found.status_code == 200, found.text
        return found.json() if path.endswith(".json") or ".json?" in path else found.text

    return get


@pytest.mark.parametrize(("kind", "described"), [("table", TABLES), ("view", VIEWS)])
def test_every_table_view_and_column_is_described_and_nothing_else(archive, kind, described):
    names = archive.all(f"select name from sqlite_master where {_OWN}", kind)
    columns = {
        name: [row["name"] for row in archive.all(f"pragma table_xinfo([{name}])")]
        for (name,) in names
    }
    assert {name: list(one.columns) for name, one in described.items()} == columns


@pytest.mark.parametrize("described", [*TABLES.values(), *VIEWS.values()])
def test_descriptions_are_sentences_and_titles_are_none(described):
    assert described.row.endswith(".")
    assert not described.title.endswith(".")
    for says in (*described.columns.values(), described.title, described.row):
        assert says == says.strip() != ""
        assert "|" not in says
        assert "\n" not in says


def test_titles_are_told_apart():
    titles = [one.title for one in (*TABLES.values(), *VIEWS.values())]
    assert len(set(titles)) == len(titles)


def test_the_page_about_the_archive_has_every_table(archive):
    page = markdown()
    for name in (*TABLES, *VIEWS):
        assert f"`{name}`:" in page


def test_sqlite_utils_opens_the_archive_as_it_is(filled):
    database = Database(filled.path)
    assert set(TABLES) <= set(database.table_names())
    assert set(VIEWS) <= set(database.view_names())
    badges = list(database["badge_overview"].rows)
    assert len(badges) == filled.one("select count(*) from assertion")[0]
    assert all(badge["sightings"] >= 1 for badge in badges)
    name = next(badge["badge"] for badge in badges if badge["badge"])
    found = list(database["badge_class"].search(f'"{name}"'))
    assert name in [row["name"] for row in found]
    assert database["assertion"].foreign_keys
    database.close()


def test_a_bare_datasette_opens_the_archive_as_it_is(filled, ask):
    tables = {one["name"]: one for one in ask("/archive.json")["tables"]}
    assert set(TABLES) <= {name for name, one in tables.items() if not one["hidden"]}
    assert tables["assertion"]["count"] == filled.one("select count(*) from assertion")[0]
    assert tables["assertion"]["foreign_keys"]["outgoing"]
    badges = ask("/archive/badge_overview.json?_shape=array")
    assert {"badge", "issuer", "learner"} <= set(badges[0])
    (books,) = ask("/archive/source_summary.json?_shape=array")
    assert books["balances"] == 1


def test_a_bare_datasette_searches_the_archive(filled, ask):
    (name,) = filled.one("select name from badge_class order by id")
    word = name.split()[0]
    found = ask(f"/archive/badge_class.json?_shape=array&_search={word}")
    assert name in [row["name"] for row in found]
    assert ask("/archive/badge_class.json?_shape=array&_search=nosuchword") == []


def test_datasette_shows_titles_and_descriptions(filled, ask):
    metadata = datasette_metadata("archive")
    page = ask("/archive/transfer", metadata)
    assert "What is planned for a badge at a destination" in page
    assert "Why it is not moved (yet)" in page
    assert "Begin with the views badge_overview" in ask("/archive", metadata)
    assert "Where is my badge?" in ask("/archive/learner_status", metadata)
    badge_class = ask("/archive/badge_class?_labels=on", metadata)
    (issuer,) = filled.one("select name from issuer order by id")
    assert issuer in badge_class


def test_label_columns_are_columns():
    tables = datasette_metadata("x")["databases"]["x"]["tables"]
    labelled = {name: one["label_column"] for name, one in tables.items() if "label_column" in one}
    assert labelled
    for name, column in labelled.items():
        assert column in TABLES[name].columns

from __future__ import annotations

import hashlib
import json

import pytest

from migrator.export.documents import ORIGINAL, PORTABLE, export_documents
from migrator.export.order import Order
from migrator.files.folder import Folder
from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Assertion, Verification
from migrator.openbadges.portable import CONTEXT, portable
from migrator.sources.found import Found


@pytest.fixture
def exported(archive, reader, tmp_path, index):
    def export(*outcomes):
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        reader.outcomes(archive, source, outcomes)
        folder = Folder(tmp_path / "documents")
        done = export_documents(archive, folder, Order())
        return done, index(folder.root / "index.csv"), folder

    return export


def load(folder, row):
    return json.loads((folder.root / row["file"]).read_text(encoding="utf-8"))


def of_type(rows, kind):
    return [row for row in rows if (row["what"], row["type"]) == (PORTABLE, kind)]


def test_a_badge_becomes_three_documents_with_the_original_ids(exported, make):
    evidence = [{"id": "https://e.example/1", "narrative": "Did it", "genre": "Text"}]
    done, rows, folder = exported(
        make.found(
            1,
            assertion=make.json(make.assertion(1, evidence=evidence, narrative="Well")),
            badge_class=make.json(
                make.badge_class(
                    1,
                    tags=["a", "b"],
                    alignment=[{"name": "Standard", "url": "https://s.example"}],
                )
            ),
        )
    )
    assert (done.badges, done.originals, done.portable, done.without) == (1, 3, 3, 0)
    (one,) = of_type(rows, "Assertion")
    assertion = load(folder, one)
    assert assertion["@context"] == CONTEXT
    assert (assertion["id"], one["id"]) == (make.url(1), make.url(1))
    assert assertion["badge"] == f"{make.host}/classes/1.json"
    assert assertion["verification"] == {"type": "HostedBadge"}
    assert assertion["evidence"] == [{"type": "Evidence", **evidence[0]}]
    assert assertion["recipient"] == {
        "type": "email",
        "hashed": False,
        "identity": "ann@example.org",
    }
    badge_class = load(folder, of_type(rows, "BadgeClass")[0])
    assert badge_class["id"] == f"{make.host}/classes/1.json"
    assert badge_class["issuer"] == f"{make.host}/issuer.json"
    assert badge_class["criteria"] == {"type": "Criteria", "id": f"{make.host}/classes/1.html"}
    assert badge_class["tags"] == ["a", "b"]
    assert badge_class["alignment"] == [
        {"type": "AlignmentObject", "targetName": "Standard", "targetUrl": "https://s.example"}
    ]
    issuer = load(folder, of_type(rows, "Issuer")[0])
    assert (issuer["id"], issuer["url"]) == (f"{make.host}/issuer.json", make.host)


def test_the_copies_are_read_as_the_badge_they_were_made_from(exported, make):
    _done, rows, folder = exported(make.found(1))
    documents = {
        kind: (folder.root / of_type(rows, kind)[0]["file"]).read_bytes()
        for kind in ("Assertion", "BadgeClass", "Issuer")
    }
    original, copy = make.found(1), Pieces(*documents.values())
    before = read_badge(Pieces(original.assertion, original.badge_class, original.issuer))
    after = read_badge(copy)
    assert after.identity == before.identity
    assert after.assertion.badge_class == before.assertion.badge_class
    assert after.assertion.recipient == before.assertion.recipient


def test_originals_stand_beside_and_are_named(exported, make):
    _done, rows, folder = exported(make.found(1))
    found = make.found(1)
    originals = [row for row in rows if row["what"] == ORIGINAL]
    kept = {(folder.root / row["file"]).read_bytes() for row in originals}
    assert kept == {found.assertion, found.badge_class, found.issuer}
    for row in originals:
        assert hashlib.sha256((folder.root / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    (copy,) = of_type(rows, "Assertion")
    assert set(copy["derived_from"].split()) == {row["file"] for row in originals}
    assert b"not signed" in (folder.root / "README.txt").read_bytes().replace(b"\n  ", b"")


def test_what_badges_share_is_written_once(exported, make, files):
    done, rows, folder = exported(*(make.found(number) for number in (1, 4, 7)))
    assert (done.badges, done.originals, done.portable) == (3, 5, 5)
    assert len(of_type(rows, "BadgeClass")) == 1
    before = files(folder.root)
    assert len(before) == 12
    _done, _rows, again = exported()
    assert (again.counts.written, again.counts.already_there) == (0, 12)
    assert files(folder.root) == before


def test_what_has_no_id_stands_inside_and_none_is_invented(exported, make):
    document = {
        "recipient": "ann@example.org",
        "badge": {
            "version": "0.5.0",
            "name": "Old",
            "image": "/old.png",
            "criteria": "/old.html",
            "issuer": {"origin": make.host, "name": "Issuer"},
        },
    }
    done, rows, folder = exported(
        Found("old", assertion=make.json(document), hosted_url=f"{make.host}/old.json"),
        Found("none", assertion=make.json({**document, "recipient": "bob@example.org"})),
    )
    assert (done.portable, done.without) == (2, 0)
    hosted, homeless = (load(folder, row) for row in of_type(rows, "Assertion"))
    assert hosted["id"] == f"{make.host}/old.json"
    assert hosted["badge"]["name"] == "Old"
    assert hosted["badge"]["issuer"]["url"] == make.host
    assert "id" not in homeless
    assert of_type(rows, "Assertion")[1]["note"] == "the original has no id, so this has none"


def test_a_signed_badge_says_so_and_its_signature_is_an_original(exported, make, sign):
    document = {
        **make.assertion(1),
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "verify": {"type": "signed", "url": f"{make.host}/key.json"},
    }
    _done, rows, folder = exported(Found("jws", jws=sign(document)))
    copy = load(folder, of_type(rows, "Assertion")[0])
    assert copy["verification"] == {"type": "SignedBadge", "creator": f"{make.host}/key.json"}
    assert copy["id"] == document["id"]
    (original,) = (row for row in rows if row["what"] == ORIGINAL)
    assert original["file"].endswith(".jws")
    assert (folder.root / original["file"]).read_bytes() == sign(document)


def test_a_badge_without_document_is_listed(exported, make):
    done, rows, _folder = exported(Found("address", hosted_url=make.url(1)))
    assert (done.without, done.portable) == (1, 0)
    assert rows[0]["note"] == "only its address is known"


def test_a_document_nobody_understands_is_kept_as_original_only(exported, make):
    done, rows, _folder = exported(
        Found("odd", assertion=b"{}", hosted_url=make.url(1), badge_class=b"no json")
    )
    assert done.portable == 1
    assert {row["what"] for row in rows} == {ORIGINAL, PORTABLE}


def test_damaged_rows_are_told_and_the_others_are_written(exported, make, archive, damage):
    exported(make.found(1), make.found(2))
    damage(
        archive,
        "update document set content = '{}' where id ="
        " (select document_id from assertion order by id limit 1)",
    )
    done, rows, _folder = exported()
    assert done.damages == 1
    assert "Badge 1: Row document" in done.damaged[0]
    assert [row["what"] for row in rows].count("damaged") == 1
    assert len(of_type(rows, "Assertion")) == 1


def test_a_badge_that_says_little_becomes_a_document_that_says_little():
    copy = portable(Assertion(verification=Verification.SIGNED))
    assert copy.assertion == {
        "@context": CONTEXT,
        "type": "Assertion",
        "verification": {"type": "SignedBadge"},
    }
    assert (copy.badge_class, copy.issuer) == (None, None)

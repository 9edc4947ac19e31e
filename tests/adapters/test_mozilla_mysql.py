from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import json
import lzma
import re
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from migrator.adapters import _mozilla_rows as rows
from migrator.adapters.mozilla_mysql import MozillaMysql

from migrator.errors import SourceUnreadable
from migrator.openbadges.baking import unbake
from migrator.openbadges.documents import as_backpack_wrote, parse_object
from migrator.openbadges.franken import invert, is_franken
from migrator.openbadges.model import Unreadable
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundCollection, FoundLearner, Problem, Severity
from migrator.sources.mysqldump import Dump
from migrator.sources.place import open_place

FIXTURES = Path(__file__).parents[2] / "fixtures" / "mozilla-mysql"
SAMPLE = FIXTURES / "warn" / "sample" / "backpack-dump.sql.gz"
PLAIN = FIXTURES / "good" / "mysql5-one-line" / "backpack.sql"


def outcomes(path):
    with open_place(path) as place:
        return list(read_place(place, MozillaMysql()))


def read(tmp_path, dump):
    path = tmp_path / "backpack.sql"
    path.write_bytes(dump)
    return outcomes(path)


def detected(path):
    with open_place(path) as place:
        return MozillaMysql().detect(place)


def of(kind, items):
    return [item for item in items if isinstance(item, kind)]


def badge(items, badge_id):
    (found,) = [i for i in of(Found, items) if re.search(rf"(id|badge) {badge_id}\)?$", i.locator)]
    return found


@pytest.fixture(scope="module")
def sample():
    return outcomes(SAMPLE)


def dump(**inserts):
    """A small dump: for each table the text behind VALUES."""
    columns = {
        "badge": "id,user_id,awarded_to_email_address,endpoint,signature,image_path,body,body_hash,"
        "validated_on",
        "badge_image": "id,badge_hash,image_data,baked",
        "group": "id,user_id,name,url,public,badges",
        "portfolio": "id,group_id,url,title,subtitle,preamble,stories",
        "user": "id,first_name,last_name,email,additional_email_1,password",
    }
    parts = []
    for table, names in columns.items():
        listed = "".join(f"  `{name}` blob,\n" for name in names.split(","))
        parts.append(f"CREATE TABLE `{table}` (\n{listed}  KEY `x` (`id`)\n);\n")
        if table in inserts:
            parts.append(f"INSERT INTO `{table}` VALUES {inserts[table]};\n")
    return "".join(parts).encode()


BODY = '{"recipient":"a@example.org","badge":{"name":"N","issuer":{"origin":"http://x.example"}}}'
HASH = hashlib.sha256(BODY.encode()).hexdigest()
BADGE = f"(1,1,'a@example.org','http://x.example/1',NULL,'/p.png','{BODY}','{HASH}',NULL)"
USER = "(1,'Ann',NULL,'a@example.org','','$2a$08$secret')"


def test_the_sample_holds_what_its_makers_say(sample):
    kinds = Counter(type(item) for item in sample)
    assert kinds == {Found: 32, FoundLearner: 6, FoundCollection: 7}
    order = [type(item) for item in sample]
    assert order == [FoundLearner] * 6 + [FoundCollection] * 7 + [Found] * 32


def test_every_badge_of_the_sample_is_byte_for_byte_what_the_table_holds(sample):
    with SAMPLE.open("rb") as stream:
        table = {row.named()["id"]: row.named() for row in Dump(stream, {"badge"})}
    for badge_id, stored in table.items():
        found = badge(sample, badge_id.decode())
        assert found.assertion == stored["body"]
        assert found.jws == stored["signature"]


def test_the_documents_the_issuers_served_come_back_exactly(sample):
    compared = Counter()
    for found in of(Found, sample):
        original = as_backpack_wrote(invert(parse_object(found.assertion)).assertion)
        for baked in unbake(found.image).baked if found.image else ():
            if baked.kind == "jws":
                payload = baked.text.split(".")[1]
                assert base64.urlsafe_b64decode(payload + "==") == original
                assert baked.text.encode() == found.jws
                compared["jws"] += 1
            elif baked.kind == "json" and not is_franken(json.loads(baked.text)):
                assert baked.text.encode() == original
                compared["json"] += 1
            elif baked.kind == "json":
                assert invert(json.loads(baked.text)).assertion == json.loads(original)
                compared["rewritten by the Backpack"] += 1
    # 7 to 16 and 20 carry the issuer's own assertion, 17 to 19 and 22 the signed one, 1 to 6, 23,
    # 24, 26 and 29 to 31 what the Backpack made of it; 21 and 25 an address, 27, 28, 32 nothing.
    assert compared == {"jws": 4, "json": 11, "rewritten by the Backpack": 12}


def test_every_body_of_the_sample_fits_its_hash_and_has_a_web_address(sample):
    for found in of(Found, sample):
        codes = {warning.code for warning in found.warnings}
        assert not codes & {"body_hash_differs", "address_cut", "body_not_json"}
        assert bool(found.hosted_url) != bool(found.jws)


def test_a_cut_endpoint_is_replaced_by_the_whole_address(sample):
    assert len(badge(sample, 14).hosted_url) == 336


def test_a_badge_without_its_own_address_belongs_to_its_users_first(sample):
    assert badge(sample, 31).holder == "maria.garcia@example.org"
    assert badge(sample, 9).holder == "maria@alumni.example.edu"


def test_both_ways_an_image_is_lost_are_told_apart(sample):
    empty, absent = badge(sample, 27), badge(sample, 28)
    assert empty.image is absent.image is None
    assert [w.code for w in (*empty.warnings, *absent.warnings)] == ["image_missing"] * 2
    assert "is empty" in empty.warnings[0].sentence
    assert "no picture" in absent.warnings[0].sentence


def test_a_deleted_badge_is_rescued_from_the_collection_that_kept_it(sample):
    found = badge(sample, 32)
    assert found.deleted
    assert found.locator.endswith("row 1 of table group (id 1), copy of deleted badge 32")
    assert found.memberships[0].position == 5
    assert found.holder == "maria.garcia@example.org"
    warning = found.warnings[0]
    assert "is the original" in warning.sentence
    assert json.loads(warning.raw)["body"] == json.loads(found.assertion)


def test_the_copy_of_a_hashed_badge_gets_its_hash_back_when_that_can_be_proven():
    found = badge(outcomes(FIXTURES / "warn" / "collection-shapes" / "backpack.sql"), 8)
    copy = json.loads(found.warnings[0].raw)
    assert copy["body"]["recipient"] == "maria.garcia@example.org"
    assert json.loads(found.assertion)["recipient"].startswith("sha256$")
    assert hashlib.sha256(found.assertion).hexdigest() == copy["body_hash"]


def test_a_copy_that_cannot_be_proven_is_kept_as_it_is(tmp_path):
    copy = {
        "id": 9, "body": {"recipient": "a@example.org", "badge": {}}, "body_hash": "0" * 64,
        "endpoint": "http://x.example/9", "signature": None, "validated_on": "bad",
    }  # fmt: skip
    group = f"(1,1,'G','u',0,'{json.dumps([{'attributes': copy}])}')"
    (found,) = of(Found, read(tmp_path, dump(badge=BADGE, group=group, user=USER)))[1:]
    assert found.assertion == b'{"recipient":"a@example.org","badge":{}}'
    assert found.hosted_url == "http://x.example/9"
    assert (found.holder, found.added_at) == ("a@example.org", None)
    assert "not the original" in found.warnings[0].sentence


def test_a_badge_that_was_added_again_keeps_its_old_place_in_the_collection(tmp_path):
    copy = {"id": 9, "body": json.loads(BODY), "body_hash": HASH}
    group = f"(1,1,'G','u',0,'{json.dumps([{'attributes': copy}])}')"
    items = read(tmp_path, dump(badge=BADGE, group=group, user=USER))
    (found,) = of(Found, items)
    assert not found.deleted
    assert found.memberships[0].position == 0


def test_the_page_of_a_collection_is_on_the_backpack_it_came_from(tmp_path):
    copy = {"id": 1, "imageUrl": "https://badges.example.edu/images/badge/1.png"}
    text = json.dumps([{"attributes": copy}], separators=(",", ":"))
    groups = f"(1,1,'&lt;b&gt;','abc',1,'{text}'),(2,1,NULL,NULL,0,'[]')"
    pages = "(1,2,NULL,'A title',NULL,'Words',NULL)"
    items = read(tmp_path, dump(badge=BADGE, group=groups, portfolio=pages, user=USER))
    first, second = of(FoundCollection, items)
    assert first.page_url == "https://badges.example.edu/share/abc/"
    assert (first.name, first.public) == ("<b>", True)
    assert (second.page_url, second.name) == (None, "A title")
    assert second.description == "A title\n\nWords"


def test_collections_that_cannot_be_read_are_told_and_kept(tmp_path):
    groups = "(1,1,'A\\n','u1',0,'not json'),(2,1,'B','u2',0,'{}'),(3,7,'C','u3',0,'[1]')"
    pages = "(1,3,NULL,'T',NULL,NULL,'no'),(2,99,NULL,'Lost',NULL,NULL,'{\"1\":\"told\"}')"
    items = read(tmp_path, dump(badge=BADGE, group=groups, portfolio=pages, user=USER))
    problems = {problem.code: problem for problem in of(Problem, items)}
    assert [c.key for c in of(FoundCollection, items)] == ["1", "2"]
    assert problems["collection_unreadable"].severity is Severity.WARNING
    assert problems["collection_without_owner"].raw == b"[1]"
    assert problems["stories_unreadable"].raw == b"no"
    assert problems["portfolio_without_collection"].raw == b'Lost\n\n{"1":"told"}'
    assert all(problem.sentence.isprintable() for problem in problems.values())


def test_rows_that_do_not_say_what_they_belong_to_are_told(tmp_path):
    inserts = {
        "badge": BADGE,
        "group": "(NULL,1,'G','u',0,'[]')",
        "portfolio": "('x',1,NULL,'T',NULL,NULL,NULL)",
        "user": USER + ",(2,NULL,NULL,'',NULL,'hush')",
    }
    problems = of(Problem, read(tmp_path, dump(**inserts)))
    codes = [problem.code for problem in problems]
    assert codes == ["row_without_id", "row_without_id", "learner_without_address"]


def test_the_same_picture_row_twice_loses_neither(tmp_path):
    first, second = base64.b64encode(b"one").decode(), base64.b64encode(b"two").decode()
    images = f"(1,'{HASH}','{first}',1),(2,'{HASH}','{second}\\n',1),(3,'{HASH}',NULL,0)"
    found = of(Found, read(tmp_path, dump(badge=BADGE, badge_image=images, user=USER)))
    assert [badge_.image for badge_ in found] == [b"one", b"two"]
    assert [w.code for w in found[1].warnings] == ["second_image"]


def test_a_picture_that_is_no_base64_but_a_picture_is_taken(tmp_path):
    images = f"(1,'{HASH}','<svg xmlns=\"http://www.w3.org/2000/svg\"/>',1)"
    (found,) = of(Found, read(tmp_path, dump(badge=BADGE, badge_image=images, user=USER)))
    assert found.image.startswith(b"<svg")
    assert not found.warnings


def test_a_picture_row_that_cannot_be_read_is_told_once(tmp_path):
    images = f"(1,'{HASH}','oops'oops',1)"
    problem, found = read(tmp_path, dump(badge=BADGE, badge_image=images))[-2:]
    assert (problem.code, problem.raw) == ("row_broken", f"{images};".encode())
    assert [w.code for w in found.warnings] == ["image_missing"]


def test_a_damaged_picture_of_nobodys_badge_is_a_problem(tmp_path):
    images = "(1,'0','???',1),(2,'0',NULL,0)"
    (problem,) = of(Problem, read(tmp_path, dump(badge=BADGE, badge_image=images, user=USER)))
    assert (problem.code, problem.raw) == ("image_without_badge", b"???")


def test_an_unreadable_body_is_a_problem_that_says_where_the_badge_was(tmp_path):
    no_json = BADGE.replace(BODY, "[object Object]")
    (problem,) = of(Problem, read(tmp_path, dump(badge=no_json, user=USER)))
    assert (problem.code, problem.raw) == ("body_not_json", b"[object Object]")
    assert "http://x.example/1" in problem.sentence
    nowhere = no_json.replace("'http://x.example/1'", "NULL")
    (problem,) = of(Problem, read(tmp_path, dump(badge=nowhere, user=USER)))
    assert "Look at it in the database" in problem.sentence


def test_no_secret_of_the_dump_is_handed_on(tmp_path, sample):
    secrets = []
    with SAMPLE.open("rb") as stream:
        for row in Dump(stream, {"user", "bpc_session"}):
            secrets += [
                value
                for column, value in row.named().items()
                if re.search("password|salt|token|_code$", column) and value
            ]
    assert len(secrets) == 11
    plain = gzip.decompress(SAMPLE.read_bytes())
    broken = plain.replace(b"'Maria'", b"'Mar'ia'").replace(b"(2,'J", b"(2,2,'J")
    told = repr([*sample, *read(tmp_path, broken), *read(tmp_path, plain[:-900])])
    assert "row_broken" in told
    assert "dump_cut" in told
    for secret in secrets:
        assert secret.decode() not in told


def test_the_spool_is_put_where_tmpdir_says_and_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_place(SAMPLE) as place:
        reading = MozillaMysql().read(place)
        next(reading)
        (spool,) = tmp_path.iterdir()
        assert spool.stat().st_mode & 0o077 == 0
        reading.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_a_dump_is_recognised_packed_or_plain(tmp_path, pack):
    path = tmp_path / "any.name"
    path.write_bytes(pack(PLAIN.read_bytes()))
    assert detected(path).confidence == 95
    assert len(of(Found, outcomes(path))) == 5


def test_dumps_in_a_zip_are_read_and_others_are_told(tmp_path):
    path = tmp_path / "backups.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(FIXTURES / "bad" / "other-database" / "shop.sql", "shop.sql")
        archive.write(PLAIN, "2019/backpack.sql")
        archive.writestr("readme.txt", "hello")
    assert detected(path).confidence == 95
    other, problem, *rest = outcomes(path)
    assert (other.locator, other.code) == ("backups.zip!readme.txt", "unknown_file")
    assert (problem.locator, problem.code) == ("backups.zip!shop.sql", "not_a_backpack_dump")
    assert rest[0].locator == "backups.zip!2019/backpack.sql, row 1 of table user (id 1)"


def test_a_zip_without_a_backpacks_dump_cannot_be_read(tmp_path):
    path = tmp_path / "backups.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(FIXTURES / "bad" / "other-database" / "shop.sql", "shop.sql")
    with pytest.raises(SourceUnreadable, match="not the dump of a Mozilla Backpack"):
        outcomes(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert detected(path) is None
    with pytest.raises(SourceUnreadable, match="holds no database dump"):
        outcomes(path)


def test_a_member_that_may_not_be_read_is_told(tmp_path):
    (tmp_path / "link.sql").symlink_to(PLAIN)
    assert detected(tmp_path) is None
    with pytest.raises(SourceUnreadable, match="link"):
        outcomes(tmp_path)


@pytest.mark.parametrize(
    ("place", "least", "words"),
    [
        ("other-database/shop.sql", 10, "shows no Backpack"),
        ("xml/backpack.xml", 60, "XML"),
        ("powershell/backpack.sql", 60, "PowerShell"),
        ("tab/backup", 80, "--tab"),
    ],
)
def test_a_near_miss_is_recognised_so_that_reading_can_explain_it(place, least, words):
    match = detected(FIXTURES / "bad" / place)
    assert match.confidence == least
    assert words in match.why


def test_a_file_that_is_no_dump_is_not_claimed(tmp_path):
    for name, data in {"a.sql": b"hello", "b.sql": b"", "c.gz": b"\x1f\x8bnot gzip"}.items():
        (tmp_path / name).write_bytes(data)
        assert detected(tmp_path / name) is None
    (tmp_path / "d.sql.bz2").write_bytes(b"BZh9")
    assert detected(tmp_path / "d.sql.bz2").confidence == 30


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (b"J\xc3\xb6rg", "Jörg"),
        (b"J\xf6rg", "Jörg"),
        (b"\x80", "€"),
        (b"\x81", "\x81"),
        (None, None),
    ],
)
def test_text_is_utf_8_or_what_the_server_calls_latin1(stored, meant):
    assert rows.text(stored) == meant


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        ("2013-05-02 23:06:40", "2013-05-02T23:06:40Z"),
        ("2013-05-02 23:06:40.123456", "2013-05-02T23:06:40Z"),
        ("0000-00-00 00:00:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_timestamp_is_utc(stored, meant):
    assert rows.added_at(stored) == meant


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (b"17", 17),
        (b"-1", None),
        (b"9" * 19, None),
        (b"9" * 5000, None),
        (b"x", None),
        (None, None),
    ],
)
def test_an_id_is_a_number_the_server_could_count_to(stored, meant):
    assert rows.integer(stored) == meant


def test_a_body_hash_is_that_of_utf_8_or_of_node_0_10():
    body = '{"name":"Überflieger ☃ 🎉"}'
    low_bytes = bytes(unit & 0xFF for unit in memoryview(body.encode("utf-16-le")).cast("H"))
    assert rows.fits_hash(body.encode(), hashlib.sha256(low_bytes).hexdigest().upper())
    assert rows.fits_hash(body.encode(), hashlib.sha256(body.encode()).hexdigest())
    assert not rows.fits_hash(body.encode(), hashlib.sha256(b"other").hexdigest())
    assert not rows.fits_hash(b"\xff", hashlib.sha256(b"other").hexdigest())


def test_entries_of_a_collection_are_ids_or_copies():
    copy = {"id": 2, "body": {}}
    known, strange = rows.entries(
        json.dumps([1, "7", {"attributes": copy}, copy, True, None, -1, {"attributes": 5}]).encode()
    )
    assert [entry.badge_id for entry in known] == [1, 7, 2, 2]
    assert known[2].copy == known[3].copy == copy
    assert len(strange) == 4
    with pytest.raises(Unreadable):
        rows.entries(b'{"1":2}')


@pytest.mark.parametrize(
    ("stored", "told", "left"),
    [
        (None, {}, {}),
        (b'{"7":"x","9":"y"}', {1: "x"}, {"9": "y"}),
        (b'{"0":"x","1":"y"}', {0: "x", 1: "y"}, {}),
        (b'["x","","y"]', {0: "x"}, {"2": "y"}),
        (b'{"7":"","5":null}', {}, {}),
    ],
)
def test_stories_are_told_by_badge_or_before_2016_by_position(stored, told, left):
    assert rows.stories(stored, [5, 7]) == (told, left)


def test_stories_that_are_none_are_refused():
    with pytest.raises(Unreadable):
        rows.stories(b"17", [])


def test_a_copy_without_a_body_has_none():
    assert rows.copied_body({"body": "text"}) == (None, False)


def test_a_dump_that_goes_away_cannot_be_read(tmp_path):
    path = tmp_path / "backpack.sql"
    path.write_bytes(PLAIN.read_bytes())
    with open_place(path) as place:
        path.unlink()
        with pytest.raises(SourceUnreadable, match="could not be read from the disk"):
            list(MozillaMysql().read(place))

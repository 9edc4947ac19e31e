"""Tables as nobody planned them: what is guessed, what is told, what is never taken for granted."""

from __future__ import annotations

import io
import json
import re
import zipfile

import openpyxl
import pytest
from migrator.adapters.table import Table

from migrator.errors import NotRecognised, SourceUnreadable
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources import registry
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundFile, FoundLearner, Problem
from migrator.sources.inspection import inspect
from migrator.sources.place import Limits, open_place

URL = "https://badges.example.org/1"


@pytest.fixture
def read(tmp_path):
    def outcomes(data, name="badges.csv", *, limits=None, adapter=True, **settings):
        file = tmp_path / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        with open_place(file, limits=limits) as place:
            place.settings = {key.replace("__", "."): value for key, value in settings.items()}
            return list(read_place(place, Table() if adapter else None))

    return outcomes


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def told(outcomes):
    return "\n".join(line for one in outcomes if isinstance(one, FoundFile) for line in one.told)


def mapping(outcomes):
    return next(json.loads(one.content) for one in outcomes if isinstance(one, FoundFile))


def normal(found):
    return read_badge(Pieces(found.assertion, hosted_url=found.hosted_url)).assertion


FULL = (
    "Email;Salt;First name;Last name;Badge;Badge class URL;Description;Image;Criteria;Issuer;"
    "Issuer URL;Issued on;Expires;Evidence;Narrative;UID;Assertion URL;Room\n"
    "ann@example.org;;Ann;Example;Tutor;https://badges.example.org/class;Teaches;"
    "https://badges.example.org/tutor.png;https://badges.example.org/criteria;School;"
    f"https://school.example.org;2015-04-03;2016-04-03;An essay;Well done;A1;{URL};12\n"
)


def test_everything_a_row_says_is_in_the_badge_and_says_that_it_was_made(read):
    found = read(FULL)
    (badge,) = badges(found)
    said = normal(badge)
    assert said.recipient.identity == "ann@example.org"
    assert (said.issued_on, said.expires) == ("2015-04-03T00:00:00Z", "2016-04-03T00:00:00Z")
    assert (said.narrative, said.evidence[0].narrative) == ("Well done", "An essay")
    assert said.badge_class.name == "Tutor"
    assert said.badge_class.id == "https://badges.example.org/class"
    assert said.badge_class.criteria_url == "https://badges.example.org/criteria"
    assert said.badge_class.issuer.url == "https://school.example.org"
    assert said.version is None, "it is no document of any version"
    document = json.loads(badge.assertion)
    assert document["madeFromRows"]["unread"] == {"Room": "12"}
    assert "not the issuer's own" in document["madeFromRows"]["note"]
    assert [one.name for one in found if isinstance(one, FoundLearner)] == ["Ann Example"]


def test_a_row_with_an_address_alone_gets_no_document(read):
    (badge,) = badges(read(f"name,email,link\nAnn,ann@example.org,{URL}\n"))
    assert (badge.assertion, badge.hosted_url, badge.holder) == (None, URL, "ann@example.org")


def test_the_mapping_is_told_kept_and_gives_the_same_when_it_is_handed_back(read, tmp_path):
    found = read(FULL.replace("Room", "Password"))
    assert "'Badge' is the badge class's name (column.badge_class)" in told(found)
    assert "'Password' is not kept: it may hold a secret" in told(found)
    assert "--set 'column.learner=Its name'" in told(found)
    kept = mapping(found)
    again = {f"column.{name}": column for name, column in kept["column"].items()}
    assert badges(read(FULL, **again))[0].hosted_url == URL
    assert mapping(read(FULL, **again)) == kept


def test_a_person_may_name_columns_by_name_or_number_or_take_one_away(read):
    data = f"who,what,where,Badge\nann@example.org,Tutor,{URL},Nurse\n"
    found = read(data, column__badge_class="WHAT", column__email="1", column__url="where")
    assert normal(badges(found)[0]).badge_class.name == "Tutor"
    assert mapping(found)["column"] == {"badge_class": "what", "email": "who", "url": "where"}
    without = read(data, column__email="", column__badge_class="")
    assert badges(without)[0].holder is None
    assert badges(without)[0].assertion is None


def test_a_column_that_is_not_there_is_named(read):
    found = read(f"email,url\nann@example.org,{URL}\n", column__badge_class="Abzeichen")
    assert "There is no column 'Abzeichen' for column.badge_class." in told(found)


def test_what_holds_for_all_rows_is_told_once(read):
    data = "email,date\nann@example.org,03/04/2015\n"
    found = read(data, badge_class="First Aid", issuer="School", dates="dmy")
    (badge,) = badges(found)
    said = normal(badge)
    assert (said.badge_class.name, said.badge_class.issuer.name) == ("First Aid", "School")
    assert said.issued_on == "2015-04-03T00:00:00Z"
    assert "in every row badge_class is 'First Aid'" in told(found)
    assert mapping(found)["dates"] == "dmy"


def test_other_rows_show_in_which_order_dates_are(read):
    data = "email,badge,date\nann@example.org,A,03/04/2015\nbo@example.org,A,3/14/2015\n"
    assert normal(badges(read(data))[0]).issued_on == "2015-03-04T00:00:00Z"


def test_columns_are_known_by_what_is_in_them(read):
    data = f"ann@example.org,{URL},Tutor\nbo@example.org,{URL}2,Tutor\n"
    found = read(data)
    assert [badge.holder for badge in badges(found)] == ["ann@example.org", "bo@example.org"]
    assert mapping(found)["column"] == {"email": "column 1", "url": "column 2"}
    badge = f"Owner,Badge,Image\nann@example.org,{URL},https://badges.example.org/1.png\n"
    assert mapping(read(badge))["column"] == {
        "url": "Badge",
        "image": "Image",
        "email": "Owner",
    }
    names = f"First name,Last name,Name,Email,URL\nAnn,Example,Tutor,ann@example.org,{URL}\n"
    assert mapping(read(names))["column"]["badge_class"] == "Name"


def test_a_hash_is_a_recipient_and_no_holder(read):
    data = f"recipient,salt,badge,url\nsha256$ab12,sea,Tutor,{URL}\n"
    (badge,) = badges(read(data))
    said = normal(badge).recipient
    assert (said.hashed, said.salt, badge.holder) == (True, "sea", None)


def test_no_secret_of_a_table_is_yielded_not_even_with_a_problem(read):
    data = (
        "email,badge,url,API token\nann@example.org,Tutor,none,hunter2\n"
        'bo@example.org,"Tutor,x,hunter2\ncy@example.org,Tutor,x,hunter2,hunter2\n'
    )
    found = read(data + f"di@example.org,Tutor,{URL},hunter2\n")
    assert codes(found) == ["not_a_url", "row_unreadable", "row_too_long"]
    assert "hunter2" not in repr(found)


def test_a_table_that_says_nothing_of_badges_asks_which_column_is_what(read):
    with pytest.raises(SourceUnreadable, match="Its columns are: fruit, colour") as error:
        read("fruit,colour\napple,red\n", column__url="link")
    assert "There is no column 'link'" in error.value.what
    assert "--set column.url=" in error.value.next_step
    with pytest.raises(NotRecognised, match="no column of it is known"):
        read("fruit,colour\napple,red\npear,green\n", adapter=False)


def test_an_encoding_that_does_not_exist_is_refused(read):
    with pytest.raises(SourceUnreadable, match="no encoding klingon"):
        read(f"email,url\nann@example.org,{URL}\n", encoding="klingon")


def test_delimiter_and_encoding_may_be_told(read):
    data = f"email;badge;url\nann@example.org;Löter;{URL}\n".encode("cp437")
    found = read(data, delimiter="semicolon", encoding="cp437")
    assert normal(badges(found)[0]).badge_class.name == "Löter"
    assert "with semicolons between its cells, in CP437" in told(found)


def test_many_columns_are_not_all_told(read):
    more = ",".join(f"c{n}" for n in range(40))
    found = read(f"email,url,{more}\nann@example.org,{URL}\n")
    assert "and 12 more columns" in told(found)


def workbook(*rows, **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, content in sheets.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ("email", "badge", "url")


def as_excel_writes(data):
    """Excel keeps the texts of all cells in one list, where openpyxl writes them into the cells."""
    texts = []

    def shared(found):
        texts.append(found[2])
        return b'%b t="s"><v>%d</v></c>' % (found[1], len(texts) - 1)

    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        files = {one.filename: book.read(one) for one in book.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    cell = rb'(<c r="\w+") t="inlineStr"><is><t>([^<]*)</t></is></c>'
    files[sheet] = re.sub(cell, shared, files[sheet])
    kinds = files["[Content_Types].xml"]
    files["[Content_Types].xml"] = kinds.replace(b"</Types>", part)
    listed = b"".join(b"<si><t>" + text + b"</t></si>" for text in texts)
    name = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    files["xl/sharedStrings.xml"] = b"<sst " + name + b">" + listed + b"</sst>"
    assert texts
    return zipped(files)


def test_a_workbook_is_read_as_excel_writes_it(read):
    found = read(as_excel_writes(workbook(HEAD, ("ann@example.org", "A", URL))), "b.xlsx")
    assert [(badge.holder, badge.hosted_url) for badge in badges(found)] == [
        ("ann@example.org", URL)
    ]


def test_every_sheet_of_a_workbook_is_read_wherever_it_lies(read):
    data = workbook(HEAD, ("ann@example.org", 7.0, URL), More=[HEAD, (None, None, URL + "2")])
    for name, file in (("b.xlsx", data), ("b.zip", zipped({"in/b.xlsx": data, "x.txt": b"-"}))):
        found = read(file, name, adapter=False)
        assert [badge.hosted_url for badge in badges(found)] == [URL, URL + "2"]
        assert normal(badges(found)[0]).badge_class.name == "7"
        assert badges(found)[1].locator.endswith("b.xlsx, row 2 of sheet More")


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def rewritten(data, **changed):
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        files = {one.filename: book.read(one) for one in book.infolist()}
    for name, change in changed.items():
        (path,) = (path for path in files if name in path)
        files[path] = change(files[path])
    return zipped(files)


def test_a_formula_has_the_result_the_spreadsheet_program_saved_or_is_a_problem(read):
    data = workbook(HEAD, ("ann@example.org", "A", "=A1"), ("bo@example.org", "B", "=1+1"))
    result = b'<c r="C2" t="str"><f>A1</f><v>' + URL.encode() + b"</v>"
    data = rewritten(data, sheet1=lambda xml: re.sub(rb'<c r="C2"><f>A1</f><v ?/>', result, xml))
    found = read(data, "b.xlsx")
    assert [badge.hosted_url for badge in badges(found)] == [URL]
    assert codes(found) == ["row_unreadable"]


def test_a_workbook_that_is_a_bomb_or_damaged_is_refused(read):
    data = workbook(HEAD, *[("ann@example.org", "A", URL)] * 50)
    with pytest.raises(SourceUnreadable, match="packed so tightly"):
        read(data, "b.xlsx", limits=Limits(ratio=2, ratio_floor=100))
    with pytest.raises(SourceUnreadable, match="too large"):
        read(as_excel_writes(data), "b.xlsx", limits=Limits(member_bytes=10))
    with pytest.raises(SourceUnreadable, match="damaged"):
        read(rewritten(data, styles=lambda _: b"<"), "b.xlsx")


def test_entities_of_a_workbook_are_not_expanded(read):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    data = workbook(HEAD, ("ann@example.org", "A", URL))
    changed = rewritten(data, sheet1=lambda xml: bomb + xml.replace(b"1", b"&b;", 1))
    with pytest.raises(SourceUnreadable, match="damaged"):
        read(changed, "b.xlsx")


def test_a_sheet_that_breaks_off_is_read_as_far_as_it_goes(read):
    rows = [(f"p{n}@example.org", "A", f"{URL}{n}") for n in range(3000)]
    data = rewritten(workbook(HEAD, *rows), sheet1=lambda xml: xml[: len(xml) // 2])
    found = read(data, "b.xlsx")
    assert len(badges(found)) > 500
    assert codes(found) == ["sheet_damaged"]


def test_a_workbook_without_badges_says_what_its_columns_are(read):
    with pytest.raises(SourceUnreadable, match="Its columns are: fruit, colour"):
        read(workbook(("fruit", "colour"), ("apple", "red")), "b.xlsx")


def test_other_spreadsheets_are_told_apart(tmp_path):
    old, other = tmp_path / "old.xls", tmp_path / "other.ods"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    other.write_bytes(zipped({"mimetype": kind, "content.xml": b"<x/>"}))
    for path, sentence in ((old, "save it as .xlsx"), (other, "LibreOffice")):
        with open_place(path) as place, pytest.raises(NotRecognised, match=sentence):
            registry.recognise(place)
    other.write_bytes(zipped({"mimetype": b"application/epub+zip"}))
    with open_place(other) as place:
        assert Table().detect(place) is None


def test_a_folder_is_looked_into_and_what_is_no_table_is_left_to_others(tmp_path):
    (tmp_path / "b.csv").write_text(f"email,badge,url\nann@example.org,A,{URL}\n")
    (tmp_path / "notes.txt").write_text("nothing of interest\nreally\n")
    with open_place(tmp_path) as place:
        assert Table().detect(place).confidence == 45
        found = list(read_place(place, Table()))
    assert len(badges(found)) == 1
    assert codes(found) == ["unknown_file"]


def test_who_names_columns_says_that_it_is_a_table(tmp_path):
    file = tmp_path / "b.csv"
    file.write_text(f"who,where\nann@example.org,{URL}\n")
    with open_place(file) as place:
        assert registry.recognise(place).adapter.name == "assertions"
        place.settings = {"column.email": "who"}
        assert registry.recognise(place).adapter.name == "table"


def test_inspect_shows_the_mapping(tmp_path):
    file = tmp_path / "b.csv"
    file.write_text(f"email,badge,url\nann@example.org,A,{URL}\n")
    with open_place(file) as place:
        seen = inspect(place)
    assert "  'url' is the address of the assertion (column.url)" in seen.told

"""Badges in PDF files, and files made to be in the way."""

from __future__ import annotations

import importlib.util
import logging
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.errors import LimitReachedError

from migrator.sources.division import read_place
from migrator.sources.found import Found, Problem
from migrator.sources.place import Limits, open_place

module = import_module("migrator.adapters.pdf")
Pdf = module.Pdf


@pytest.fixture(scope="module")
def made():
    """The script that made the fixtures."""
    path = Path(__file__).parents[2] / "fixtures/pdf/make.py"
    spec = importlib.util.spec_from_file_location("make_pdf", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path):
    def read(data, limits=None, adapter=None):
        (tmp_path / "badge.pdf").write_bytes(data)
        with open_place(tmp_path / "badge.pdf", limits=limits) as place:
            return list(read_place(place, adapter))

    return read


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def test_address_signature_and_data_are_told_apart(made, read):
    text = made.json.dumps(made.assertion())
    (url,) = read(made.pdf({"/openbadges": f"  {made.URL}\n"}))
    (jws,) = read(made.pdf({"/openbadges": made.JWS}))
    (data,) = read(made.pdf({"/openbadges": text}))
    assert url.hosted_url == made.URL
    assert jws.jws == made.JWS.encode()
    assert data.assertion == text.encode()


def test_what_is_said_twice_of_one_badge_is_one_badge(made, read):
    text = made.json.dumps(made.assertion())
    inside = f'<openbadges:assertion verify="{made.assertion()["id"]}"/>'
    (found,) = read(made.pdf({"/openbadges": text}, made.xmp(inside)))
    assert found.assertion == text.encode()
    assert found.hosted_url == made.assertion()["id"]


def test_what_is_attached_is_read_or_offered_to_others(made, read):
    files = {
        "badge.png": made.picture(made.URL),
        "picture.png": made.picture(made.URL)[:60],
        "one.json": b"\n" + made.json.dumps(made.assertion()).encode(),
        "list.json": made.json.dumps([made.assertion(3), made.assertion(4)]).encode(),
        "broken.json": b"{",
    }
    outcomes = read(made.pdf(attached=files))
    found = {one.locator for one in outcomes if isinstance(one, Found)}
    assert found == {
        "badge.pdf!badge.png",
        "badge.pdf!one.json",
        "badge.pdf!list.json, item 1",
        "badge.pdf!list.json, item 2",
    }
    assert len(codes(outcomes)) == 2


def test_what_is_too_large_is_a_problem(made, read):
    data = made.pdf({"/openbadges": made.URL}, attached={"a.txt": bytes(2000), "b.txt": b"x"})
    assert codes(read(data, limits=Limits(member_bytes=len(data) - 1))) == ["too_large"]
    with pytest.raises(LimitReachedError):
        module._attached(PdfReader(BytesIO(data)), 2000)


def test_files_beside_pdfs_are_left_to_others(made, tmp_path):
    (tmp_path / "a.pdf").write_bytes(made.pdf({"/openbadges": made.URL}))
    (tmp_path / "b").write_bytes(b"\n" + made.pdf({"/openbadges": f"{made.URL}?2"}))
    (tmp_path / "list.txt").write_text("https://issuer.example/3\n")
    (tmp_path / "gone.pdf").symlink_to(tmp_path / "list.txt")
    with open_place(tmp_path) as place:
        assert Pdf().detect(place).confidence == 60
        outcomes = list(read_place(place))
    assert sum(isinstance(one, Found) for one in outcomes) == 3
    assert codes(outcomes) == ["link_not_followed"]


def test_the_library_says_nothing_at_the_terminal(made, read, capfd):
    data = made.pdf({"/openbadges": made.URL})
    read(data.replace(b"startxref", b"startxxxx"), adapter=Pdf())
    read(data[: len(data) // 2], adapter=Pdf())
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("pypdf").handlers == []
    assert logging.getLogger("pypdf").propagate


@pytest.mark.parametrize(
    "body",
    [
        b"<< /Type /Catalog /Metadata 1 0 R >>",
        b"<< /Type /Catalog /Metadata 7 >>",
        b"<< /Type /Catalog /Names << /EmbeddedFiles << /Kids [1 0 R] >> >> >>",
        b"<< " * 5000,
        b"[" * 5000,
    ],
    ids=["itself", "number", "circle", "dictionaries", "lists"],
)
def test_structures_that_lead_nowhere_are_a_problem(read, body):
    text = b"%PDF-1.4\n1 0 obj\n" + body + b"\nendobj\n"
    start = len(text)
    text += b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    text += b"trailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    (problem,) = read(text, adapter=Pdf())
    assert problem.code in ("no_badge_data", "pdf_damaged")

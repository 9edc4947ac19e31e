"""The worked example of docs/adapters/writing.md, as a stranger's distribution."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "adapters"
EXAMPLE = DOCS / "example"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the example into a wheel and unpack it: what an installer does, without any."""
    root = tmp_path_factory.mktemp("stranger")
    shutil.copytree(EXAMPLE, root / "source")
    build = "from setuptools import build_meta; print(build_meta.build_wheel('..'))"
    _python(root / "source", {}, "-c", build)
    (wheel,) = root.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(root / "site")
    return {"PYTHONPATH": str(root / "site")}


def _python(folder, more, *arguments):
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_it_is_listed_among_the_adapters(installed, tmp_path):
    assert "badgebook" in _python(tmp_path, installed, "-m", "migrator", "adapters")


def test_it_reads_its_part_of_a_mixed_folder(installed, tmp_path):
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    shutil.copy(EXAMPLE / "fixtures/good/two-badges/book.txt", mixed / "book.txt")
    (mixed / "list.txt").write_text("https://issuer.example/3\n")
    out = _python(tmp_path, installed, "-m", "migrator", "archive", "mixed")
    assert "read as badgebook (Badge book): 2 badges found" in out
    assert "3 badges found = 3 archived + 0 known + 0 with problems; missing: 0." in out


def test_it_keeps_everything_an_adapter_must_keep(installed):
    assert "Everything" in _python(EXAMPLE, installed, "-B", "check.py")


def test_the_page_shows_the_example_as_it_is():
    page = (DOCS / "writing.md").read_text(encoding="utf-8")
    for name in ("badgebook.py", "pyproject.toml", "check.py"):
        for line in (EXAMPLE / name).read_text(encoding="utf-8").splitlines():
            assert not line or f"    {line}\n" in page


def test_every_adapter_has_a_page_that_the_index_names(adapter):
    if adapter.name == "badge-urls":
        return
    assert f"]({adapter.name}.md)" in (DOCS / "README.md").read_text(encoding="utf-8")
    page = (DOCS / f"{adapter.name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {adapter.name}: ")
    for heading in ("Who holds this", "How to get it today", "What is read", "What is lost"):
        assert f"\n## {heading}\n" in page

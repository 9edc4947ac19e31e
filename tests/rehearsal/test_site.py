"""A restored site served under the old names: what a dead host's badges need to be moved."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from migrator import errors
from migrator.archive.shelf import ServedArchive
from migrator.export.site.site import Choice, export_site, gathered, matching
from migrator.net import Client
from migrator.openbadges.model import Addresses
from migrator.rehearsal.server import RehearsalOptions, over_http, serve
from migrator.rehearsal.site import RestoredSite, SiteServer
from migrator.rehearsal.state import AccountOptions
from migrator.verify.assess import assess
from migrator.verify.live import LiveWeb
from migrator.verify.verdict import Submission

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
DEAD, JOERG = "academy.example.net", "joerg@example.net"
PHOTO = f"https://{DEAD}/assertions/photo-joerg.json"

OUTSIDE = json.dumps(
    {
        "files": [
            1,
            {"file": "x"},
            *(
                {"file": "site/../../x", "url": "http://h/", "media_type": "a/b", "also": []} | one
                for one in ({"sha256": ""}, {"sha256": "", "url": "http://u:p@h/"})
            ),
        ]
    }
)


@pytest.fixture
def restored(archive, reader, tmp_path):
    """Return what restores hosts from the demo's dump."""
    reader.file(archive, DEMO / "backpack.sql")

    def written(*named, zipped=False):
        with gathered(archive, Choice()) as found:
            for host in matching(found, list(named)):
                export_site(archive, found, host, tmp_path / "out", zipped=zipped)
        return tmp_path / "out"

    return written


def ask(server, url):
    """Ask a site as `via` does."""
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return requests.get(
        f"{server.url}/{path}", headers={"Host": host, "X-Forwarded-Proto": scheme}, timeout=10
    )


def test_a_dead_host_restored_lets_its_badges_in_with_their_original_ids(restored):
    account = AccountOptions((JOERG,), "rehearsal")
    submission = Submission(url=PHOTO)
    now, addresses = datetime(2026, 11, 23, tzinfo=UTC), Addresses((JOERG,))
    with serve(RehearsalOptions(accounts=(account,), folder=DEMO)) as today:
        web = LiveWeb(Client(via=today.web_url), played=True)
        assert assess(submission, web, addresses, now).reason == "host_dead"
    site = RestoredSite(restored(DEAD))
    with (
        SiteServer(site) as server,
        serve(
            RehearsalOptions((account,)), fetching=lambda _own: over_http(server.url)
        ) as backpack,
    ):
        web = LiveWeb(Client(via=server.url), played=True)
        assert assess(submission, web, addresses, now).accepted
        token = requests.post(
            f"{backpack.url}/o/token",
            data={"username": JOERG, "password": "rehearsal"},
            timeout=10,
        ).json()["access_token"]
        answer = requests.post(
            f"{backpack.url}/v2/backpack/import",
            json={"url": PHOTO},
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["result"][0]["openBadgeId"] == PHOTO


def test_files_are_served_by_name_with_their_media_types(restored):
    with SiteServer(RestoredSite(restored(DEAD))) as server:
        answer = ask(server, PHOTO)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
        assert answer.json()["uid"] == "photo-joerg"
        assert ask(server, PHOTO.replace("https:", "http:")).content == answer.content
        assert ask(server, f"{PHOTO}?v=2_0").content == answer.content
        picture = ask(server, f"https://{DEAD}/classes/photo.png")
        assert picture.headers["Content-Type"] == "image/png"
        assert ask(server, f"https://{DEAD}/classes/photo.html").status_code == 404


def test_all_other_hosts_are_dead_unless_an_archive_plays_them(restored, archive):
    site = RestoredSite(restored(DEAD))
    other = "https://college.example.edu/assertions/essay-aiko.json"
    with SiteServer(site) as server, pytest.raises(requests.ConnectionError):
        ask(server, other)
    with SiteServer(site) as server, pytest.raises(requests.ConnectionError):
        ask(server, "http://a b/")
    with SiteServer(site, others=ServedArchive(archive)) as server:
        assert ask(server, other).json()["uid"] == "essay-aiko"
        # What a restored host lacks is to be seen, whatever the archive has.
        (site._files[next(iter(site._files))].folder / "site/issuer.json").unlink()
        assert ask(server, f"https://{DEAD}/issuer.json").status_code == 404


def test_a_zip_several_folders_and_a_single_one_are_all_sites(restored):
    folder = restored(DEAD, "club.example.com")
    assert RestoredSite(folder).hosts == (DEAD, "club.example.com")
    assert RestoredSite(folder / DEAD).hosts == (DEAD,)
    files = RestoredSite(folder).files
    zipped = restored(DEAD, zipped=True) / f"{DEAD}.zip"
    site = RestoredSite(zipped)
    assert site.hosts == (DEAD,)
    assert json.loads(site.document_at(PHOTO)[0])["uid"] == "photo-joerg"
    assert site.changed() == []
    assert RestoredSite(folder).files == files
    assert site.document_at("no address") is None


def test_changed_and_lost_files_are_told(restored):
    folder = restored(DEAD) / DEAD
    (folder / "site/issuer.json").unlink()
    (folder / "site/classes/photo.json").write_text("{}")
    assert RestoredSite(folder).changed() == ["site/classes/photo.json", "site/issuer.json"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "damaged"),
        ("no json", "damaged"),
        ('{"files": {}}', "no restored site"),
        (OUTSIDE, "no restored site"),
    ],
)
def test_what_is_no_site_is_refused(tmp_path, text, said):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(errors.Usage, match=said):
        RestoredSite(tmp_path)


def test_no_folder_and_no_zip_are_refused(tmp_path):
    with pytest.raises(errors.Usage, match="no restored site"):
        RestoredSite(tmp_path / "nowhere")
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(errors.Usage, match="cannot be read"):
        RestoredSite(tmp_path / "a.zip")

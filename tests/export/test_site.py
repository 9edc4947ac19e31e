"""A host's files written out, and found again by whoever reads the rules beside them."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from urllib.parse import unquote

import pytest

from migrator import errors
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.export.site.site import Choice, export_site, gathered, hosts, matching
from migrator.files.names import key
from migrator.openbadges.location import locate
from migrator.sources.found import Found

HOST = "issuer.example"
WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([{};])|([^\s"{};]+)', re.DOTALL)


class Nginx:
    """Reads a configuration as nginx does, as far as ours goes, and answers requests by it."""

    def __init__(self, text):
        words = [
            (re.sub(r'\\(["\\])', r"\1", quoted) if quoted is not None else None, sign, bare)
            for quoted, sign, bare in self._words(text)
        ]
        self.tree, rest = self._block(words)
        assert rest == [], "every brace is closed"
        self.maps = {head[2]: body for head, body in self.tree if head[0] == "map"}
        (self.server,) = [body for head, body in self.tree if head[0] == "server"]

    def _words(self, text):
        text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
        for found in WORD.finditer(text):
            yield (found[1], found[2], found[3])

    def _block(self, words):
        entries, head = [], []
        while words:
            quoted, sign, bare = words[0]
            words = words[1:]
            if sign == "{":
                body, words = self._block(words)
                entries.append((head, body))
                head = []
            elif sign == "}":
                return entries, words
            elif sign == ";":
                entries.append((head, None))
                head = []
            else:
                head = [*head, quoted if quoted is not None else bare]
        return entries, words

    def get(self, path, args="", inner=False):
        """Return (file, media type) for a decoded path and a query; None for 404."""
        body = self._location(path)
        names = {head[0]: head for head, _ in body}
        if "internal" in names and not inner:
            return None
        if "rewrite" in names:
            return self.get(self._mapped(names["rewrite"][2], args), inner=True)
        if "return" in names:
            return None
        assert (["types"], []) in body
        assert names["try_files"][2] == "=404"
        return names["try_files"][1], names["default_type"][1]

    def _location(self, path):
        named = {tuple(head[1:]): body for head, body in self.server if head[0] == "location"}
        if ("=", path) in named:
            return named["=", path]
        data = path.encode("utf-8", "surrogateescape").decode("latin-1")
        for where, body in named.items():
            if where[0] == "~" and re.search(where[1], data):
                return body
        return named["/",]

    def _mapped(self, name, args):
        chosen = None
        for (word, value), _ in self.maps[name]:
            if word == "default":
                chosen = chosen or value
            elif word.startswith("~"):
                if re.search(word[1:], args):
                    return value
            elif word.removeprefix("\\").lower() == args.lower():
                return value
        return chosen


class Made:
    """An archive, and what is exported from it."""

    def __init__(self, archive, reader, folder):
        self.archive, self.reader, self.folder = archive, reader, folder

    def read(self, *outcomes):
        self.reader.outcomes(self.archive, self.archive.path.parent, outcomes)

    def export(self, host=HOST, zipped=False, **choice):
        with gathered(self.archive, Choice(**choice)) as found:
            return export_site(self.archive, found, host, self.folder, zipped=zipped)

    def rows(self, name, host=HOST):
        with (self.folder / host / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def text(self, name, host=HOST):
        return (self.folder / host / name).read_text(encoding="utf-8")

    def manifest(self, host=HOST):
        return {one["url"]: one for one in json.loads(self.text("manifest.json", host))["files"]}

    def served(self, url, host=HOST):
        """Return what the rules say for an address: (bytes, media type)."""
        address = locate(url)
        path = unquote(address.path, errors="surrogateescape")
        found = Nginx(self.text("nginx.conf", host)).get(path, address.query)
        if found is None:
            return None
        return (self.folder / host / f"site{found[0]}").read_bytes(), found[1]


@pytest.fixture
def made(archive, reader, tmp_path):
    return Made(archive, reader, tmp_path / "out")


def hosted(make, number, url, **more):
    """A badge hosted at an address of the test's own."""
    document = make.assertion(number, id=url, verify={"type": "hosted", "url": url}, **more)
    return make.found(number, assertion=make.json(document), hosted_url=url)


def test_every_document_stands_at_its_address_byte_for_byte(made, make):
    found = make.found(1, image=make.baked(1))
    made.read(found)
    done = made.export()
    assert (done.badges, done.complete, done.files, done.missing) == (1, 1, 4, 0)
    assert made.served(make.url(1)) == (found.assertion, "application/json")
    assert made.served(f"{make.host}/classes/1.json") == (found.badge_class, "application/json")
    assert made.served(f"{make.host}/issuer.json") == (found.issuer, "application/json")
    assert made.served(f"{make.host}/classes/1.png") == (make.png(), "image/png")
    assert made.served(f"{make.host}/other.json") is None
    assert (made.folder / HOST / "site/assertions/1.json").read_bytes() == found.assertion


def test_the_lists_say_where_everything_came_from_and_what_is_missing(made, make):
    made.read(make.found(1, image=make.baked(1)), make.found(4), make.found(2, badge_class=None))
    done = made.export()
    assert (done.badges, done.complete, done.missing, done.missing_others) == (3, 2, 1, 1)
    rows = {row["url"]: row for row in made.rows("manifest.csv")}
    shared = rows[f"{make.host}/classes/1.json"]
    assert (shared["came_from"], shared["kind"], shared["badges"]) == ("found", "badge_class", "2")
    assert rows[f"{make.host}/classes/1.png"]["came_from"] == "derived"
    assert "badge data taken out" in rows[f"{make.host}/classes/1.png"]["note"]
    missing = {row["url"]: row for row in made.rows("missing.csv")}
    assert missing[f"{make.host}/classes/2.json"]["needed"] == "yes"
    assert missing[f"{make.host}/classes/1.html"]["needed"] == "no"
    badges = {row["identity"]: row for row in made.rows("badges.csv")}
    assert badges[f"url:{make.url(2)}"]["missing"] == f"{make.host}/classes/2.json"
    assert badges[f"url:{make.url(1)}"]["all_here"] == "yes"
    words = made.text("MISSING.txt")
    assert "2 addresses are missing" in words
    assert f"Badge class: {make.host}/classes/2.json" in words
    assert "cannot be moved" in words


def test_the_readme_says_who_asks_and_how_to_try_it(made, make):
    made.read(make.found(1, image=make.baked(1)))
    made.export()
    readme = made.text("README.txt")
    assert f"curl -i '{make.url(1)}'" in readme
    assert "WHO ASKS" in readme
    assert "1 assertion says in clear" in readme
    assert max(len(line) for line in readme.splitlines() if "curl" not in line) <= 88


def test_all_hosts_of_a_badge_are_known_with_what_they_said(made, make):
    document = make.badge_class(1, image="https://pictures.example:8443/1.png")
    made.read(make.found(1, badge_class=make.json(document)))
    answer = WebAnswer(make.url(1), "live", "assertion", "host_silent")
    webanswers.keep(made.archive, [answer])
    with gathered(made.archive, Choice()) as found:
        one, other = hosts(made.archive, found)
        assert (one.host, one.badges) == (HOST, 1)
        assert [said.outcome for said in one.said] == ["host_silent"]
        assert (other.host, other.said) == ("pictures.example:8443", ())
        assert matching(found, ["all"]) == [HOST, "pictures.example:8443"]
        assert matching(found, ["pictures.example"]) == ["pictures.example:8443"]
        assert matching(found, [f"https://{HOST}:443/x"]) == [HOST]
        with pytest.raises(errors.Usage, match=r"No badge hangs on else\.example"):
            matching(found, ["else.example"])
        with pytest.raises(errors.Usage, match="no name of a host"):
            matching(found, ["a b"])
    done = made.export("pictures.example:8443")
    assert done.missing == 1
    assert "listen 8443;" in made.text("nginx.conf", "pictures.example_8443")
    made.export()
    (row,) = made.rows("badges.csv")
    assert row["other_hosts_needed"] == "pictures.example:8443"


def test_addresses_with_queries_are_told_apart(made, make):
    base = f"{make.host}/assertion.php"
    urls = [f"{base}?b={mark}" for mark in ("abc", "ABC", "x&v=2", 'q"$;{}', "~z", "default")]
    made.read(*(hosted(make, number, url) for number, url in enumerate(urls, 1)))
    assert made.export().ruled == 6
    for number, url in enumerate(urls, 1):
        body, media_type = made.served(url)
        assert json.loads(body)["uid"] == str(number), url
        assert media_type == "application/json"
    assert made.served(f"{base}?b=none") is None
    assert made.served(base) is None
    assert not list((made.folder / HOST / "site").glob("*.php"))
    manifest = made.manifest()
    assert all(manifest[url]["found_by"] == "rule" for url in urls)


def test_a_path_is_served_with_and_without_query(made, make):
    plain, asked = f"{make.host}/a/1", f"{make.host}/a/1?full"
    made.read(hosted(make, 1, plain), hosted(make, 2, asked))
    made.export()
    assert json.loads(made.served(plain)[0])["uid"] == "1"
    assert json.loads(made.served(f"{plain}?other")[0])["uid"] == "1"
    assert json.loads(made.served(asked)[0])["uid"] == "2"
    assert (made.folder / HOST / "site/a/1").is_file()


@pytest.mark.parametrize(
    "path",
    [
        *("a b.json", "%C3%BC/%E2%98%83.json", "a%22b%5C%3B.json", "a%0Ab", "caf%E9.json"),
        *("folder/", "a//b", "%2e%2e/%2e%2e/etc/passwd", "nul.json", "$document_root", "a%7Db"),
        *("", "x.php", ".htaccess", "_headers", "y" * 300, "a'b", "%25zz", "C:/x"),
    ],
)
def test_hostile_paths_are_served_and_stay_inside(made, make, path):
    url = f"{make.host}/{path}"
    made.read(hosted(make, 1, url))
    done = made.export()
    assert done.complete == 0  # its picture is missing
    assert json.loads(made.served(url)[0])["uid"] == "1"
    files = {one.relative_to(made.folder).parts[:2] for one in made.folder.rglob("*")}
    assert all(parts[0] == HOST for parts in files)


def test_what_is_file_and_folder_is_both(made, make):
    urls = [f"{make.host}/a", f"{make.host}/a/b", f"{make.host}/A/c"]
    made.read(*(hosted(make, number, url) for number, url in enumerate(urls, 1)))
    made.export()
    for number, url in enumerate(urls, 1):
        assert json.loads(made.served(url)[0])["uid"] == str(number)
    steps = {key(one.name) for one in (made.folder / HOST / "site").iterdir()}
    assert len(steps) == len([*(made.folder / HOST / "site").iterdir()])


def test_a_second_run_changes_nothing_and_a_zip_is_the_same_again(made, make, files):
    made.read(make.found(1, image=make.baked(1)))
    first = made.export()
    before = files(made.folder)
    again = made.export()
    assert files(made.folder) == before
    assert (again.written, again.already_there) == (0, first.written)
    zipped = made.export(zipped=True)
    data = (made.folder / f"{HOST}.zip").read_bytes()
    assert made.export(zipped=True).written == 0
    assert (made.folder / f"{HOST}.zip").read_bytes() == data
    with zipfile.ZipFile(made.folder / f"{HOST}.zip") as pack:
        names = set(pack.namelist())
        assert pack.read(f"{HOST}/nginx.conf").decode() == made.text("nginx.conf")
    assert zipped.at.endswith(".zip")
    assert names == {name for name in before if name.startswith(HOST)}


def test_only_its_own_files_are_replaced_and_removed(made, make, archive):
    made.read(make.found(1), make.found(2))
    made.export()
    site = made.folder / HOST / "site"
    (site / "mine.txt").write_text("mine")
    learner = archive.one("select id from assertion where hosted_url = ?", make.url(2))[0]
    done = made.export(assertion_id=learner)
    assert done.removed == 2
    assert not (site / "assertions/1.json").exists()
    assert (site / "mine.txt").read_text() == "mine"
    (site / "assertions/2.json").write_text("changed by hand")
    with pytest.raises(errors.Usage, match="not a file of ours"):
        made.export()


def test_a_file_makes_way_for_a_folder_and_the_other_way_round(made, make, archive):
    one, below = f"{make.host}/a", f"{make.host}/a/b"
    made.read(hosted(make, 1, one))
    made.export()
    assert (made.folder / HOST / "site/a").is_file()
    made.read(hosted(make, 2, below))
    made.export()
    assert (made.folder / HOST / "site/a/index.html").is_file()
    number = archive.one("select id from assertion where hosted_url = ?", one)[0]
    made.export(assertion_id=number)
    assert (made.folder / HOST / "site/a").is_file()


def test_somebody_elses_zip_is_not_replaced(made, make):
    made.read(make.found(1))
    made.folder.mkdir()
    (made.folder / f"{HOST}.zip").write_bytes(b"else")
    with pytest.raises(errors.Usage, match="another file"):
        made.export(zipped=True)
    with zipfile.ZipFile(made.folder / f"{HOST}.zip", "w") as pack:
        pack.writestr(f"{HOST}/manifest.json", '{"made_by": "somebody else"}')
    with pytest.raises(errors.Usage, match="another file"):
        made.export(zipped=True)


def test_its_own_zip_is_replaced_when_the_archive_knows_more(made, make):
    made.read(make.found(1))
    first = made.export(zipped=True)
    made.read(make.found(2))
    again = made.export(zipped=True)
    assert again.files > first.files
    assert again.written > 0


def test_what_was_recovered_and_what_lived_is_put_back(made, make):
    made.read(make.found(1, badge_class=None, issuer=None))
    badge_class, issuer = make.json(make.badge_class(1)), make.json(make.issuer())
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    page = b"<html>what to do</html>"
    base = {"outcome": "recovered", "captured_at": "2015-01-02T03:04:05Z"}
    webanswers.keep(
        made.archive,
        [
            WebAnswer(
                f"{make.host}/classes/1.json", "live", "badge_class", "alive", body=badge_class
            ),
            WebAnswer(f"{make.host}/issuer.json", "wayback", "issuer", body=issuer, **base),
            WebAnswer(f"{make.host}/classes/1.png", "warc", "image", body=svg, **base),
            WebAnswer(
                f"{make.host}/classes/1.html",
                *("wayback", "page"),
                body=page,
                media_type="text/html; charset=ISO-8859-1",
                **base,
            ),
        ],
    )
    done = made.export()
    assert (done.complete, done.missing_others, done.recovered) == (1, 0, 3)
    assert made.served(f"{make.host}/classes/1.json") == (badge_class, "application/json")
    assert made.served(f"{make.host}/classes/1.png") == (svg, "image/svg+xml")
    assert made.served(f"{make.host}/classes/1.html") == (page, "text/html")
    manifest = made.manifest()
    assert manifest[f"{make.host}/classes/1.json"]["came_from"] == "live"
    assert manifest[f"{make.host}/issuer.json"]["captured_at"] == "2015-01-02T03:04:05Z"
    config = made.text("nginx.conf")
    assert 'charset "iso-8859-1"' in config
    assert config.count("Content-Security-Policy") == 2
    headers = made.text("site/_headers")
    assert "/classes/1.png\n  Content-Type: image/svg+xml\n  Content-Security-Policy" in headers
    assert "/classes/1.html\n  Content-Security-Policy" in headers


def test_a_web_page_where_a_picture_was_is_not_put_back(made, make):
    made.read(make.found(1))
    url = f"{make.host}/classes/1.png"
    answer = WebAnswer(url, "wayback", "image", "recovered", body=b"<html>", media_type="image/png")
    webanswers.keep(made.archive, [answer])
    made.export()
    assert url not in made.manifest()


def test_what_the_issuer_took_back_stays_away(made, make):
    made.read(make.found(1))
    answer = WebAnswer(make.url(1), "live", "assertion", "revoked", body=b'{"revoked": true}')
    webanswers.keep(made.archive, [answer])
    assert made.export().complete == 0
    (row,) = [row for row in made.rows("missing.csv") if row["url"] == make.url(1)]
    assert "revoked" in row["why"]


def test_what_a_learner_had_deleted_stays_out_unless_it_is_wanted(made, make):
    made.read(make.found(1), make.found(2, deleted=True))
    with gathered(made.archive, Choice()) as found:
        assert (found.badges, found.deleted) == (1, 1)
    made.export()
    assert make.url(2) not in made.manifest()
    made.export(with_deleted=True)
    assert make.url(2) in made.manifest()


def test_a_baked_image_stands_where_the_assertion_says(made, make):
    url = f"{make.host}/baked/1.png"
    document = make.assertion(1, image=url)
    image = make.baked(1, image=url)
    made.read(make.found(1, assertion=make.json(document), image=image))
    made.export()
    assert made.served(url) == (image, "image/png")
    assert made.manifest()[url]["came_from"] == "found"


def test_a_signed_badge_needs_key_and_revocation_list(made, make, sign):
    document = make.assertion(1, verify={"type": "signed", "url": f"{make.host}/key.pem"})
    issuer = make.issuer(revocationList=f"{make.host}/revoked.json", image=f"{make.host}/i.png")
    made.read(
        Found(
            "jws",
            jws=sign(document),
            badge_class=make.json(make.badge_class(1)),
            issuer=make.json(issuer),
        )
    )
    key = b"-----BEGIN PUBLIC KEY-----\n"
    webanswers.keep(
        made.archive,
        [WebAnswer(f"{make.host}/key.pem", "wayback", "key", "recovered", body=key)],
    )
    made.export()
    assert made.served(f"{make.host}/key.pem") == (key, "text/plain")
    missing = {row["url"]: row["needed"] for row in made.rows("missing.csv")}
    assert missing[f"{make.host}/revoked.json"] == "yes"
    assert missing[f"{make.host}/i.png"] == "no"


def test_embedded_documents_and_keys_lead_on(made, make):
    issuer = make.issuer(publicKey=[f"{make.host}/k1.json", {"id": f"{make.host}/k2.json"}])
    document = make.assertion(1, badge=make.badge_class(1, issuer=issuer))
    made.read(Found("one", assertion=make.json(document), hosted_url=make.url(1)))
    made.export()
    missing = {row["url"] for row in made.rows("missing.csv")}
    assert {f"{make.host}/k1.json", f"{make.host}/k2.json"} <= missing
    assert f"{make.host}/classes/1.json" not in missing


def test_a_badge_known_by_its_address_alone_is_followed_through_the_web(made, make):
    made.read(Found("address", hosted_url=make.url(1)))
    made.export()
    assert [row["url"] for row in made.rows("missing.csv")] == [make.url(1)]
    answer = WebAnswer(
        make.url(1), "wayback", "assertion", "recovered", body=make.json(make.assertion(1))
    )
    webanswers.keep(made.archive, [answer])
    made.export()
    assert make.url(1) in made.manifest()
    assert f"{make.host}/classes/1.json" in {row["url"] for row in made.rows("missing.csv")}


def test_addresses_nobody_can_serve_are_told(made, make):
    urls = ["https://ann:secret@issuer.example/1", f"{make.host}/%00"]
    classes = [make.badge_class(1, image=url) for url in urls]
    made.read(*(make.found(n, badge_class=make.json(one)) for n, one in enumerate(classes, 1)))
    with gathered(made.archive, Choice()) as found:
        assert found.odd_count == 2
        assert "secret" not in str(found.odd)


def test_http_and_https_are_one_file_and_differences_are_told(made, make):
    one, other = f"{make.host}/x", f"http://{HOST}/x"
    made.read(hosted(make, 1, one), hosted(make, 2, other))
    made.export()
    (entry,) = [each for each in made.manifest().values() if each["kind"] == "assertion"]
    assert [entry["url"], *entry["also"]] == sorted((one, other))
    assert "different files" in entry["note"]


def test_damage_is_told_and_the_rest_is_written(made, make, damage):
    made.read(make.found(1), make.found(2))
    damage(
        made.archive,
        "update document set content = '{}' where id = (select document_id from assertion limit 1)",
    )
    done = made.export()
    assert done.damages == 1
    assert make.url(1) in done.damaged[0]
    assert make.url(2) in made.manifest()


def test_derived_documents_are_put_back_only_where_nothing_was_found(
    made, archive, reader, sample_dump
):
    reader.file(archive, sample_dump)
    host = "franken.example.org"
    done = made.export(host)
    assert (done.badges, done.complete, done.derived) == (1, 1, 4)
    manifest = made.manifest(host)
    assert {one["came_from"] for one in manifest.values()} == {"derived"}
    assert "not found as such" in made.text("README.txt", host)


def test_every_address_of_every_fixture_is_served_as_the_manifest_says(
    made, archive, reader, sample_dump, sample_zip
):
    reader.file(archive, sample_dump)
    reader.file(archive, sample_zip)
    with gathered(archive, Choice(with_deleted=True)) as found:
        for host in matching(found, ["all"]):
            done = export_site(archive, found, host, made.folder)
            folder = made.folder / host.replace(":", "_")
            entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
            rules = Nginx((folder / "nginx.conf").read_text(encoding="utf-8"))
            for entry in entries:
                address = locate(entry["url"])
                file, media_type = rules.get(unquote(address.path), address.query)
                assert (f"site{file}", media_type) == (entry["file"], entry["media_type"])
                assert (folder / entry["file"]).stat().st_size == entry["bytes"]
            assert done.files == len(entries)

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from joserfc.jwk import OKPKey
from keyring.errors import KeyringLocked

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.proof import manifest
from migrator.archive.proof.comparison import Compared, Difference, compare, read_manifest
from migrator.archive.proof.hashtree import HashTree
from migrator.archive.proof.signature import Key, keep_key, kept_key, read_key, write_key


def quiet(seen):
    assert seen > 0


@pytest.fixture
def outcomes(make):
    return [make.found(n, image=make.baked(n)) for n in range(5)] + [make.found(9)]


@pytest.fixture
def filled(archive, reader, tmp_path, outcomes):
    reader.outcomes(archive, tmp_path, outcomes)
    return archive


@pytest.fixture
def file(tmp_path):
    return tmp_path / "archive.manifest"


@pytest.fixture
def compared(file):
    def run(archive, **how):
        found = []

        def tell(difference, entry):
            found.append((difference, entry.kind))

        return compare(archive, file, tell, quiet, **how), found

    return run


def test_the_root_is_the_same_however_the_archive_was_put_together(
    filled, other, reader, tmp_path, outcomes
):
    one = manifest.root(filled, quiet)
    for outcome in reversed(outcomes):
        reader.outcomes(other, tmp_path, [outcome])
    assert other.all("select id, digest from document") != filled.all(
        "select id, digest from document"
    )
    assert manifest.root(other, quiet) == one == manifest.root(filled, quiet, quick=True)
    assert (one.documents, one.images) == (6 + 3 + 1, 5)


def test_the_root_is_another_when_any_byte_is(filled, other, reader, tmp_path, outcomes, make):
    reader.outcomes(other, tmp_path, [*outcomes, make.found(10)])
    assert manifest.root(other, quiet).root != manifest.root(filled, quiet).root


def test_an_empty_archive_has_a_root_too(archive):
    assert manifest.root(archive, quiet).root == sha256(b"").hexdigest()


def test_anybody_can_compute_the_root_from_the_lines(filled, file):
    header = manifest.write(filled, file, quiet, Key.new())
    first, _signature, *lines = file.read_bytes().splitlines()
    tree = HashTree()
    for line in lines:
        tree.add(line)
    assert json.loads(first)["root"] == tree.root.hex() == header.root
    assert json.loads(first)["created"] == "2026-11-23T09:00:00.000Z"
    digests = [json.loads(line)["digest"] for line in lines]
    assert digests == sorted(digests)
    assert len(digests) == header.documents + header.images
    assert sum(json.loads(line)["size"] for line in lines) == header.size


def test_two_manifests_of_one_moment_are_one_and_the_same_file(filled, file, tmp_path):
    manifest.write(filled, file, quiet)
    copy = tmp_path / "copy.db"
    filled.conn.execute("vacuum into ?", (str(copy),))
    with Archive.open(copy, filled.now) as opened:
        manifest.write(opened, tmp_path / "again", quiet)
    assert file.read_bytes() == (tmp_path / "again").read_bytes()
    assert list(tmp_path.glob("*.part")) == []


def test_a_damaged_archive_gets_no_root_and_no_manifest(filled, file):
    filled.conn.execute("update image set splice = x'00' where id = 3")
    for attempt in (
        lambda: manifest.root(filled, quiet),
        lambda: manifest.write(filled, file, quiet),
    ):
        with pytest.raises(errors.ArchiveDamaged, match="image 3"):
            attempt()
    assert not file.exists()
    filled.conn.execute("update document set digest = 17 where id = 1")
    with pytest.raises(errors.ArchiveDamaged, match="document 1"):
        manifest.root(filled, quiet, quick=True)


def test_an_archive_sqlite_cannot_read_gets_no_root(filled):
    filled.conn.execute("pragma foreign_keys = off")
    filled.conn.execute("drop table image")
    with pytest.raises(errors.ArchiveDamaged, match="no such table"):
        manifest.root(filled, quiet)


def test_a_content_sqlite_cannot_read_is_not_whole(filled):
    filled.conn.execute("update document set content = 17, size = 5000000 where id = 1")
    with pytest.raises(errors.ArchiveDamaged, match="document 1"):
        manifest.root(filled, quiet)


def test_a_manifest_that_cannot_be_written_says_so(filled, tmp_path):
    with pytest.raises(errors.Usage, match="cannot be written"):
        manifest.write(filled, tmp_path / "no" / "folder", quiet)


def test_an_archive_is_as_its_manifest_says(filled, file, compared):
    key = Key.new()
    manifest.write(filled, file, quiet, key)
    signed = read_manifest(file)
    assert signed.key.fingerprint == key.fingerprint
    assert compared(filled) == (Compared(15, 0, 0, 0), [])
    assert compared(filled, quick=True)[0].same == 15


def test_what_is_missing_added_and_changed_is_told(filled, file, compared, reader, tmp_path, make):
    manifest.write(filled, file, quiet)
    reader.outcomes(filled, tmp_path, [make.found(10), make.found(11, image=make.baked(11))])
    filled.conn.execute("pragma foreign_keys = off")
    filled.conn.execute("delete from document where id = 4")
    filled.conn.execute("update document set content = 'x' where id = 2")
    filled.conn.execute("update image set splice = x'00' where id = 3")
    filled.conn.execute("update image set size = 1 where id = 4")
    filled.conn.execute("delete from artwork")
    done, found = compared(filled)
    added = [(Difference.ADDED, "document")] * 2 + [(Difference.ADDED, "image")]
    changed = [(Difference.CHANGED, "document")] + [(Difference.CHANGED, "image")] * 5
    assert sorted(found) == sorted([*added, *changed, (Difference.MISSING, "document")])
    assert done == Compared(8, 1, 3, 6)
    assert compared(filled, quick=True)[0] == Compared(13, 1, 3, 1)


def test_an_empty_archive_lacks_everything_and_an_empty_manifest_nothing(
    filled, other, file, compared
):
    manifest.write(filled, file, quiet)
    assert compared(other)[0] == Compared(0, 15, 0, 0)
    manifest.write(other, file, quiet)
    assert compared(filled)[0] == Compared(0, 0, 15, 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines[:-1], "do not give the root"),
        (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "out of order"),
        (lambda lines: [*lines[:4], lines[4], *lines[4:]], "out of order"),
        (lambda lines: [*lines, b"[]"], "none of a manifest's"),
        (lambda lines: [*lines, b'{"digest":"zz","kind":"image","size":1}'], "none of"),
        (lambda lines: [*lines, lines[-1].replace(b"document", b"picture")], "none of"),
        (lambda lines: [*lines[:-1], lines[-1] + b" "], "none of"),
        (lambda lines: [*lines[:-1], lines[-1].replace(b":", b":1", 3)], "none of"),
        (lambda lines: [lines[0].replace(b"2026", b"2025"), *lines[1:]], "signature does not fit"),
        (lambda lines: [lines[0], lines[1].replace(b"..", b".x."), *lines[2:]], "signature"),
        (lambda lines: [lines[0], b'{"signature":1,"public_key":"!"}', *lines[2:]], "public key"),
        (lambda lines: [*lines, b"[" * 100_000], "none of"),
    ],
)
def test_a_manifest_that_was_meddled_with_is_found_out(filled, file, change, words):
    manifest.write(filled, file, quiet, Key.new())
    file.write_bytes(b"\n".join(change(file.read_bytes().splitlines())) + b"\n")
    with pytest.raises(errors.ArchiveDamaged, match=words):
        read_manifest(file)


def test_a_manifest_cut_off_in_its_last_line_is_found_out(filled, file):
    manifest.write(filled, file, quiet)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(errors.ArchiveDamaged):
        read_manifest(file)


def test_another_size_with_the_same_digest_is_found_out_by_the_root(filled, file):
    manifest.write(filled, file, quiet)
    *lines, last = file.read_bytes().splitlines()
    size = json.loads(last)["size"]
    lines.append(last.replace(b":%d}" % size, b":%d}" % (size + 1)))
    file.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(errors.ArchiveDamaged, match="root"):
        read_manifest(file)


@pytest.mark.parametrize("text", ["", "hello\n", "{}\n", '{"manifest": "badge-migrator 1"}\n'])
def test_what_is_no_manifest_says_so(file, text):
    file.write_text(text)
    with pytest.raises(errors.Usage, match="not a manifest"):
        read_manifest(file)


def test_a_manifest_of_a_newer_kind_is_not_taken_for_ours(filled, file):
    manifest.write(filled, file, quiet)
    file.write_bytes(file.read_bytes().replace(b"badge-migrator 1", b"badge-migrator 2", 1))
    with pytest.raises(errors.Usage, match="newer"):
        read_manifest(file)


def test_a_manifest_that_is_not_there_says_so(file):
    with pytest.raises(errors.Usage, match="cannot be read"):
        read_manifest(file)


def test_only_the_trusted_key_counts(filled, file, tmp_path):
    ours, theirs = Key.new(), Key.new()
    manifest.write(filled, file, quiet, ours)
    public = Key.from_pem(ours.pem(secret=False))
    assert not public.secret
    assert read_manifest(file, public).key.fingerprint == ours.fingerprint
    with pytest.raises(errors.ArchiveDamaged, match="another key"):
        read_manifest(file, theirs)
    unsigned = tmp_path / "unsigned"
    manifest.write(filled, unsigned, quiet)
    assert read_manifest(unsigned).key is None
    with pytest.raises(errors.ArchiveDamaged, match="not signed"):
        read_manifest(unsigned, public)


def test_a_key_file_is_for_its_owner_alone_and_never_written_over(tmp_path):
    path = tmp_path / "key"
    key = Key.new()
    public = write_key(path, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert public == tmp_path / "key.pub"
    assert "PRIVATE" not in public.read_text()
    assert read_key(path).secret
    assert read_key(public).fingerprint == read_key(path).fingerprint == key.fingerprint
    with pytest.raises(errors.Usage, match="File exists"):
        write_key(path, Key.new())
    assert read_key(path).fingerprint == key.fingerprint


_P256 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize("text", ["", "secret", _P256])
def test_what_is_no_key_says_so(tmp_path, text):
    (tmp_path / "key").write_text(text)
    with pytest.raises(errors.Usage, match="cannot be read as a key"):
        read_key(tmp_path / "key")


def test_a_key_on_another_curve_is_refused(tmp_path):
    other = OKPKey.generate_key("X25519").as_pem(private=False).decode()
    with pytest.raises(ValueError, match="no Ed25519 key"):
        Key.from_pem(other)


class Ring:
    """A keyring for one test; `broken` locks it, `forgetful` keeps nothing."""

    broken = forgetful = False

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        if self.broken:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        if not self.forgetful:
            self.kept[service, username] = password


@pytest.fixture
def ring(monkeypatch):
    one = Ring()
    monkeypatch.setattr("keyring.get_password", one.get_password)
    monkeypatch.setattr("keyring.set_password", one.set_password)
    return one


def test_a_key_can_live_in_the_keyring(ring):
    with pytest.raises(errors.Usage, match="no signing key"):
        kept_key()
    key = Key.new()
    keep_key(key)
    assert kept_key().fingerprint == key.fingerprint
    with pytest.raises(errors.Usage, match="already"):
        keep_key(Key.new())
    assert kept_key().fingerprint == key.fingerprint


def test_a_keyring_that_does_not_work_says_so(ring):
    ring.forgetful = True
    with pytest.raises(errors.Usage, match="keeps no keyring"):
        keep_key(Key.new())
    ring.broken = True
    with pytest.raises(errors.Usage, match="cannot be used"):
        keep_key(Key.new())
    with pytest.raises(errors.Usage, match="no signing key"):
        kept_key()


def test_the_key_is_never_in_the_archive(filled, file, tmp_path):
    key = Key.new()
    write_key(tmp_path / "key", key)
    manifest.write(filled, file, quiet, key)
    secret = key.pem(secret=True).splitlines()[1].encode()
    assert secret not in filled.path.read_bytes()
    assert secret not in file.read_bytes()


def test_files_are_listed_without_sorting(filled):
    plan = [row["detail"] for row in filled.all(f"explain query plan {manifest._ENTRIES}")]
    assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan)

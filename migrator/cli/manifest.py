"""`badge-migrator manifest`: prove that two copies are one, or that nothing has changed since."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrator import errors
from migrator.cli.console import Console, complain
from migrator.cli.options import DEFAULT_ARCHIVE, ArchiveFile, AsJson

if TYPE_CHECKING:
    from migrator.archive.proof.comparison import Compared, Difference, Signed
    from migrator.archive.proof.manifest import Entry
    from migrator.archive.proof.signature import Key

_LISTED_JSON = 1_000

manifest = typer.Typer(
    help="One line that stands for every kept file, and a signed list of them.",
    no_args_is_help=True,
)
ManifestFile = Annotated[Path, typer.Argument(metavar="FILE", help="The manifest.")]
Quick = Annotated[
    bool,
    typer.Option("--quick", help="Believe the digests noted in the archive; do not read it back."),
]
InKeyring = Annotated[
    bool, typer.Option("--keyring", help="Use the signing key in the system keyring.")
]


@manifest.command()
def root(
    archive_file: ArchiveFile = DEFAULT_ARCHIVE, quick: Quick = False, as_json: AsJson = False
) -> None:
    """Print the root: one line that is the same for two copies, and differs for any other two.

    Every document and image is read back for it. It depends on their bytes alone.
    """
    from migrator.archive.archive import Archive
    from migrator.archive.proof.manifest import root as compute
    from migrator.cli.progress import progress

    with Archive.read(archive_file) as opened, progress("Reading back", unit="files") as show:
        found = compute(opened, show, quick=quick)
    console = Console(as_json)
    console.say(found.root)
    console.result("manifest_root", found)


@manifest.command()
def write(
    file: ManifestFile,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    key_file: Annotated[
        Path | None, typer.Option("--key", metavar="KEYFILE", help="Sign with this key.")
    ] = None,
    in_keyring: InKeyring = False,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Write a list of every kept document and image, with the root, signed where a key is given."""
    from dataclasses import asdict

    from migrator.archive.archive import Archive
    from migrator.archive.proof.manifest import write as write_manifest
    from migrator.cli.progress import progress

    key = _key(key_file, in_keyring=in_keyring)
    if key is not None and not key.secret:
        raise errors.Usage(
            f"{key_file} is a public key, which cannot sign.", "Name the file of the whole key."
        )
    with Archive.read(archive_file) as opened, progress("Reading back", unit="files") as show:
        header = write_manifest(opened, file, show, key, quick=quick)
    console = Console(as_json)
    console.say(f"{header.documents:,} documents and {header.images:,} images are in {file}.")
    console.say(f"Root: {header.root}")
    console.say(f"Signed with key {key.fingerprint}." if key else "It is not signed (see --key).")
    signer = key.fingerprint if key else None
    console.result("manifest", {"file": str(file), **asdict(header), "key": signer})
    console.last("Keep it apart from the archive. Later: badge-migrator manifest verify FILE")


@manifest.command()
def verify(
    file: ManifestFile,
    archive_file: ArchiveFile = DEFAULT_ARCHIVE,
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key", metavar="KEYFILE", help="Accept only what this key has signed."
        ),
    ] = None,
    in_keyring: InKeyring = False,
    quick: Quick = False,
    as_json: AsJson = False,
) -> None:
    """Read an archive back and say which files are missing, added or changed since the manifest.

    Ends with 6 when any is missing or changed, or the manifest itself cannot be trusted.
    """
    from migrator.archive.archive import Archive
    from migrator.archive.proof.comparison import compare, read_manifest
    from migrator.cli.progress import progress

    trusted = _key(public_key, in_keyring=in_keyring)
    console = Console(as_json)
    listed: list[dict[str, object]] = []

    def tell(difference: Difference, entry: Entry) -> None:
        console.say(f"{difference.value}: {entry.kind} {entry.digest.hex()} ({entry.size:,} bytes)")
        if as_json and len(listed) < _LISTED_JSON:
            facts = {"kind": entry.kind, "digest": entry.digest.hex(), "size": entry.size}
            listed.append({"difference": difference.value, **facts})

    with Archive.read(archive_file) as opened:
        signed = read_manifest(file, trusted)
        total = signed.header.documents + signed.header.images
        with progress("Reading back", total, "files") as show:
            compared = compare(opened, file, tell, show, quick=quick)
    _say_signed(console, signed, trusted)
    _finish(console, signed, compared, listed)


@manifest.command()
def key(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Where the key goes, its public half beside it; without, the system keyring.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key to sign manifests with, in a file only you can read or in the system keyring."""
    from migrator.archive.proof.signature import Key, keep_key, write_key

    console = Console(as_json)
    made = Key.new()
    if file is None:
        keep_key(made)
        console.say("The key is in the system keyring; sign with --keyring.")
    else:
        public = write_key(file, made)
        console.say(f"The key is in {file}: keep it secret, and apart from the archive.")
        console.say(f"Its public half is in {public}: give it to whoever is to verify.")
    console.say(made.pem(secret=False).rstrip())
    public_half = made.pem(secret=False)
    facts = {"fingerprint": made.fingerprint, "public_key": public_half}
    console.result("key", {"file": None if file is None else str(file), **facts})
    console.last(f"Fingerprint: {made.fingerprint}")


def _key(file: Path | None, *, in_keyring: bool) -> Key | None:
    from migrator.archive.proof.signature import kept_key, read_key

    if file is not None and in_keyring:
        raise errors.Usage("A key file and --keyring are two keys.", "Name one of them.")
    if in_keyring:
        return kept_key()
    return None if file is None else read_key(file)


def _say_signed(console: Console, signed: Signed, trusted: Key | None) -> None:
    created = signed.header.created
    if signed.key is None:
        console.say(f"The manifest of {created} is whole, but nobody has signed it.")
    elif trusted is None:
        console.say(f"The manifest of {created} is signed with key {signed.key.fingerprint}.")
        complain(
            "Whose key that is, the manifest cannot say. Name the key you trust with --public-key."
        )
    else:
        console.say(f"The manifest of {created} is signed with the key you trust.")


def _finish(
    console: Console, signed: Signed, compared: Compared, listed: list[dict[str, object]]
) -> None:
    from dataclasses import asdict

    facts = {
        **asdict(compared),
        "root": signed.header.root,
        "created": signed.header.created,
        "key": signed.key.fingerprint if signed.key else None,
        "differences": listed,
    }
    console.result("manifest_verified", facts)
    console.say(
        f"{compared.same:,} files are as the manifest says; missing: {compared.missing:,},"
        f" changed: {compared.changed:,}, added since: {compared.added:,}."
    )
    if compared.missing or compared.changed:
        console.last(
            "This is not what the manifest was written for."
            " Next: badge-migrator check, or take the archive from your backup."
        )
        raise typer.Exit(errors.ArchiveDamaged.exit_code)
    if compared.added:
        console.last("Nothing is lost. Files were added since; write a new manifest to cover them.")
    else:
        console.last("Every file is as the manifest says, and there is no other.")

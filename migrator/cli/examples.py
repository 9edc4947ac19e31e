"""Examples for each command's help, on the data of `badge-migrator demo`; a test runs every one.

In a test badgr:eu is a rehearsal backpack, and the folder holds what the examples name.
"""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """What somebody wants, and what is typed for it after `badge-migrator`."""

    what: str
    typed: str


_OWN = {
    "archive": (
        Example("Keep all badges of a Mozilla Backpack export:", "archive mozilla-export.zip"),
        Example("Keep those of a folder full of files:", "archive downloads --archive mine.db"),
    ),
    "status": (
        Example("See how many badges there are, and where:", "status"),
        Example("Answer a learner who asks:", "status maria@example.org"),
        Example("Find a badge by a part of its title:", 'status "html basics"'),
        Example("See who awarded them:", "status --by issuer"),
    ),
    "migrate": (
        Example(
            "Move the badges of an export to your backpack:",
            "migrate mozilla-export.zip --to badgr:eu --as maria@example.org",
        ),
    ),
    "login": (Example("Sign in to your backpack:", "login badgr:eu --as maria@example.org"),),
    "album": (
        Example("Look at one learner's badges in a browser:", "album --learner maria@example.org"),
        Example(
            "Make a file that can be sent by mail:",
            "album --learner maria@example.org --zip --to maria.zip",
        ),
    ),
    "export images": (Example("Save the pictures of all badges:", "export images pictures"),),
    "export documents": (
        Example(
            "Save one learner's badges as documents:",
            "export documents documents --learner maria@example.org",
        ),
    ),
    "export bagit": (Example("Hand everything to a library:", "export bagit bag"),),
    "export learner": (
        Example("Give a learner what is theirs:", "export learner maria@example.org maria.zip"),
    ),
    "export restore-site": (
        Example("See which hosts could be put up again:", "export restore-site"),
        Example(
            "Make the files of one host, to be sent to its owner:",
            "export restore-site --host badges.webmaking.example.org --zip",
        ),
    ),
    "export bulk-award": (
        Example(
            "Make the table for an award in bulk:",
            'export bulk-award awards.csv --badge-class "HTML Basics=abc123"',
        ),
    ),
}
_MANY = {
    "accounts import": (
        Example(
            "Say which address has which account:", "accounts import accounts.csv --to badgr:eu"
        ),
        Example(
            "Take a table with other headings:",
            "accounts import people.csv --to badgr:eu --set column.email=Mail"
            " --set column.account=Login",
        ),
    ),
    "accounts list": (Example("See who has no account yet:", "accounts list --to badgr:eu"),),
    "accounts check": (
        Example(
            "Try every account, passwords from a password store:",
            "accounts check --to badgr:eu --password-command 'pass show badgr/{username}'",
        ),
    ),
    "verify": (
        Example("Ask all issuers:", "verify"),
        Example("Ask one host again:", "verify --host badges.webmaking.example.org --again"),
    ),
    "recover": (
        Example("Look for everything that is lost:", "recover"),
        Example("Look in a web archive's file you have:", "recover --warc crawl.warc.gz"),
    ),
    "plan": (
        Example("See what would happen to each badge:", "plan --to badgr:eu"),
        Example(
            "See why a badge cannot be moved:",
            'plan --to badgr:eu --explain "robot driver maria"',
        ),
        Example(
            "Plan only what one issuer awarded since 2014:",
            'plan --to badgr:eu --issuer "Web Making Guild" --issued-after 2014-01-01',
        ),
    ),
    "push": (
        Example(
            "Try ten badges of one learner first:",
            "push --to badgr:eu --learner maria@example.org --limit 10",
        ),
        Example("See what would be sent, and send nothing:", "push --to badgr:eu --dry-run"),
        Example(
            "Push at night, and stop before the day begins:",
            "push --to badgr:eu --until 06:00 --yes",
        ),
        Example(
            "Push one of a thousand parts, of which four are pushed at once:",
            "push --to badgr:eu --shard 17/1000 --side-by-side 4",
        ),
    ),
    "cluster run": (
        Example("Push in two processes of this computer:", "cluster run --to badgr:eu"),
    ),
    "cluster submit": (
        Example(
            "Put a hundred shards into a queue, of which four run at once:",
            "cluster submit --to badgr:eu --shards 100 --side-by-side 4",
        ),
    ),
    "cluster worker": (
        Example("Push shards from the queue until none is left:", "cluster worker"),
    ),
    "cluster status": (Example("See how far the workers are:", "cluster status"),),
    "reconcile": (
        Example("See what differs, and change nothing:", "reconcile --to badgr:eu --dry-run"),
        Example(
            "Send again what one learner has deleted over there:",
            "reconcile --to badgr:eu --learner maria@example.org --send-again",
        ),
    ),
    "retry": (
        Example("After the backpack's trouble is over:", "retry --to badgr:eu"),
        Example(
            "After an issuer's host is back:", "retry --to badgr:eu --reason host_dead --check"
        ),
    ),
    "reaward map": (
        Example(
            "See what would be made, then say yes:",
            "reaward map --to badgr:eu --as badges@example.org --create-missing",
        ),
    ),
    "reaward run": (
        Example(
            "See what would be awarded:",
            "reaward run --to badgr:eu --as badges@example.org --dry-run",
        ),
    ),
    "reaward status": (Example("See how far it is:", "reaward status --to badgr:eu"),),
    "letter": (
        Example("Write to the owner of a host:", "letter --host badges.webmaking.example.org"),
    ),
    "report": (
        Example("Make the page for the board:", "report"),
        Example("Add tables, without addresses:", "report --csv-pack tables --mask"),
        Example("Write to each learner:", "report --letters letters --format text"),
    ),
}
_CARE = {
    "datasette-metadata": (
        Example("Describe the tables for Datasette:", "datasette-metadata metadata.json"),
    ),
    "note": (
        Example(
            "Remember what was agreed:",
            'note maria@example.org "Will confirm the new address this week."',
        ),
    ),
    "serve": (
        Example("Open the desk on this computer:", "serve --open"),
        Example("Show it to people who are not to see addresses:", "serve --mask"),
    ),
    "check": (
        Example("Read everything back:", "check"),
        Example("Read a part of a large archive, every day another:", "check --sample 5%"),
    ),
    "manifest root": (Example("Print the line to write down elsewhere:", "manifest root"),),
    "manifest key": (Example("Make a key to sign with:", "manifest key signing-key.pem"),),
    "manifest write": (Example("Write the list, not signed:", "manifest write manifest.json"),),
    "manifest verify": (
        Example("See whether anything has changed since:", "manifest verify manifest.json"),
    ),
    "learner list": (Example("Find a learner:", "learner list maria"),),
    "learner merge": (
        Example(
            "Two learners are one person:",
            "learner merge maria@example.org joerg@example.net --yes",
        ),
    ),
    "learner split": (
        Example(
            "An address is somebody else's:",
            "learner split maria.garcia@school.example.edu --yes",
        ),
    ),
    "learner add-email": (
        Example(
            "A learner has one more address:",
            "learner add-email maria@example.org maria@example.com --yes",
        ),
    ),
    "merge": (Example("Take over a colleague's archive:", "merge other.db"),),
    "forget": (Example("Somebody wants to be forgotten:", "forget joerg@example.net"),),
    "restore": (Example("Get the original files back:", "restore originals"),),
}
_TRY = {
    "demo": (Example("See the whole journey:", "demo"),),
    "rehearse serve": (
        Example(
            "Start a backpack that plays badgr, and the issuers of an archive:",
            "rehearse serve --from-archive badge-archive.db --account maria@example.org",
        ),
        Example(
            "Start one that fails now and then:",
            "rehearse serve --account maria@example.org --fail 5 --slow 0.2",
        ),
    ),
    "rehearse site": (Example("Try a restored site:", "rehearse site restore-site"),),
    "inspect": (
        Example("See what a file is:", "inspect mozilla-export.zip"),
        Example("See how a table would be read:", "inspect people.csv --set column.email=Mail"),
    ),
    "adapters": (Example("See what can be read:", "adapters"),),
    "destinations": (Example("See where badges can go:", "destinations"),),
}
EXAMPLES: dict[str, tuple[Example, ...]] = {**_OWN, **_MANY, **_CARE, **_TRY}
"""The examples by command, such as "export images"."""

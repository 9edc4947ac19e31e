"""Version 1 of the archive: what was read, its normal form, and the push.

What repeats the same for each of a million badges is kept out of the rows: a cohort of 50 KiB
pictures is to stay under 2 % of its size (benchmarks/size.py).
"""

from __future__ import annotations

from sqlite_utils import Database

from migrator.archive.schema.statements import run_statements

_READ = """
create table source (
  id integer primary key,
  adapter text not null,
  place text not null,
  label text not null,
  state text not null check (state in ('reading', 'complete', 'interrupted')),
  first_read_at text not null,
  last_read_at text not null,
  found integer not null default 0,
  archived integer not null default 0,
  known integer not null default 0,
  problems integer not null default 0,
  unique (adapter, place)
);
create table problem (
  id integer primary key,
  source_id integer not null references source (id),
  locator text not null,
  code text not null,
  severity text not null check (severity in ('problem', 'warning')),
  sentence text not null,
  raw blob,
  seen_at text not null,
  unique (source_id, locator, code)
);
create table source_file (
  id integer primary key,
  source_id integer not null references source (id),
  locator text not null,
  digest blob not null,
  size integer not null,
  content blob not null,
  unique (source_id, locator, digest)
);
create table frame (
  id integer primary key,
  digest blob not null unique,
  content blob not null
);
create table document (
  id integer primary key,
  digest blob not null unique,
  kind text not null,
  size integer not null,
  content blob not null,
  frame_id integer references frame (id)
);
create table artwork (
  id integer primary key,
  digest blob not null unique,
  media_type text not null,
  size integer not null,
  content blob not null
);
create table image (
  id integer primary key,
  digest blob not null unique,
  artwork_id integer not null references artwork (id),
  splice_at integer not null,
  splice blob not null,
  size integer not null,
  document_id integer references document (id),
  document_at integer
);
"""

_NORMAL_FORM = """
create table learner (
  id integer primary key,
  name text
);
create table identity (
  id integer primary key,
  learner_id integer not null references learner (id),
  type text not null default 'email',
  value text not null
);
create index identity_learner on identity (learner_id);
create index identity_value on identity (value collate nocase);
create table issuer (
  id integer primary key,
  digest blob not null unique,
  url_id text,
  name text not null,
  url text,
  description text,
  email text,
  image text,
  revocation_list text
);
create table badge_class (
  id integer primary key,
  digest blob not null unique,
  url_id text,
  issuer_id integer references issuer (id),
  name text not null,
  description text,
  image text,
  criteria_url text,
  criteria_narrative text
);
create index badge_class_issuer on badge_class (issuer_id);
create index badge_class_image on badge_class (image);
create table alignment (
  id integer primary key,
  badge_class_id integer not null references badge_class (id),
  target_name text,
  target_url text,
  target_description text,
  target_framework text,
  target_code text
);
create index alignment_badge_class on alignment (badge_class_id);
create table tag (
  id integer primary key,
  badge_class_id integer not null references badge_class (id),
  name text not null
);
create index tag_badge_class on tag (badge_class_id);
create table assertion (
  id integer primary key,
  digest blob not null unique,
  own_identity text,
  identity text as (coalesce(own_identity, 'url:' || hosted_url)) virtual,
  version text,
  badge_class_id integer references badge_class (id),
  learner_id integer references learner (id),
  hosted_url text,
  uid text,
  verification text not null,
  verification_url text,
  recipient_identity text,
  recipient_type text,
  recipient_hashed integer,
  recipient_salt text,
  issued_on text,
  expires text,
  image text,
  narrative text,
  revoked integer not null default 0,
  jws_id integer references document (id),
  document_id integer references document (id),
  image_id integer references image (id),
  richness integer not null
);
create index assertion_learner on assertion (learner_id);
create index assertion_badge_class on assertion (badge_class_id);
create index assertion_image on assertion (image) where image is not null;
create table evidence (
  id integer primary key,
  assertion_id integer not null references assertion (id),
  url text,
  narrative text,
  name text,
  description text,
  genre text,
  audience text
);
create index evidence_assertion on evidence (assertion_id);
create table sighting (
  id integer primary key,
  digest blob not null unique,
  assertion_id integer not null references assertion (id),
  source_id integer not null references source (id),
  locator text not null,
  holder_id integer references identity (id),
  hosted_url text,
  image_id integer references image (id),
  added_at text,
  deleted integer not null default 0,
  seen_at text not null
);
create index sighting_assertion on sighting (assertion_id);
create index sighting_source on sighting (source_id);
create table sighting_document (
  sighting_id integer not null references sighting (id),
  document_id integer not null references document (id),
  kind text not null,
  url text,
  origin text not null,
  primary key (sighting_id, document_id, kind)
) without rowid;
create index sighting_document_url on sighting_document (url, origin, sighting_id)
  where url <> '';
create table collection (
  id integer primary key,
  source_id integer not null references source (id),
  learner_id integer not null references learner (id),
  key text not null,
  name text not null,
  description text,
  public integer not null default 0,
  page_url text,
  locator text not null,
  unique (source_id, key)
);
create index collection_learner on collection (learner_id);
create table collection_assertion (
  collection_id integer not null references collection (id),
  assertion_id integer not null references assertion (id),
  position integer not null,
  story text,
  primary key (collection_id, assertion_id)
);
create index collection_assertion_assertion on collection_assertion (assertion_id);
"""

_PUSH = """
create table verdict (
  id integer primary key,
  assertion_id integer not null references assertion (id),
  account_id integer references account (id),
  checked_at text not null,
  asked text not null check (asked in ('archive', 'web')),
  accepted integer not null,
  reason text,
  detail text
);
create index verdict_assertion on verdict (assertion_id);
create table destination (
  id integer primary key,
  kind text not null,
  url text not null,
  unique (kind, url)
);
create table account (
  id integer primary key,
  destination_id integer not null references destination (id),
  learner_id integer references learner (id),
  username text not null collate nocase,
  addresses text not null default '[]',
  signed_in_at text,
  unique (destination_id, username)
);
create index account_learner on account (learner_id);
create table transfer (
  id integer primary key,
  assertion_id integer not null references assertion (id),
  account_id integer references account (id),
  destination_id integer not null references destination (id),
  route text,
  input text,
  state text not null check (state in
    ('planned', 'sending', 'done', 'already_there', 'waiting', 'refused', 'held')),
  reason text,
  detail text,
  assumed integer not null default 0,
  pending integer not null default 0,
  remote_id text,
  due_at text,
  attempts integer not null default 0,
  changed_at text not null,
  unique (assertion_id, destination_id)
);
create index transfer_state on transfer (destination_id, state, reason);
create index transfer_account on transfer (account_id, state, due_at);
create table run (
  id integer primary key,
  command text not null,
  started_at text not null,
  finished_at text,
  outcome text,
  pid integer not null,
  host text not null
);
create table attempt (
  id integer primary key,
  transfer_id integer not null references transfer (id),
  run_id integer not null references run (id),
  at text not null,
  outcome text not null,
  reason text,
  http_status integer,
  detail text
);
create index attempt_transfer on attempt (transfer_id);
create table removal (
  id integer primary key,
  removed_at text not null,
  badges integer not null
);
create table lease (
  name text primary key,
  run_id integer not null references run (id),
  taken_at text not null,
  expires_at text not null
);
create table remote_collection (
  collection_id integer not null references collection (id),
  account_id integer not null references account (id),
  remote_id text not null,
  filled integer not null default 0,
  primary key (collection_id, account_id)
);
"""

_VIEWS = """
create view badge_overview as
select assertion.id as assertion_id, badge_class.name as badge, issuer.name as issuer,
  (select identity.value from identity where identity.learner_id = assertion.learner_id
   order by identity.id limit 1) as learner,
  assertion.version, assertion.verification, assertion.issued_on, assertion.expires,
  assertion.revoked, assertion.hosted_url, assertion.identity,
  (select count(*) from sighting where sighting.assertion_id = assertion.id) as sightings
from assertion
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id;
create view transfer_status as
select destination.kind || ':' || destination.url as destination, transfer.state, transfer.reason,
  count(*) as badges
from transfer join destination on destination.id = transfer.destination_id
group by transfer.destination_id, transfer.state, transfer.reason;
create view learner_status as
select identity.value as address, learner.name as learner, badge_class.name as badge,
  issuer.name as issuer, assertion.issued_on, transfer.state, transfer.reason, transfer.changed_at
from identity
join learner on learner.id = identity.learner_id
join assertion on assertion.learner_id = learner.id
left join badge_class on badge_class.id = assertion.badge_class_id
left join issuer on issuer.id = badge_class.issuer_id
left join transfer on transfer.assertion_id = assertion.id;
create view source_summary as
select adapter, label, place, state, found, archived, known, problems,
  found = archived + known + problems as balances, first_read_at, last_read_at
from source;
"""


def make_tables(db: Database) -> None:
    """Make the tables, the views and the full-text indexes."""
    for script in (_READ, _NORMAL_FORM, _PUSH, _VIEWS):
        run_statements(db.conn, script)
    for table, columns in (
        ("badge_class", ["name", "description"]),
        ("issuer", ["name", "url"]),
        ("learner", ["name"]),
        ("identity", ["value"]),
    ):
        db[table].enable_fts(columns, create_triggers=True)  # type: ignore[union-attr] # a table, not a view

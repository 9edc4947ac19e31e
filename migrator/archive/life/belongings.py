"""What belongs to a person, as SQL: chosen into temporary tables `gone_<table>`, then deleted.

The functions `mentions` and `blotted` are the eraser's.
"""

from __future__ import annotations

from migrator.archive.sourcefile import IS_LONG

TABLES = (
    *("learner", "identity", "account", "assertion", "sighting", "collection", "transfer"),
    *("problem", "source_file", "document", "image", "artwork", "badge_class", "issuer"),
    "web_answer",
)

# `gone_learner` is filled; then come these, then what was awarded to them, then the rest.
CHOOSE_PEOPLE = """
insert into gone_identity select id from identity where learner_id in gone_learner;
insert into gone_account select id from account
  where learner_id in gone_learner or mentions(username)
    or id in (select account_id from account_address where mentions(value));
insert into gone_collection select id from collection where learner_id in gone_learner;
"""

CHOOSE_REST = """
-- A badge that was awarded to somebody else who is known.
update assertion set learner_id =
    (select learner_id from identity where value = recipient_identity collate nocase limit 1)
  where learner_id in gone_learner and id not in gone_assertion
    and not coalesce(recipient_hashed, 0) and exists
    (select 1 from identity where value = recipient_identity collate nocase
      and id not in gone_identity);
-- A badge that somebody else was found with too, and that was not awarded to this person.
update assertion set learner_id =
    (select identity.learner_id from sighting join identity on identity.id = sighting.holder_id
      where sighting.assertion_id = assertion.id and holder_id not in gone_identity
      order by sighting.id limit 1)
  where learner_id in gone_learner and id not in gone_assertion
    and exists (select 1 from sighting where assertion_id = assertion.id
      and holder_id is not null and holder_id not in gone_identity);
insert or ignore into gone_assertion select id from assertion
  where learner_id in gone_learner or (learner_id is null and mentions(hosted_url));
insert into gone_sighting select id from sighting where assertion_id in gone_assertion;
-- Found with another's badge: its last place stays, without a holder.
insert or ignore into gone_sighting select id from sighting
  where holder_id in gone_identity and exists
    (select 1 from sighting as other where other.assertion_id = sighting.assertion_id
      and (other.holder_id is null or other.holder_id not in gone_identity));
update sighting set holder_id = null
  where holder_id in gone_identity and id not in gone_sighting;
insert into gone_transfer select id from transfer
  where assertion_id in gone_assertion or account_id in gone_account;
insert into gone_problem select id from problem
  where mentions(locator) or mentions(sentence) or mentions(raw)
  or ((source_id, locator) in
      (select source_id, locator from sighting where id in gone_sighting)
    and (source_id, locator) not in
      (select source_id, locator from sighting where id not in gone_sighting
        and locator in (select locator from sighting where id in gone_sighting)));
insert or ignore into gone_source_file select id from source_file
  where mentions(locator) or mentions(iif(IS_LONG, null, content));
insert into gone_badge_class select distinct badge_class_id from assertion
  where id in gone_assertion and badge_class_id is not null;
delete from temp.gone_badge_class
  where id in (select badge_class_id from assertion
    where badge_class_id in gone_badge_class and id not in gone_assertion);
insert into gone_issuer select distinct issuer_id from badge_class
  where id in gone_badge_class and issuer_id is not null;
delete from temp.gone_issuer
  where id in (select issuer_id from badge_class
    where issuer_id in gone_issuer and id not in gone_badge_class);
-- What the web answered about addresses that only these badges name.
insert into gone_web_answer select id from web_answer where url in
  (select hosted_url from assertion where id in gone_assertion
    union select image from assertion where id in gone_assertion
    union select verification_url from assertion where id in gone_assertion
    union select hosted_url from sighting where id in gone_sighting
    union select url from sighting_document where sighting_id in gone_sighting
    union select url_id from badge_class where id in gone_badge_class
    union select image from badge_class where id in gone_badge_class
    union select url_id from issuer where id in gone_issuer
    union select image from issuer where id in gone_issuer
    union select revocation_list from issuer where id in gone_issuer);
delete from temp.gone_web_answer where id in
  (select id from web_answer where id in gone_web_answer and url in
    (select hosted_url from assertion where id not in gone_assertion
      union select image from assertion where id not in gone_assertion
      union select verification_url from assertion where id not in gone_assertion
      union select url from sighting_document where sighting_id not in gone_sighting
      union select url_id from badge_class where id not in gone_badge_class
      union select image from badge_class where id not in gone_badge_class
      union select url_id from issuer where id not in gone_issuer
      union select image from issuer where id not in gone_issuer
      union select revocation_list from issuer where id not in gone_issuer));
insert or ignore into gone_web_answer select id from web_answer
  where mentions(url) or mentions(final_url) or mentions(detail);
insert into gone_document select document_id from sighting_document
  where sighting_id in gone_sighting
  union select document_id from web_answer
  where id in gone_web_answer and document_id is not null
  union select document_id from assertion
  where id in gone_assertion and document_id is not null
  union select jws_id from assertion
  where id in gone_assertion and jws_id is not null;
delete from temp.gone_document
  where id in (select document_id from sighting_document
    where document_id in gone_document and sighting_id not in gone_sighting);
delete from temp.gone_document
  where id in (select document_id from assertion
    where document_id in gone_document and id not in gone_assertion);
delete from temp.gone_document
  where id in (select jws_id from assertion
    where jws_id in gone_document and id not in gone_assertion);
delete from temp.gone_document
  where id in (select document_id from web_answer
    where document_id in gone_document and id not in gone_web_answer);
insert into gone_image select image_id from sighting
  where id in gone_sighting and image_id is not null
  union select image_id from assertion
  where id in gone_assertion and image_id is not null;
delete from temp.gone_image
  where id in (select image_id from sighting
    where image_id in gone_image and id not in gone_sighting);
delete from temp.gone_image
  where id in (select image_id from assertion
    where image_id in gone_image and id not in gone_assertion);
-- A picture that stays for another's sake is made of its document.
delete from temp.gone_document
  where id in (select document_id from image
    where document_id in gone_document and id not in gone_image);
insert into gone_artwork select distinct artwork_id from image where id in gone_image;
delete from temp.gone_artwork
  where id in (select artwork_id from image
    where artwork_id in gone_artwork and id not in gone_image);
""".replace("IS_LONG", IS_LONG.format("content"))

ERASE = """
delete from evidence where assertion_id in gone_assertion;
delete from collection_assertion
  where assertion_id in gone_assertion or collection_id in gone_collection;
delete from remote_collection where collection_id in gone_collection or account_id in gone_account;
delete from attempt where transfer_id in gone_transfer;
delete from verdict where assertion_id in gone_assertion or account_id in gone_account;
delete from alignment where badge_class_id in gone_badge_class;
delete from tag where badge_class_id in gone_badge_class;
delete from award_mapping where badge_class_id in gone_badge_class;
delete from sighting_document where sighting_id in gone_sighting;
delete from main.transfer where id in gone_transfer;
delete from main.problem where id in gone_problem;
delete from main.source_file where id in gone_source_file;
delete from main.collection where id in gone_collection;
delete from note where learner_id in gone_learner;
delete from account_address where account_id in gone_account;
delete from main.account where id in gone_account;
delete from main.sighting where id in gone_sighting;
delete from main.assertion where id in gone_assertion;
delete from main.web_answer where id in gone_web_answer;
delete from main.image where id in gone_image;
delete from main.document where id in gone_document;
delete from main.frame where id not in
  (select frame_id from main.document where frame_id is not null);
delete from main.artwork where id in gone_artwork;
delete from main.badge_class where id in gone_badge_class;
delete from main.issuer where id in gone_issuer;
delete from main.identity where id in gone_identity;
delete from main.learner where id in gone_learner;
"""


def statements(script: str) -> list[str]:
    """Return the statements of a script."""
    return [one for one in script.split(";\n") if one.strip()]

import pytest

from migrator.openbadges.model import Unreadable, Version
from migrator.openbadges.versions import detect, document_type, is_assertion

PLAIN = {"uid": "1", "recipient": {"identity": "a"}, "badge": "http://b"}
EMBEDDED = {"name": "n", "issuer": {"origin": "http://a", "name": "i"}}


@pytest.mark.parametrize(
    ("document", "version"),
    [
        ({"recipient": "a", "badge": EMBEDDED}, Version.V0_5),
        ({"recipient": "a", "badge": {"name": "n"}}, Version.V0_5),
        ({"recipient": {"identity": "a"}, "badge": EMBEDDED, "issuedOn": 1}, Version.V0_5),
        (PLAIN, Version.V1_0),
        ({"recipient": {"identity": "a"}, "badge": "http://b"}, Version.V1_0),
        ({**PLAIN, "badge": EMBEDDED, "_originalRecipient": {}}, Version.V1_0),
        ({**PLAIN, "@context": "https://w3id.org/openbadges/v1"}, Version.V1_1),
        ({**PLAIN, "id": "http://a", "type": "Assertion"}, Version.V1_1),
        ({**PLAIN, "@context": ["x", "https://w3id.org/openbadges/v2"]}, Version.V2_0),
        ({**PLAIN, "@context": "https://purl.imsglobal.org/spec/ob/v2p1/x.jsonld"}, Version.V2_0),
        ({**PLAIN, "verification": {"type": "hosted"}}, Version.V2_0),
        ({**PLAIN, "badge": EMBEDDED, "@context": "https://w3id.org/openbadges/v2"}, Version.V2_0),
        ({"credentialSubject": {"achievement": {}}}, Version.V3_0),
        ({"type": "OpenBadgeCredential", "@context": ["https://x/credentials/v2"]}, Version.V3_0),
        ({**PLAIN, "@context": {"a": 1}}, Version.V1_0),
    ],
)  # fmt: skip
def test_the_version_of_an_assertion_is_told(document, version):
    assert detect(document) is version
    assert is_assertion(document)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"type": "BadgeClass"}, "badge_class"),
        ({"type": ["Achievement"]}, "badge_class"),
        ({"name": "n", "criteria": "http://c"}, "badge_class"),
        ({"name": "n", "issuer": "http://i"}, "badge_class"),
        ({"type": "https://w3id.org/openbadges#Profile"}, "issuer"),
        ({"@type": "obi:Issuer"}, "issuer"),
        ({"name": "n", "url": "http://u"}, "issuer"),
        ({"name": "n"}, "other"),
        ({"badge": "http://b"}, "other"),
        ({"revoked": True}, "other"),
        ({"type": 3}, "other"),
        ({}, "other"),
    ],
)
def test_other_documents_are_told_apart_and_refused(document, kind):
    assert document_type(document) == kind
    assert not is_assertion(document)
    with pytest.raises(Unreadable, match="The document is"):
        detect(document)

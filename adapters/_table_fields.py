"""The fields of a badge in a table: what each is, and how people call its column."""

from __future__ import annotations

# Per field: what it is, and the names of its column, the surest first, as `plain` writes them.
# fmt: off
FIELDS: dict[str, tuple[str, str]] = {
    "url": (
        "the address of the assertion",
        ("assertionurl hostedurl openbadgeid assertionid verificationurl verifyurl assertion "
         "badgeurl badgelink badgeaddress credentialurl publicurl url link badgeadresse adresse "
         "urldubadge lien urldelainsignia enlace urldelbadge collegamento ligacao osoite lank"),
    ),
    "email": (
        "the recipient's e-mail address",
        ("recipientemail recipientidentity recipient email emailaddress mail issuedtoemail "
         "learneremail studentemail useremail earneremail identifier identity emailadresse "
         "mailadresse empfanger empfangeremail courriel adressemail adresseemail adressecourriel "
         "destinataire correo correoelectronico destinatario emailduestudiante indirizzoemail "
         "postaelettronica enderecodeemail emailadres ontvanger epost epostadress sahkoposti "
         "sahkopostiosoite adresemail メール メールアドレス электроннаяпочта почта"),
    ),
    "salt": (
        "the salt of a hashed recipient",
        "salt recipientsalt",
    ),
    "first_name": (
        "the learner's first name",
        ("firstname givenname recipientfirstname issuedtofirstname forename vorname prenom "
         "nombre primernombre nomeproprio voornaam fornamn etunimi imie имя 名"),
    ),
    "last_name": (
        "the learner's last name",
        ("lastname familyname surname recipientlastname issuedtolastname nachname familienname "
         "nomdefamille apellido apellidos cognome sobrenome apelido achternaam efternamn "
         "sukunimi nazwisko фамилия 姓"),
    ),
    "learner": (
        "the learner's name",
        ("recipientname issuedtoname learner learnername studentname fullname student "
         "participant username earner vollername teilnehmer teilnehmerin schuler lernende "
         "nomcomplet apprenant participante nombrecompleto alumno studente nomecompleto aluno "
         "deelnemer deltagare opiskelija uczestnik name nom nome naam namn nimi 氏名 名前"),
    ),
    "badge_class": (
        "the badge class's name",
        ("badgeclassname badgename badgeclass badgetitle badgetemplatename badge title award "
         "abzeichen auszeichnung badgetitel nomdubadge titredubadge insigne insignia "
         "nombredelainsignia medalla distintivo emblema badgenaam marke utmarkelse osaamismerkki "
         "odznaka nazwaodznaki значок バッジ name titel titre titulo titolo"),
    ),
    "badge_class_url": (
        "the badge class's address",
        "badgeclassurl badgeclassid badgeclassopenbadgeid",
    ),
    "description": (
        "what the badge class is for",
        ("badgeclassdescription badgedescription description beschreibung descripcion "
         "descrizione descricao beschrijving beskrivning kuvaus opis"),
    ),
    "image": (
        "the badge class's picture",
        ("badgeclassimage badgeimage badgeimageurl imageurl image picture bild bildurl imagen "
         "immagine imagem afbeelding kuva"),
    ),
    "criteria": (
        "the badge class's criteria",
        ("badgeclasscriteria badgecriteria criteriaurl criteria kriterien criteres criterios "
         "criteri"),
    ),
    "issuer": (
        "the issuer's name",
        ("issuername issuer issuedby organization organisation organizationname aussteller "
         "herausgeber institution emetteur organisme emisor emittente emissor uitgever utfardare "
         "myontaja wystawca school schule ecole escuela"),
    ),
    "issuer_url": (
        "the issuer's web site",
        "issuerurl issuerwebsite organizationurl",
    ),
    "issued_on": (
        "when it was awarded",
        ("issuedon issuedat issuedate dateissued issueddate awardedon awardedat awarddate "
         "dateawarded dateearned earnedon date ausgestelltam ausstellungsdatum verliehenam datum "
         "datedemission delivrele fecha fechadeemision data datadiemissione datadeemissao "
         "uitgiftedatum myonnetty paivamaara datawydania дата 日付"),
    ),
    "expires": (
        "until when it is valid",
        ("expires expireson expiresat expirationdate expirydate dateexpire validuntil gultigbis "
         "ablaufdatum dateexpiration expirele fechadeexpiracion caducidad scadenza validade"),
    ),
    "evidence": (
        "evidence for it",
        "evidenceurl evidence nachweis preuve evidencia prova bewijs",
    ),
    "narrative": (
        "what the issuer wrote about it",
        "narrative evidencenarrative comment comments kommentar commentaire comentario",
    ),
    "uid": (
        "the issuer's own number of the award",
        "uid awardid credentialid issuedbadgeid",
    ),
}
# fmt: on
CONSTANTS = {
    "badge_class": "the badge class's name, when the table is about one badge",
    "issuer": "the issuer's name, when no column says it",
    "dates": "in which order its dates are written: dmy, mdy or ymd",
    "encoding": "how its letters are written, such as cp1252",
    "delimiter": "the sign between its cells, such as ; or tab",
}
SETTINGS = {
    **{f"column.{name}": f"the column with {what}" for name, (what, _) in FIELDS.items()},
    **CONSTANTS,
}
"""What a person can set for a table (`--set`), and what each says."""

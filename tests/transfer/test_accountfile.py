from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import Usage
from migrator.transfer.accountfile import AccountFile, Bad, Read

ANN, BOB = "ann@example.org", "bob@example.org"


def read(text, settings=None, *, secrets=False):
    data = text if isinstance(text, bytes) else text.encode()
    file = AccountFile(io.BytesIO(data), settings, secrets=secrets)
    return file, list(file)


def lines(text, settings=None):
    return [
        (one.line.number, one.line.username, one.line.addresses)
        for one in read(text, settings)[1]
        if isinstance(one, Read)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "email,account\nann@old.example,ann@example.org\n",
        "E-Mail;Konto\nann@old.example;ann@example.org\n",
        "Account\tOld e-mail\nann@example.org\tann@old.example\n",
        "\ufeffMail|Username\r\nann@old.example|ann@example.org\r\n",
        "sep=;\nemail;account\nann@old.example;ann@example.org\n",
        "Name,Learner E-mail,New email\nAnn,<ann@old.example>,ann@example.org\n",
        'learner,account,note\n"Ann Lee <ann@old.example>",ann@example.org,"a, b"\n',
        "email,account\nmailto:ann@old.example,ann@example.org\n",
        "Courriel;Identifiant\nann@old.example;ann@example.org\n",
        "email,account\nann@old.example,ann@example.org\n".encode("utf-16"),
        "Correo electrónico;Usuario\nann@old.example;ann@example.org\n".encode("cp1252"),
    ],
)
def test_files_of_every_hand_say_the_same(text):
    assert [one[1:] for one in lines(text)] == [(ANN, ("ann@old.example",))]


@pytest.mark.parametrize(
    "row",
    [
        'ann@a.example; ann@b.example,"",ann@example.org',
        "ann@a.example ann@b.example,,ann@example.org",
        "ann@a.example,ann@b.example,ann@example.org",
        '"ann@a.example, ann@b.example",ANN@a.example,ann@example.org',
        '"Ann <ann@a.example>, A. Lee <ann@b.example>",,ann@example.org',
    ],
)
def test_a_line_may_name_several_addresses(row):
    ((number, username, addresses),) = lines(f"email,email2,account\n{row}\n")
    assert (number, username) == (2, ANN)
    assert sorted(one.lower() for one in addresses) == ["ann@a.example", "ann@b.example"]


def test_without_a_column_of_accounts_the_first_address_is_the_account():
    file, (one,) = read("email\nann@example.org ann@old.example\n")
    assert not file.account_column
    assert (one.line.username, one.line.addresses) == (ANN, (ANN, "ann@old.example"))


def test_a_bare_list_of_addresses_needs_no_header():
    assert lines("ann@example.org\nbob@example.org\n") == [(1, ANN, (ANN,)), (2, BOB, (BOB,))]


def test_a_column_of_accounts_alone_names_the_learners_too():
    assert lines("username\nann@example.org\n") == [(2, ANN, (ANN,))]


def test_columns_can_be_named_by_hand():
    text = "E1,E2,E3\nx,ann@old.example,ann@example.org\n"
    assert lines(text, {"email": "e2", "account": "E3"}) == [(2, ANN, ("ann@old.example",))]
    with pytest.raises(Usage, match=r"no column E9.*E1, E2, E3"):
        read(text, {"email": "E9"})


@pytest.mark.parametrize("text", ["", "\n\n", "a,b,c\n1,2,3\n", "ann@x.example,ann@y.example\n"])
def test_a_file_without_known_columns_says_how_to_name_them(text):
    with pytest.raises(Usage) as raised:
        read(text)
    assert "--set column.email=NAME" in raised.value.next_step


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("nobody,ann@example.org", "nobody is no e-mail address"),
        ("ann@old.example,", "names no account"),
        (",ann@example.org", "names no e-mail address"),
        ("ann@old.example,ann@example.org,more", "3 cells.*2 columns"),
        ("ann@old.example,Ann Lee", "blanks"),
        (f"ann@old.example,{'a' * 300}", "longer"),
        ("ann@old.example,a\x1bnn", "nobody can type"),
        (f"{'a' * 300}@x.example,ann@example.org", "no e-mail address"),
        ('"ann@old.example,ann@example.org', "never closed"),
        ("a@b@c.example,ann@example.org", "no e-mail address"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_read(row, says):
    _, (first, bad, last) = read(f"email,account\na@x.example,a\n{row}\nb@x.example,b\n")
    assert isinstance(first, Read)
    assert isinstance(last, Read)
    assert isinstance(bad, Bad)
    assert bad.number == 3
    assert re.search(says, bad.sentence)
    assert bad.sentence.isprintable()


def test_secrets_are_read_only_when_asked_for_and_never_shown():
    text = "email,account,password,API token\nann@old.example,ann@example.org,hunter2,t0k3n\n"
    file, (one,) = read(text)
    assert file.ignored == ("password", "API token")
    assert one.password == ""
    file, (one,) = read(text, secrets=True)
    assert file.ignored == ()
    assert one.password == "hunter2"
    assert "hunter2" not in repr(one)
    # One column too far to the left, and the password stands where the address should.
    _, (bad,) = read("email,account,password\nhunter2,ann@example.org,\n")
    assert "hunter2" not in bad.sentence


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_in_a_line_has_one_outcome(email, account):
    _, found = read(f"email,account\n{email},{account}\nann@old.example,ann@example.org\n")
    assert found
    for one in found:
        if isinstance(one, Read):
            assert one.line.addresses
            assert all("@" in address for address in one.line.addresses)
            assert one.line.username.isprintable()
        else:
            assert one.sentence.endswith(".")

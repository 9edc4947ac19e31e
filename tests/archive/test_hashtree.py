from __future__ import annotations

from hashlib import sha256

import pytest

from migrator.archive.proof.hashtree import HashTree

# The tree of RFC 6962's reference implementation over its own test leaves.
_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
_LEAVES += ["606162636465666768696a6b6c6d6e6f"]
_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("count", "root"), _ROOTS.items())
def test_the_roots_are_those_of_certificate_transparency(count, root):
    tree = HashTree()
    for leaf in _LEAVES[:count]:
        tree.add(bytes.fromhex(leaf))
    assert tree.root.hex() == root
    assert tree.leaves == count


def by_the_book(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = by_the_book(leaves[:half]), by_the_book(leaves[half:])
    return sha256(b"\1" + left + right).digest()


def test_leaf_by_leaf_is_the_same_as_all_at_once():
    tree = HashTree()
    leaves = [f"leaf {n}".encode() for n in range(70)]
    for count, leaf in enumerate(leaves, 1):
        tree.add(leaf)
        assert tree.root == by_the_book(leaves[:count])

"""The digest tree: one root hash over any number of leaves, as in RFC 6962, section 2.1."""

from __future__ import annotations

from hashlib import sha256


class HashTree:
    """A Merkle tree that is given its leaves one by one and holds a few hashes of them only.

    A leaf's hash is SHA-256(0x00 || leaf), a node's SHA-256(0x01 || left || right); of n leaves the
    largest power of two smaller than n stand on the left side. The root of no leaf is SHA-256 of
    nothing. Because leaves and nodes are hashed apart, no node can be passed off as a leaf.
    """

    def __init__(self) -> None:
        self._full: list[bytes] = []  # roots of full trees, the largest first
        self.leaves = 0

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        node = sha256(b"\x00" + leaf).digest()
        self.leaves += 1
        # As many full trees of equal size end here as the count has zeros at its end.
        size = self.leaves
        while size % 2 == 0:
            node = sha256(b"\x01" + self._full.pop() + node).digest()
            size //= 2
        self._full.append(node)

    @property
    def root(self) -> bytes:
        """The root over all leaves so far, 32 bytes."""
        if not self._full:
            return sha256(b"").digest()
        *left, root = self._full
        for node in reversed(left):
            root = sha256(b"\x01" + node + root).digest()
        return root

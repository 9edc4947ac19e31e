"""The issuers' side of the rehearsal backpack: issuers, badge classes, awards."""

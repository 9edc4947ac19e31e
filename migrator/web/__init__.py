"""The desk for support staff and admins: pages of ours on Datasette, over the live archive."""

"""Taking badges out of the archive: pictures, bags, packages, documents and tables."""

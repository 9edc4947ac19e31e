"""`python -m migrator` is the command badge-migrator."""

from migrator.cli.app import main

if __name__ == "__main__":
    main()

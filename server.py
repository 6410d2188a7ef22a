"""Start here: ``python server.py`` builds the service from settings, serves it."""

import sys

from kg.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))

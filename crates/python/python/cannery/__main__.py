"""The command ``cannery``; also ``python -m cannery``."""

import sys

from cannery._cannery import main as _main


def main() -> int:
    """Run the command line on ``sys.argv``; the exit status is 0 (fine), 1 (a finding) or 2 (an error)."""
    return _main(["cannery", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

"""`python -m server` is `chartloom`."""

from server.cli import main

if __name__ == "__main__":
    main()

"""Where notes are kept."""

NOTES: list[str] = []

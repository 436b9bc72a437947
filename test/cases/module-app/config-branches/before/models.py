from app import db  # noqa: F401


class Place:
    count = 0

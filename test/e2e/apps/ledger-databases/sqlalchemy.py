from flask import Flask
from sqlalchemy import Column, Engine, Integer, create_engine
from sqlalchemy.orm import DeclarativeBase, scoped_session, sessionmaker

from .config import Config

# Four processes write to one SQLite file.
_waits = {"timeout": 30} if Config.SQLALCHEMY_DATABASE_URI.startswith("sqlite") else {}
_engine = create_engine(Config.SQLALCHEMY_DATABASE_URI, connect_args=_waits)
session = scoped_session(sessionmaker(_engine))


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entry"
    number = Column(Integer, primary_key=True)


def prepare(app: Flask) -> None:
    Base.metadata.create_all(_engine)

    @app.teardown_request
    def remove_session(_: object) -> None:
        session.remove()


def engine() -> Engine:
    return _engine


def open_sessions() -> int:
    return int(session.registry.has())

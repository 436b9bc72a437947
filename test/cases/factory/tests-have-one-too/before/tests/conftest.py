import pytest
from flask import Flask


def create_app():
    app = Flask("fake")
    return app


@pytest.fixture
def app():
    return create_app()

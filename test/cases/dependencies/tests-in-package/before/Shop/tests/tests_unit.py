import pytest

from Shop.main import create_app


def test_missing():
    with pytest.raises(KeyError):
        create_app().config["MISSING"]

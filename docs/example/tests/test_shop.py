import pytest

from shop import create_app


@pytest.fixture
def app():
    return create_app("shop.config.TestConfig")


def test_an_order_has_the_shops_currency(app):
    assert app.test_client().get("/orders/7").json == {"number": 7, "currency": "EUR"}

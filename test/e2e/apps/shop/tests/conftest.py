import pytest
from shop import create_app


@pytest.fixture
def client():
    return create_app("testing").test_client()

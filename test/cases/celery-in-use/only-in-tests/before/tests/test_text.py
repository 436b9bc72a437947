# one day: from celery import Celery
def test_text():
    assert "celery" in "use celery"

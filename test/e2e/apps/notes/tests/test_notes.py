import store
from notes_app import app


def test_notes():
    store.NOTES.clear()
    client = app.test_client()
    assert client.post("/", data={"text": "milk"}).status_code == 201
    assert client.get("/").json == {"notes": ["milk"]}
    assert client.delete("/").json == {"notes": []}

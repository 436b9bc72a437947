def test_catalog(client):
    assert client.get("/catalog/").json == {"items": ["apple", "pear"]}


def test_order(client):
    answer = client.post("/orders/", data={"item": "apple"})
    assert (answer.status_code, answer.json) == (201, {"id": 1})

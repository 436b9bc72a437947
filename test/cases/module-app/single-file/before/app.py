from flask import Flask

app = Flask(__name__)

stores = [{"name": "corner"}]


@app.get("/store")
def list_stores():
    return {"stores": stores}

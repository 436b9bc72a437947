"""Notes in one file, started with `python notes_app.py`."""

import os

from flask import Flask, jsonify, request

import store

app = Flask(__name__)
app.config["NOTES_LIMIT"] = 3


@app.get("/")
def index():
    return jsonify(notes=store.NOTES)


@app.post("/")
def add():
    if len(store.NOTES) >= app.config["NOTES_LIMIT"]:
        return jsonify(error="full"), 409
    store.NOTES.append(request.form["text"])
    return jsonify(notes=store.NOTES), 201


import admin  # noqa: E402, F401

if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))

"""Routes that need the app itself, as flat projects have them."""

from flask import jsonify
from notes_app import app

import store


@app.delete("/")
def clear():
    store.NOTES.clear()
    return jsonify(notes=[])

import json

from shop import create_app

try:
    with open("settings.json") as stream:
        settings = json.load(stream)
except OSError:
    settings = {"TITLE": "Shop"}

app = create_app(settings)

app.run()

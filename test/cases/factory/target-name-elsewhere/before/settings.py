config = {"TITLE": "Shop"}

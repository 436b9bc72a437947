from flask import Flask

front = Flask("front")
back = Flask("back")
admin = Flask("admin")


@front.get("/")
@back.get("/")
@admin.get("/")
def index():
    return "x"

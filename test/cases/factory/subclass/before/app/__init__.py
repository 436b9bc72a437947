from flask import Flask, Request


class ShopRequest(Request):
    trusted_hosts = None


class Shop(Flask):
    request_class = ShopRequest

    def __init__(self, *args, **kwargs):
        super().__init__(__name__, *args, **kwargs)


def create_app():
    app = Shop()
    app.config["A"] = 1
    return app

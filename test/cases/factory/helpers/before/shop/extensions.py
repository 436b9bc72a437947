class Cache:
    def init_app(self, app):
        app.extensions["cache"] = self


cache = Cache()

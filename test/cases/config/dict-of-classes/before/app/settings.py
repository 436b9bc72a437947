class BaseConfig:
    A = 1

    @classmethod
    def init_app(cls, app):
        app.extensions["a"] = cls.A


class DevelopmentConfig(BaseConfig):
    DEBUG = True


class ProductionConfig(BaseConfig):
    pass


config = {
    "development": DevelopmentConfig,
    "production": ProductionConfig,
}

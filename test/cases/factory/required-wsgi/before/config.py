class Config:
    TESTING = False


class Production(Config):
    pass


config = {"default": Config, "production": Production}

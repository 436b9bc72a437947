class Base:
    SECRET_KEY = "dev"


class Prod(Base):
    DEBUG = False


class Dev(Base):
    DEBUG = True

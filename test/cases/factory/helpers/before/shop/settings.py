class Base:
    DEBUG = False


class Prod(Base):
    ENV = "prod"

class Base:
    A = 1


class Dev(Base):
    DEBUG = True


config = {"default": Dev, "base": Base}

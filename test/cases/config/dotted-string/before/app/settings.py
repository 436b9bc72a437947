class Config(object):
    A = 1

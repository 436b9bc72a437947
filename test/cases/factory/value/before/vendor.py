def make_factory(cls, name):
    return lambda: cls(name)

class Convert:
    pass

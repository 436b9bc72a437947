def clean(c):
    return c

import functools

from flask import Flask


def timed(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


@timed
def create_app(
    name="shop",  # the import name
    *,
    debug=False,
    instance_path=None,
):
    # built late
    app = Flask(
        __name__,
        instance_path=instance_path,
    )
    app.debug = debug

    # done
    return app  # to the server

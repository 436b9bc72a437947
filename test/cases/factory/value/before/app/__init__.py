from vendor import make_factory

from flask import Flask

create_app = make_factory(Flask, "shop")

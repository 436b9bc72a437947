from flask import Flask

app = Flask(__name__)

from js_demo import views  # noqa

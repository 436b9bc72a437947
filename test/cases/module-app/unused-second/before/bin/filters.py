from flask import Flask

app = Flask(__name__)


def bold(text):
    return f"<b>{text}</b>"

from flask import Flask

from app import create_app

server = Flask(__name__)
create_app(server)

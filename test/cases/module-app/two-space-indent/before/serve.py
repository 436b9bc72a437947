import json

from flask import Flask, g

DATABASE = "as.db"
app = Flask(__name__)
app.config.from_object(__name__)


@app.before_request
def before_request():
  g.user = None


@app.route("/")
def main():
  return json.dumps({"user": g.user})


if __name__ == "__main__":
  cache = {}
  app.run()

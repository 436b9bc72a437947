from flask import Flask

if __name__ == "__main__":
    app = Flask(__name__)
    app.config["A"] = 1
    app.run()

from flask_login import LoginManager

login = LoginManager()

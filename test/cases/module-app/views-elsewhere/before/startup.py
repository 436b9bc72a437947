# A flask application.
from hello_app.webapp import app

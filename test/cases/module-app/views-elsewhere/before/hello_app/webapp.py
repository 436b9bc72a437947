from hello_app import app

import hello_app.views

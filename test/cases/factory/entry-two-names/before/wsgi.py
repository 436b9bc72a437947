from flask.helpers import get_debug_flag

from shop.app import create_app
from shop.settings import Prod, Dev

app = create_app(Dev if get_debug_flag() else Prod)

from .index import index_views
from .user import user_views

views = [index_views, user_views]

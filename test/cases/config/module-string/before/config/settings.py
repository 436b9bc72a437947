import os

DEBUG = bool(os.getenv("DEBUG"))
NAME = "shop"

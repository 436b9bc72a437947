from flask import Blueprint
from sqlalchemy import text

from shop.extensions import login
from shop.up.tasks import check_up  # noqa: F401

up = Blueprint("up", __name__)

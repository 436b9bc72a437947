from flask import Blueprint
from sqlalchemy import text

from shop.extensions import login

up = Blueprint("up", __name__)

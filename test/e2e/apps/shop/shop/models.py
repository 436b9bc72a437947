from . import db


class Order(db.Model):  # type: ignore[name-defined, misc]
    id = db.Column(db.Integer, primary_key=True)
    item = db.Column(db.String(80), nullable=False)

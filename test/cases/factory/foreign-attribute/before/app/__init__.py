import connexion


def create_app():
    outer = connexion.App(__name__, specification_dir="spec/")
    outer.add_api("shop.yaml")
    app = outer.app
    return app

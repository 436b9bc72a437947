from shop import create_app

application = create_app()
application.config["REGION"] = "north"

from Store.main import create_app

app = create_app()

from shop.factory import create_app

app = create_app(stage="live")

if __name__ == "__main__":
    app.cli()

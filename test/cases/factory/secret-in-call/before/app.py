from shop import create_app

app = create_app({"SECRET_KEY": "f3a99c01d2e84b7f", "MAIL_PASSWORD": "hunter2"})

if __name__ == "__main__":
    app.run()

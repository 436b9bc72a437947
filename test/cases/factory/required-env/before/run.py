import os

from shop import create_app

app = create_app(os.getenv("SHOP_CONFIG") or "default")

if __name__ == "__main__":
    app.run()

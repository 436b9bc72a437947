DEBUG = True
DATABASE_URI = "sqlite:///d.db"

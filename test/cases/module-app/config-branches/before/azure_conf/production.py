DEBUG = False
DATABASE_URI = "sqlite:///p.db"

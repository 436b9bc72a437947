class Config: DEBUG = True

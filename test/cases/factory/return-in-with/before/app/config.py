class Config:
    TESTING = False

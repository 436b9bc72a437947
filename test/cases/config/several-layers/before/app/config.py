class Config:
    A = 1

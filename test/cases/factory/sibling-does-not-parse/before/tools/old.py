import flask
print "old style", flask.__version__
exec "x = 1"

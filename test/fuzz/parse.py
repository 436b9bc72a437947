"""Parses what the cases have written, and follows each edited factory's paths. Prints one line a complaint, nothing when all is well."""

from __future__ import annotations

import ast
import base64
import json
import sys
import warnings

import flow

warnings.simplefilter("ignore")
for line in sys.stdin:
    case = json.loads(line)
    source = base64.b64decode(case["bytes"])
    where = f"{case['name']} {case['path']}"
    try:
        compile(source, case["path"], "exec")
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        print(f"{where}: {error}")
        continue
    if case["factory"]:
        for problem in flow.check_inits(tree, case["factory"], "celery_init_app"):
            # A class of a library or of another file is not known here; fuzzing is stricter.
            if not problem.endswith(("given wrap", "given unknown")):
                print(f"{where}: {problem}")

/** Routes without the guard that the routes beside them have. */
import { testTwins } from "./support/twin.ts";

const orders = "shop/orders.py";
const red = "routes-guarded";
const view = '@bp.post("/<int:order_id>/ship")';
const guards = `from functools import wraps

from flask import abort, request


def token_required(view):
    @wraps(view)
    def checked(*args, **kwargs):
        if request.headers.get("Authorization") != "yes":
            abort(401)
        return view(*args, **kwargs)

    return checked


def audit(view):
    return view
`;
const close = `@bp.post("/<int:order_id>/close")
@token_required
def close(order_id):
    return {"closed": order_id}


`;
const imports = [
  orders,
  "from . import tasks",
  "from . import tasks\nfrom .guards import audit, token_required",
] as const;
const files = { "shop/guards.py": guards };
const at: [string, string] = [orders, "def ship("];

testTwins("unguarded routes", [
  {
    name: "a decorator of the project's own that the other route has",
    red,
    at,
    patch: [imports, [orders, view, close + view]],
    files,
    says: /POST \/orders\/<int:order_id>\/ship sends a task without @token_required, which the routes beside it in orders have/,
    does: /^Put @token_required below its route decorator/,
  },
  {
    name: "a route that sends through an outbox",
    red,
    at,
    patch: [
      imports,
      [orders, view, close + view],
      [orders, "tasks.ship.delay(order_id)", "send_in_transaction(None, tasks.ship, order_id)"],
      [orders, close, `def send_in_transaction(session, task, *args):\n    pass\n\n\n${close}`],
    ],
    files,
  },
  {
    name: "another decorator is no guard",
    red,
    at,
    patch: [imports, [orders, view, `${close}${view}\n@audit`]],
    files,
  },
  {
    name: "login_required on a route that only reads, where no other changes anything",
    red,
    at,
    patch: [
      [orders, "from . import tasks", "from flask_login import login_required\n\nfrom . import tasks"],
      [orders, view, `@bp.get("/")\n@login_required\ndef index():\n    return "orders"\n\n\n${view}`],
    ],
    says: /without @login_required/,
  },
  {
    name: "apply_async in a class of views",
    red,
    at: [orders, "def delete("],
    patch: [
      imports,
      [
        orders,
        view,
        `${close}class Recall(MethodView):\n    def delete(self, order_id):\n        tasks.ship.apply_async(args=[order_id])\n        return "", 202\n\n\nbp.add_url_rule("/<int:order_id>/recall", view_func=Recall.as_view("recall"))\n\n\n${view}\n@token_required`,
      ],
      [orders, "from flask import Blueprint", "from flask import Blueprint\nfrom flask.views import MethodView"],
    ],
    files,
    says: /DELETE \/orders\/<int:order_id>\/recall sends a task/,
  },
  {
    name: "a state route by bare id beside guarded routes",
    red,
    at: ["shop/status.py", "def status("],
    patch: [
      [
        "shop/status.py",
        "from flask import Blueprint, current_app",
        "from flask import Blueprint, current_app\n\nfrom .guards import token_required",
      ],
      [
        "shop/status.py",
        '@bp.route("/<task_id>")',
        '@bp.delete("/<task_id>")\n@token_required\ndef cancel(task_id):\n    return ""\n\n\n@bp.route("/<task_id>")',
      ],
    ],
    files,
    says: /GET \/tasks\/<task_id> tells the state of a task by its bare id without @token_required/,
  },
]);

import { testTwins } from "./support/twin.ts";

const config = "shop/config.py";
const factory = "shop/__init__.py";
const json = '"accept_content": ["json"],';

testTwins("broken settings", [
  {
    name: "configuration is not handed to Celery",
    red: "configuration-shared",
    patch: [[factory, '    celery_app.config_from_object(app.config["CELERY"])\n', ""]],
    at: [factory, "Celery(app.name"],
    says: /Celery does not see the broker/,
  },
  {
    name: "Celery has another broker",
    red: "configuration-shared",
    patch: [[factory, 'app.config["CELERY"])', '{**app.config["CELERY"], "broker_url": "redis://elsewhere:6379/0"})']],
    at: [factory, "Celery(app.name"],
    says: /Celery another/,
  },
  {
    name: "broker is a placeholder",
    red: "configuration-shared",
    patch: [
      [
        config,
        'os.environ.get("CELERY_BROKER_URL", "redis://localhost:6379/0")',
        '"redis_production_your_connection_string_here"',
      ],
    ],
    at: [config, '"broker_url"'],
    says: /placeholder/,
  },
  {
    name: "no broker at all",
    red: "configuration-shared",
    patch: [
      [config, '        "broker_url": os.environ.get("CELERY_BROKER_URL", "redis://localhost:6379/0"),\n', ""],
      [".env.example", "CELERY_BROKER_URL=redis_production_your_connection_string_here\n", ""],
    ],
    says: /no broker is configured/,
  },
  {
    name: "upper-case keys among lower-case ones",
    red: "settings-lower-case",
    patch: [[config, json, `${json}\n        "CELERY_TASK_SERIALIZER": "json",`]],
    at: [config, "CELERY_TASK_SERIALIZER"],
  },
  {
    name: "upper-case keys mixed in an object that is not Flask's",
    red: "settings-lower-case",
    patch: [[factory, 'app.config["CELERY"])', '{**app.config["CELERY"], "CELERY_ACKS_LATE": True})']],
    at: [factory, "CELERY_ACKS_LATE"],
    says: /CELERY_ACKS_LATE is now task_acks_late/,
  },
  {
    name: "a broker whose client is not installed",
    red: "clients-installed",
    patch: [[config, "redis://localhost:6379/0", "confluentkafka://localhost:9092"]],
    at: [config, "confluentkafka"],
    says: /broker_url is confluentkafka:\/\/, and confluent_kafka can't be imported here/,
    does: /Install what the project declares: /,
  },
  {
    name: "a setting that Celery does not know",
    red: "settings-known",
    patch: [[config, json, `${json}\n        "task_time_limt": 30,`]],
    at: [config, "task_time_limt"],
    says: /no setting 'task_time_limt' and ignores it: is 'task_time_limit' meant/,
  },
  {
    name: "an address that can not be taken apart",
    red: "configuration-shared",
    patch: [[config, '"result_backend": ', '"result_backend": "redis://localhost:63x9/1" or ']],
    at: [config, "result_backend"],
    says: /result_backend is not a valid URL/,
  },
  {
    name: "a flat key that is misspelt",
    red: "settings-known",
    patch: [[config, "    CELERY = {", "    CELERY_TASK_RESULT_EXPIRSE = 30\n    CELERY = {"]],
    at: [config, "CELERY_TASK_RESULT_EXPIRSE"],
    says: /is 'result_expires' meant/,
  },
  {
    name: "a flat setting beside the mapping, which nobody reads",
    red: "settings-in-effect",
    patch: [[config, "    CELERY = {", "    CELERY_TASK_TIME_LIMIT = 30\n    CELERY = {"]],
    at: [config, "CELERY_TASK_TIME_LIMIT"],
    says: /CELERY_TASK_TIME_LIMIT of Flask's configuration is not in effect: Celery's task_time_limit/,
  },
  {
    name: "settings under Celery's old names are dropped",
    red: "settings-in-effect",
    patch: [
      [
        config,
        "    CELERY = {",
        '    CELERYBEAT_SCHEDULE = {"ship": {"task": "shop.tasks.ship", "schedule": 60.0}}\n    CELERYD_CONCURRENCY = 3\n    CELERY = {',
      ],
    ],
    at: [config, "CELERYBEAT_SCHEDULE"],
    says: /CELERYBEAT_SCHEDULE .* is not in effect \(nor CELERYD_CONCURRENCY\): Celery's beat_schedule/,
  },
  {
    name: "transport options beside the mapping",
    red: "settings-in-effect",
    patch: [[config, "    CELERY = {", '    BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200}\n    CELERY = {']],
    at: [config, "BROKER_TRANSPORT_OPTIONS"],
    says: /Celery's broker_transport_options/,
  },
  {
    name: "a result backend that only Flask knows",
    red: "settings-in-effect",
    patch: [
      [config, '        "result_backend": os.environ.get("CELERY_RESULT_BACKEND", "redis://localhost:6379/1"),\n', ""],
      [config, "    CELERY = {", '    CELERY_RESULT_BACKEND = "redis://localhost:6379/1"\n    CELERY = {'],
    ],
    at: [config, "CELERY_RESULT_BACKEND"],
    says: /Celery's result_backend/,
  },
  {
    name: "pickle is accepted",
    red: "json-only",
    patch: [[config, json, '"accept_content": ["json", "pickle"],']],
    at: [config, "pickle"],
  },
  {
    name: "one task uses pickle",
    red: "json-only",
    patch: [["shop/tasks.py", "@shared_task\ndef ship", '@shared_task(serializer="pickle")\ndef ship']],
    at: ["shop/tasks.py", "pickle"],
  },
  {
    name: "rediss:// without certificates",
    red: "tls-verified",
    patch: [[config, "redis://localhost:6379/0", "rediss://cache.example.com:6380/0"]],
    at: [config, "rediss://"],
  },
  {
    name: "options that encrypt by themselves, and check nothing",
    red: "tls-verified",
    patch: [[config, "    CELERY = {", '    CELERY = {\n        "broker_use_ssl": {"ssl_cert_reqs": "none"},']],
    at: [config, "broker_use_ssl"],
  },
  {
    name: "certificates that nobody checks",
    red: "tls-verified",
    patch: [
      [
        config,
        'os.environ.get("CELERY_RESULT_BACKEND", "redis://localhost:6379/1")',
        '"rediss://cache.example.com/1?ssl_cert_reqs=CERT_NONE"',
      ],
    ],
    at: [config, "CERT_NONE"],
  },
  {
    name: "rpc:// results with a status route",
    red: "results-readable",
    patch: [[config, 'os.environ.get("CELERY_RESULT_BACKEND", "redis://localhost:6379/1")', '"rpc://"']],
    at: [config, "rpc://"],
  },
  {
    name: "status route without results",
    red: "results-readable",
    patch: [[config, 'os.environ.get("CELERY_RESULT_BACKEND", "redis://localhost:6379/1")', '"disabled://"']],
    at: ["shop/status.py", "AsyncResult"],
  },
  {
    name: "status route, and code that asks for a result backend which nothing sets",
    red: "results-readable",
    patch: [
      [config, '        "result_backend": os.environ.get("CELERY_RESULT_BACKEND", "redis://localhost:6379/1"),\n', ""],
      [config, "    CELERY = {", '    HAS_RESULTS = "CELERY_RESULT_BACKEND" in os.environ\n    CELERY = {'],
      [".env.example", "CELERY_RESULT_BACKEND=redis://localhost:6379/1\n", ""],
    ],
    at: ["shop/status.py", "AsyncResult"],
    says: /there is no result backend/,
  },
  {
    name: "results ignored on a tracked task",
    red: "tracked-results",
    patch: [["shop/tasks.py", "@shared_task(bind=True, ignore_result=False)", "@shared_task(bind=True)"]],
    at: ["shop/tasks.py", "def export"],
  },
]);

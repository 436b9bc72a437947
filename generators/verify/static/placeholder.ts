/** Tells a value that only holds a place from one that opens something. */

const words =
  /^(?:change[-_ ]?(?:me|this|it)|(?:your|my|the|some|a)[-_ ]?(?:\w+[-_ ])*(?:password|passwd|pwd|pass|secret|token|key|here)|placeholder|example|dummy|fake|todo|none|null|true|false|empty|redacted|hidden|masked|x+|\*+|\.+|-+|_+)$/i;
/** Known to everybody: the defaults of images and of documentation. They open nothing that was meant to be shut. */
const publicDefaults = new Set([
  "guest",
  "password",
  "passwd",
  "pass",
  "pwd",
  "secret",
  "admin",
  "root",
  "postgres",
  "mysql",
  "redis",
  "rabbitmq",
  "rabbit",
  "user",
  "username",
  "test",
  "testing",
  "dev",
  "development",
  "local",
  "localhost",
  "default",
  "sample",
  "demo",
  "elastic",
  "minio",
  "minioadmin",
  "neo4j",
  "foobar",
  "foo",
  "bar",
]);
/** `{password}`, `${PASSWORD}`, `$PASSWORD`, `%(password)s`, `%s`, `<password>`, `[password]`, `{{ password }}`, `@password@`. */
const interpolated = /^(?:\$?\{.*\}|\$\(.*\)|\$\w+|%\(.*\)[sd]|%[sd]|<.*>|\[.*\]|@\w+@|__\w+__|\{\{.*\}\}|:\w+)$/;

/**
 * @param value a password as it stands in a file, not URL-encoded
 * @param user the name that it belongs to, if any: `app:app` is a development default, as `guest:guest` is
 */
export function isPlaceholder(value: string, user = ""): boolean {
  const text = value.trim();
  if (text === "" || interpolated.test(text) || words.test(text)) return true;
  if (publicDefaults.has(text.toLowerCase()) || (user !== "" && text === user)) return true;
  // Ours: {service}_{env}_your_connection_string_here.
  if (
    /your_[a-z_]*(?:here|string|password|secret|key)|_here$|change_?me|replace_?(?:me|this|with)|insert[-_]|random[-_ ]?(?:stuff|string|text|chars|value)|(?:blah){2}/i.test(
      text,
    )
  )
    return true;
  // "testpass", "mode_user_token", and the keys that the cloud providers' own manuals print.
  if (/^test[-_]?(?:pass(?:word)?|pw|key|token|secret)?\d*$/i.test(text) || /EXAMPLE/.test(text)) return true;
  if (/^[a-z]+(?:_[a-z]+)*_(?:token|key|password|secret|id)$/.test(text)) return true;
  return /[{$]\w*(?:pass|pwd|secret|token|key)\w*\}?/i.test(text);
}

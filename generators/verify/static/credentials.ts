/** Looks for credentials in a file's text: URLs with passwords, and passwords under their own name. */
import { isPlaceholder } from "./placeholder.ts";

export interface Credential {
  /** 1-based. */
  line: number;
  /** What it is, without its value. */
  what: string;
  /** Its owner has said that it opens nothing. */
  excused: boolean;
}

/** In a comment on the line, or alone on the line above where that is already long: the value opens nothing. */
export const marker = "celery-verify: not a credential";

const scheme =
  "(?:rediss?|amqps?|sentinel|postgres(?:ql)?|mysql|mariadb|mssql|oracle|mongodb(?:\\+srv)?|db\\+\\w+|https?|sqs|ldaps?|smtps?|ftps?)(?:\\+\\w+)?";
/** A password may hold ":" and, unescaped, "/" or "@"; it ends at the last "@" before the host. */
const url = new RegExp(
  `\\b${scheme}://([^\\s:@/"'\`<>{}$%]*|[^\\s:@/"'\`<>]*\\}?):([^\\s"'\`]+?)@(?=[\\w.\\-\\[{$%(<])`,
  "gi",
);
const encodedUrl = new RegExp(`\\b${scheme}%3A%2F%2F([^\\s:@/"'\`<>%]*)(?::|%3A)([^\\s"'\`&]+?)(?:@|%40)`, "gi");
/** `"redis://:" + "hunter2" + "@host"`: joined before anything is looked for. */
const joint = /(["'])\s*\+\s*f?(["'])/g;

const secretName = "(?:\\w*(?:password|passwd|pwd)|\\w*(?:secret_access_key|api_key|auth_token|access_token))";
/** `password="…"`, `"password": "…"`, `["password"] = "…"`, `PASSWORD: str = "…"` in code and JSON. */
const inCode = new RegExp(
  `(?<![\\w.])(["']?)(${secretName})\\1\\]?\\s*(?::\\s*(?:str|Optional\\[str\\]|str\\s*\\|\\s*None)\\s*)?(=|:)\\s*[rbuf]{0,2}(["'])((?:(?!\\4)[^\\\\\\n]|\\\\.)*)\\4`,
  "gi",
);
/** `getenv("REDIS_PASSWORD", "…")`: the value that applies when nobody sets the variable. */
const fallback = new RegExp(
  `(?:getenv|environ\\.get|config\\.get|env)\\(\\s*["'](${secretName})["']\\s*,\\s*(["'])([^"'\\n]*)\\2`,
  "gi",
);
/** `REDIS_PASSWORD=…`, `redis_password: …` in .env, YAML, INI and Dockerfiles. */
const inSettings = new RegExp(
  `^\\s*(?:-\\s+|export\\s+|ENV\\s+|ARG\\s+)?["']?(${secretName})["']?[ \\t]*[=:][ \\t]*["']?([^\\s"'#]+)["']?[ \\t]*(?:#.*)?$`,
  "gim",
);
const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?!["'`]?\s*(?:in|\)|,))/g;

/** Words that say that a nameless password belongs to a server, not to a form or to a test's user. */
const connection =
  /host|\bport\b|broker|redis|amqp|rabbit|postgres|mysql|maria|mongo|database|\bdb|dsn|celery|sentinel|smtp|\bmail_|connect|server|\burl|\buri|transport/i;

/**
 * Finds credentials in the text of one file. Placeholders, interpolations, empty values and the public defaults of images
 * (`guest:guest`) are none.
 *
 * @param path decides what is looked for: assignments without quotes are values in .env or YAML, and code in Python
 */
export function findCredentials(path: string, text: string): Credential[] {
  const found: Credential[] = [];
  const lines = text.split("\n");
  const add = (offset: number, what: string) => {
    const line = lineOf(text, offset);
    found.push({ line, what, excused: isMarked(lines, line) });
  };
  const joined = joinStrings(text);

  for (const match of joined.matchAll(url)) {
    // http://localhost:5000/@me is a host, a port and a path.
    if (/^\d{1,5}\//.test(match[2]!)) continue;
    const rest = joined.slice(match.index + match[0].length).match(/^[^\s"'`<>]*/)![0];
    if (isTest(path) && isLocal(rest)) continue;
    if (!isDefault(decode(match[2]!), decode(match[1]!), rest)) add(match.index, "a URL with a password");
  }
  for (const match of text.matchAll(encodedUrl)) {
    if (!isPlaceholder(decode(match[2]!), decode(match[1]!))) add(match.index, "a URL-encoded URL with a password");
  }
  for (const match of text.matchAll(privateKey)) if (!isTest(path)) add(match.index, "a private key");
  if (isTest(path)) return unique(found);

  if (isCode(path)) {
    for (const match of text.matchAll(inCode)) {
      const [, , name, , , value] = match;
      const formatted = /[fF]["']$/.test(match[0].slice(0, match[0].length - value!.length - 1));
      if (!looksSecret(value!, formatted) || !belongsToServer(text, match.index, name!)) continue;
      add(match.index, `a value for ${name}`);
    }
    for (const match of text.matchAll(fallback)) {
      if (looksSecret(match[3]!, false)) add(match.index, `a default for ${match[1]}`);
    }
  } else if (isSettings(path)) {
    for (const match of text.matchAll(inSettings)) {
      if (looksSecret(match[2]!, false) && !isNamedElsewhere(text, match[2]!))
        add(match.index + match[0].search(/\S/), `a value for ${match[1]}`);
    }
  }
  return unique(found);
}

/** @param line 1-based */
function isMarked(lines: readonly string[], line: number): boolean {
  if (lines[line - 1]?.includes(marker)) return true;
  const above = lines[line - 2] ?? "";
  return above.includes(marker) && /^\s*(?:#|\/\/|;|<!--|--|\/?\*)/.test(above);
}

/** `root:shop@localhost/shop_test` opens nothing but a developer's own machine. */
function isDefault(password: string, user: string, rest: string): boolean {
  if (password.length < 3 || isPlaceholder(password, user)) return true;
  return isLocal(rest) && (user.includes(password) || rest.split("/").slice(1).join("/").includes(password));
}

/** A developer's machine, or the name of a service in a compose file. */
function isLocal(rest: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\]|[a-z]\w*)(?=[:/]|$)/.test(rest);
}

function looksSecret(value: string, formatted: boolean): boolean {
  if (value.length < 3 || /\s/.test(value) || isPlaceholder(value)) return false;
  if (formatted && /\{.*\}/.test(value)) return false;
  // Names, paths, field types, translations and links to elsewhere, not values.
  return (
    !/^(?:[&?]|https?:|\/|\.{1,2}\/|[\w.]+\(|!|\w+:\/\/\/?)/.test(value) &&
    !/pass(?:word|wd)|secret|vault|env\./i.test(value)
  );
}

/** `POSTGRES_USER=shop`, `POSTGRES_DB=shop` and `POSTGRES_PASSWORD=shop`: a development default, as `shop:shop@` in a URL. */
function isNamedElsewhere(text: string, value: string): boolean {
  const name = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?:user|username|db|database|name)["']?\\s*[=:]\\s*["']?${name}["']?\\s*$`, "im").test(text);
}

/** Upper case or a prefix (`db_password`) names a server's; a plain `password` does so in the company of a host or a URL. */
function belongsToServer(text: string, offset: number, name: string): boolean {
  if (name === name.toUpperCase() || connection.test(name)) return true;
  const start = text.lastIndexOf("\n", Math.max(0, text.lastIndexOf("\n", offset) - 200));
  const near = text.slice(Math.max(start, offset - 300), offset + 200);
  const statement = near.split(/\n\s*\n/).find((part) => part.includes(text.slice(offset, offset + 20)));
  return connection.test(statement ?? near);
}

/** Strings that are added up become one, without moving anything to another line. */
function joinStrings(text: string): string {
  return text.includes("+") ? text.replace(joint, (all) => all.replace(/[^\n]/g, "")) : text;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

function unique(found: readonly Credential[]): Credential[] {
  const lines = new Map(found.toReversed().map((credential) => [credential.line, credential]));
  return [...lines.values()].sort((one, other) => one.line - other.line);
}

/** Tests and the services of a CI run hold passwords that open nothing else. */
export function isTest(path: string): boolean {
  return (
    /(^|\/)(?:tests?|testing|fixtures|__tests__|spec|\.github|\.circleci)\//.test(path) ||
    /(^|\/)(?:test_[^/]*\.py|[^/]*_test\.py|conftest\.py|pytest\.ini|tox\.ini|\.gitlab-ci\.yml|\.travis\.yml)$/.test(
      path,
    )
  );
}

function isCode(path: string): boolean {
  return /\.(?:pyw?|json|toml|ipynb)$/.test(path);
}

function isSettings(path: string): boolean {
  return /\.(?:ya?ml|ini|cfg|conf|properties|env|sh|service|tf|tfvars)$|(^|\/)(?:\.env[^/]*|\.flaskenv|[^/]*Dockerfile[^/]*|Procfile|Makefile)$/.test(
    path,
  );
}

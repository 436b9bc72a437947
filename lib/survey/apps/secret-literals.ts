/** Literals that look like secrets: they are imported with the module that holds them, never written a second time. */
import { type Node, walk } from "../../python/index.ts";

const SECRET_NAME =
  /SECRET|PASSW|PASSWD|PWD|TOKEN|CREDENTIAL|SALT|PRIVATE|API_?KEY|ACCESS_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|(^|_)(DSN|PASS)(_|$)/i;
const URL_WITH_PASSWORD = /:\/\/[^/\s@]*:[^/\s@]+@/;
/** Letters and digits without a word in them: keys, hashes, tokens. */
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/=_-]{20,}$/;

/** The first literal below `node` that looks like a secret, by its name or by itself; null when there is none. */
export function secretLiteral(node: Node): Node | null {
  let found: Node | null = null;
  walk(node, (inner) => {
    if (inner.type === "string" && !found && isSecret(inner)) found = inner;
    return found === null;
  });
  return found;
}

function isSecret(literal: Node): boolean {
  const text = literal.text.replace(/^\w*("""|'''|"|')/, "").replace(/("""|'''|"|')$/, "");
  if (text === "" || isKey(literal)) return false;
  return URL_WITH_PASSWORD.test(text) || RANDOM.test(text) || SECRET_NAME.test(nameOf(literal));
}

function isKey(literal: Node): boolean {
  const { parent } = literal;
  const isSubscript = parent?.type === "subscript" && parent.childForFieldName("value")?.id !== literal.id;
  return isSubscript || (parent?.type === "pair" && parent.childForFieldName("key")?.id === literal.id);
}

/** The key, keyword or variable that a literal is the value of; a value that is asked for by name is none. */
function nameOf(literal: Node): string {
  for (let at = literal.parent; at; at = at.parent) {
    if (at.type === "pair") return at.childForFieldName("key")?.text ?? "";
    if (at.type === "keyword_argument") return at.childForFieldName("name")?.text ?? "";
    if (at.type === "assignment") return at.childForFieldName("left")?.text ?? "";
    if (at.type === "call") return "";
  }
  return "";
}

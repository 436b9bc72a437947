/** No secret leaves this package: every text that it prints passes through here. */

const hidden = "***";
// A password ends at the last "@" before a delimiter, since an unescaped password may hold "@", ":" or "/".
const urlWithPassword = /\b([a-z][a-z0-9+.-]*:\/\/)([^\s:@/"'`<>]*):([^\s"'`<>]+)@/gi;
const encodedUrlWithPassword = /\b([a-z][a-z0-9+.-]*%3A%2F%2F)([^\s:@/"'`<>%]*)(?::|%3A)([^\s"'`<>]+?)(@|%40)/gi;
const passwordInQuery = /([?&](?:password|passwd|pwd|secret|token|access_key|api_key)=)[^\s&"'`<>]+/gi;

/**
 * Replaces the passwords of URLs in `text` by `***`: `redis://:hunter2@host/0` becomes `redis://:***@host/0`,
 * also where the whole URL has been URL-encoded, and for passwords given as a query parameter.
 * A placeholder of our own (`..._your_connection_string_here`, `***`) is no secret and stays.
 */
export function maskSecrets(text: string): string {
  if (!/:\/\/|%3A%2F%2F/i.test(text)) return text;
  return text
    .replace(urlWithPassword, `$1$2:${hidden}@`)
    .replace(encodedUrlWithPassword, `$1$2%3A${hidden}$4`)
    .replace(passwordInQuery, `$1${hidden}`);
}

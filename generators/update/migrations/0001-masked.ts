import { cutImport } from "../../../lib/python/index.ts";
import type { Migration } from "./migration.ts";

/** https://docs.celeryq.dev/projects/kombu/en/stable/reference/kombu.utils.url.html */
export const masked: Migration = {
  number: 1,
  rule: "masked-url",
  why: "celery_settings.py masks no URLs any more; kombu does",
  file: "celery_settings.py",
  name: "masked",
  edits: ({ source, imported }) => (imported ? cutImport(source, imported, kombus(imported)) : []),
  line: ({ imported }) => kombus(imported!),
};

function kombus({ local }: { local: string }): string {
  return `from kombu.utils.url import maybe_sanitize_url as ${local}`;
}

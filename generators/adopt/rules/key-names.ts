import { statements, stringValue } from "../../../lib/python/index.ts";
import { applicationSources, type Project } from "../../../lib/survey/index.ts";
import type { Draft, Rule } from "../draft.ts";
import { isSetting, settingName } from "../setting-names.ts";

const keyNames: Rule = {
  name: "key-names",
  why: "Celery refuses settings of which some have the names of before version 4 and some today's",
};

/** In a dict that mixes both, the old names become today's. */
export function renameKeys(project: Project, draft: Draft): void {
  for (const source of applicationSources(project)) {
    for (const dictionary of source.tree.rootNode.descendantsOfType("dictionary")) {
      const keys = statements(dictionary).flatMap((pair) => pair.childForFieldName("key") ?? []);
      const names = keys.map((key) => stringValue(key) ?? "");
      const old = names.filter((name) => /^(CELERY|CELERYD|CELERYBEAT|BROKER)_[A-Z_]+$/.test(name) && isSetting(name));
      const isMixed = names.some((name) => /^[a-z_]+$/.test(name) && isSetting(name));
      if (old.length === 0 || !isMixed || old.some((name) => names.includes(settingName(name)!))) continue;
      for (const key of keys) {
        const name = stringValue(key) ?? "";
        if (!old.includes(name)) continue;
        const quote = key.text.at(-1)!;
        draft.edit(keyNames, source, key, {
          start: key.startIndex,
          end: key.endIndex,
          text: `${quote}${settingName(name)}${quote}`,
        });
      }
    }
  }
}

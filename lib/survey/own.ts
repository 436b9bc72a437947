import { callArguments, stringValue } from "../python/index.ts";
import type { Project } from "./project.ts";

/** What an earlier run has made. */
export interface OwnStatus {
  /** Path of its `__init__.py`. */
  path: string;
  name: string;
  urlPrefix: string | null;
  cancel: boolean;
  stream: boolean;
  page: boolean;
}

/** The status endpoint of an earlier run, however its owner has edited it since. */
export function findOwn(project: Project): OwnStatus | null {
  for (const source of project.sources.values()) {
    const path = /(?:^|\/)(\w+)\/__init__\.py$/.exec(source.path);
    if (!path || !/^def init_task_status\(/m.test(source.text)) continue;
    const defines = (name: string) => new RegExp(`^def ${name}\\(`, "m").test(source.text);
    const blueprint = source.tree.rootNode
      .descendantsOfType("call")
      .find((call) => call.childForFieldName("function")?.text === "Blueprint");
    return {
      path: source.path,
      name: path[1]!,
      urlPrefix: blueprint ? stringValue(callArguments(blueprint).keywords.get("url_prefix") ?? null) : null,
      cancel: defines("cancel"),
      stream: defines("events"),
      page: defines("page"),
    };
  }
  return null;
}

/** The generators of this package. */
import type { GeneratorFolder } from "./lib/run/find.ts";

export const ours: GeneratorFolder = {
  url: new URL("./generators/", import.meta.url),
  load: (name) => import(`./generators/${name}.ts`),
};

/** What Plop loads: partials, helpers, action types and generators are registered here, and nothing else happens. */
import type { NodePlopAPI } from "plop";
import { whileLoading } from "./generators/flow/explain.ts";
import { findGenerators } from "./generators/flow/find.ts";
import { registerIncludedHelpers, registerPartials } from "./generators/flow/includes.ts";
import { type PackConfig, registerGenerators } from "./generators/flow/plop.ts";

export default function plopfile(plop: NodePlopAPI, config?: PackConfig): Promise<void> {
  return whileLoading(async () => {
    registerPartials(plop, config?.partials);
    registerIncludedHelpers(plop);
    registerGenerators(plop, await findGenerators(new URL("./generators/", import.meta.url)), config);
    plop.setDefaultInclude({ generators: true, actionTypes: true });
  });
}

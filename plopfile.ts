/** What Plop loads: partials, helpers, action types and generators are registered here, and nothing else happens. */
import type { NodePlopAPI } from "plop";
import { registerIncludedHelpers, registerPartials } from "./lib/cli/includes.ts";
import { type PackConfig, registerGenerators } from "./lib/cli/plop.ts";
import { whileLoading } from "./lib/run/explain.ts";
import { findGenerators } from "./lib/run/find.ts";
import { ours } from "./ours.ts";

export default function plopfile(plop: NodePlopAPI, config?: PackConfig): Promise<void> {
  return whileLoading(async () => {
    registerPartials(plop, config?.partials);
    registerIncludedHelpers(plop);
    registerGenerators(plop, await findGenerators(ours), config);
    plop.setDefaultInclude({ generators: true, actionTypes: true });
  });
}

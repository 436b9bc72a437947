// A plopfile with the fake generator: what plopfile.ts does, minus the real generators. Run it with `node --import tsx`.

import { registerGenerators } from "../../../lib/cli/plop.ts";
import { whileLoading } from "../../../lib/run/explain.ts";
import { fakeStages, generator, verifier } from "../fake-flow.ts";

export default function plopfile(plop, config) {
  return whileLoading(() => {
    registerGenerators(plop, process.env.FAKE_VERIFY ? [generator, verifier] : [generator], config, fakeStages);
    plop.setDefaultInclude({ generators: true, actionTypes: true });
    // With one generator alone, Plop would run it whatever name is typed.
    plop.setGenerator("other", { description: "not ours", prompts: [], actions: [() => "other ran"] });
  });
}

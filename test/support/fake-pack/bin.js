// Our own bin with the fake generator: bin.ts, minus the real ones. Run it with `node --import tsx`.
import { runBin } from "../../../lib/cli/bin.ts";
import { fakeStages } from "../fake-flow.ts";

await runBin(process.argv.slice(2), {
  generators: {
    url: new URL("./generators/", import.meta.url),
    load: (name) => import(new URL(`./generators/${name}.js`, import.meta.url).href),
  },
  underPlop: async (args) => console.log(`under plop: ${JSON.stringify(args)}`),
  stages: fakeStages,
});

// A team's plopfile that loads the pack beside generators of its own.
export default async function plopfile(plop) {
  await plop.load("./plopfile.js", JSON.parse(process.env.PACK_CONFIG ?? "{}"));
  plop.setGenerator("component", { description: "theirs", prompts: [], actions: [() => "theirs ran"] });
}

export { explainNoInstall, formatCommand, planInstall } from "./plan.ts";
export { type RunInstallOptions, runInstall } from "./run.ts";

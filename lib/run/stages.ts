/** The stages that a run goes through, each loaded when it is first used: what a run does not need costs it nothing. */
import type { Change } from "../changes/types.ts";
import type { Context } from "../contract/context.ts";
import type { InstallStep } from "../dependencies/types.ts";
import type { Project } from "../survey/index.ts";
import { type Output, writeLines } from "./terminal.ts";

export interface Stages {
  /** Finishes or undoes what an interrupted run has left behind; says what it did, or "" for nothing. */
  recover(root: string): Promise<string>;
  survey(root: string): Promise<Project>;
  /** What plan() works with. */
  context(project: Project, options: { force: boolean; partials: Readonly<Record<string, string>> }): Promise<Context>;
  diff(changes: readonly Change[]): Promise<string[]>;
  /** Writes every change or none. */
  commit(root: string, changes: readonly Change[]): Promise<void>;
  /** Runs the package manager; throws when it fails. */
  install(step: InstallStep, output: Output): Promise<void>;
}

export const stages: Stages = {
  async recover(root) {
    const { recover } = await import("../changes/commit.ts");
    const paths = await recover(root);
    return paths.length > 0 ? `An earlier run was interrupted; put back as it was: ${paths.join(", ")}.` : "";
  },
  async survey(root) {
    const { survey } = await import("../survey/index.ts");
    return survey(root);
  },
  async context(project, { force, partials }) {
    const [{ ChangeSet }, { Context }, { Templates }] = await Promise.all([
      import("../changes/change-set.ts"),
      import("../contract/context.ts"),
      import("../templates/render.ts"),
    ]);
    const changes = new ChangeSet({ read: (path) => project.read(path), force });
    return new Context({ project, changes, templates: new Templates(partials), force });
  },
  async diff(changes) {
    const { unifiedDiff } = await import("../changes/diff.ts");
    return changes.map(unifiedDiff);
  },
  async commit(root, changes) {
    const { commit } = await import("../changes/commit.ts");
    await commit(root, changes);
  },
  async install(step, output) {
    const { runInstall } = await import("../dependencies/run-install.ts");
    await runInstall(step);
    if (step.environment) await writeLines(output.out, `  created  ${step.environment.at(-1)}`);
  },
};

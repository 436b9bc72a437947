import type { ChangeSet } from "../changes/change-set.ts";
import { type Edit, type SourceFile, splice } from "../python/index.ts";
import type { Project } from "../survey/index.ts";
import type { Templates } from "../templates/render.ts";
import { fingerprint, RECORD, readRecord } from "./record.ts";

export interface ContextParts {
  project: Project;
  /** Empty; reads through the project, and overwrites conflicts when --force was given. */
  changes: ChangeSet;
  /** The pack's templates, with the partials that a team has replaced. */
  templates: Templates;
  force: boolean;
}

/** What plan() works with, so that a generator neither loads heavy modules itself nor knows who runs it. */
export class Context implements Readonly<ContextParts> {
  readonly project: Project;
  readonly changes: ChangeSet;
  readonly templates: Templates;
  readonly force: boolean;
  /** Path → text of every file that this pack keeps up to date. */
  readonly kept = new Map<string, string>();
  readonly #edits = new Map<string, Edit[]>();

  constructor({ project, changes, templates, force }: ContextParts) {
    this.project = project;
    this.changes = changes;
    this.templates = templates;
    this.force = force;
  }

  /**
   * Plans edits of a user's file. All edits of one file count from the file as it was read, in any order of calls.
   *
   * @throws UserError when the result would have a syntax error that the file did not have
   */
  edit(source: SourceFile, ...edits: readonly Edit[]): void {
    if (edits.length === 0) return;
    const all = [...(this.#edits.get(source.path) ?? []), ...edits];
    this.#edits.set(source.path, all);
    this.changes.edit(source.path, splice(source, all));
  }

  /** Renders a template into a file that stays ours: celery-update brings it up to a later version. */
  write(path: string, template: string, data: object): void {
    const text = this.templates.render(template, data);
    this.kept.set(path, text);
    this.changes.write(path, text);
  }

  /** The same, where other answers are no conflict: a file that nobody has edited since it was generated becomes what it is now. */
  rewrite(path: string, template: string, data: object): void {
    const there = this.changes.current(path);
    const print = there ? fingerprint(Buffer.from(there).toString("utf8")) : "";
    const isUntouched = readRecord(this.project.read(RECORD)).some(({ files }) => files[path] === print);
    if (!isUntouched) {
      this.write(path, template, data);
      return;
    }
    const text = this.templates.render(template, data);
    this.kept.set(path, text);
    this.changes.edit(path, text);
  }

  /** Renders a template into a new file that is the user's from then on. */
  start(path: string, template: string, data: object): void {
    this.changes.write(path, this.templates.render(template, data));
  }

  /** The same plan for a project that exists only in it. */
  withProject(project: Project): Context {
    const context = new Context({ ...this, project });
    return Object.assign(context, { kept: this.kept });
  }
}

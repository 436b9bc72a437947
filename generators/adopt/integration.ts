/** An integration as it stands: every place that makes the Celery object, configures it, hands it on or uses it. */

import type { UserError } from "../../lib/errors/index.ts";
import { callArguments, type Node, type SourceFile, statements } from "../../lib/python/index.ts";
import {
  bodyOf,
  type CeleryObject,
  callsOf,
  celeryObjects,
  contextTasks,
  definitionNamed,
  definitionOf,
  enclosing,
  importedDefinition,
  importsOf,
  nameOf,
  type Project,
  parameters,
  statementOf,
} from "../../lib/survey/index.ts";
import { cantAdopt, uncertain } from "./cant.ts";
import { type EntryFile, findEntryFiles } from "./entry-files.ts";
import {
  appNameIn,
  contains,
  enclosingOfType,
  hasGlobal,
  isConditional,
  isDefinition,
  isLocalValue,
  isUseOnly,
  mainGuardOf,
} from "./nodes.ts";
import { ObjectNames } from "./object-names.ts";
import { type Periodic, periodicOf } from "./periodic.ts";
import {
  type Configuring,
  configuring,
  constructorEntries,
  type Entry,
  type IsCelery,
  isContextTask,
} from "./statements.ts";

/** A use that stays: by a task's decorator, or in a function when the application runs. */
export interface Use {
  source: SourceFile;
  node: Node;
  kind: "decorator" | "runtime" | "base";
}

/** Everything that an integration is made of. */
export interface Old {
  object: CeleryObject;
  /** Statements and definitions that go. */
  removed: { source: SourceFile; node: Node }[];
  entries: Entry[];
  /** What handlers add to the schedule. */
  periodic: Periodic[];
  uses: Use[];
  /** Names that files take from where the object is. */
  imports: { source: SourceFile; local: string }[];
  entryFiles: EntryFile[];
}

const INSTEAD =
  "move to Flask's documented celery_init_app by hand: https://flask.palletsprojects.com/en/stable/patterns/celery/";

/**
 * Reads all of it.
 *
 * @throws UserError `adopt-uncertain` at the first place that is not understood
 */
export function readOld(project: Project, factoryName: string): Old {
  return new Reader(project, factoryName).read();
}

class Reader {
  readonly #project: Project;
  readonly #factory: string;
  readonly #names: ObjectNames;
  /** Functions that make or configure the object, and go with it. */
  readonly #makers = new Map<Node, { source: SourceFile; appName: string }>();
  readonly #entries: Entry[] = [];
  readonly #removed = new Map<Node, SourceFile>();
  readonly #taskClasses = new Set<string>();
  readonly #handlers = new Map<Node, readonly Periodic[]>();

  constructor(project: Project, factoryName: string) {
    this.#project = project;
    this.#factory = factoryName;
    this.#names = new ObjectNames(project);
  }

  read(): Old {
    const object = this.#only();
    this.#construct(object);
    const uses: Use[] = [];
    // Names lead to functions, and these to further names.
    const done = new Set<string>();
    for (let grown = true; grown; ) {
      grown = false;
      uses.length = 0;
      for (const { source, node } of this.#names.references()) {
        const use = this.#place(source, node);
        if (use) uses.push(use);
      }
      const state = `${this.#names.state()},${this.#makers.size}`;
      if (!done.has(state)) grown = done.add(state) !== undefined;
    }
    this.#checkMakers();
    this.#taskClass();
    const entryFiles = findEntryFiles(this.#project, {
      factory: this.#factory,
      namesIn: (source) => this.#names.namesIn(source),
      isGone: (statement) => this.#removed.has(statement),
      isUsed: (source) => uses.some((use) => use.source === source),
    });
    const inEntry = (source: SourceFile) => entryFiles.some((file) => file.source === source);
    const isRemoved = (node: Node) => [...this.#removed.keys()].some((gone) => contains(gone, node));
    return {
      object,
      removed: [...this.#removed].map(([node, source]) => ({ source, node })).filter(({ source }) => !inEntry(source)),
      entries: this.#entries,
      periodic: [...this.#handlers.values()].flat(),
      uses: uses.filter(({ source, node }) => !inEntry(source) && !isRemoved(node)),
      imports: this.#names.imports().filter(({ source }) => !inEntry(source)),
      entryFiles,
    };
  }

  #only(): CeleryObject {
    const [object, other] = celeryObjects(this.#project);
    if (!object) throw noObject(this.#project);
    if (other) {
      throw cantAdopt(
        other.source,
        other.call,
        `a second Celery object; the first is made in ${object.at.path}:${object.at.line}`,
        "keep one of them, let every task use it, and run the command again",
      );
    }
    if (object.kind === "unknown" && !this.#isHelper(object))
      throw cantAdopt(
        object.source,
        object.call,
        "this library makes and configures the Celery object itself",
        INSTEAD,
      );
    return object;
  }

  /** Flask-Celery-Helper: `Celery()` and `init_app(app)`, with the settings in Flask's configuration. */
  #isHelper({ source, call, maker }: CeleryObject): boolean {
    const [imported, ...others] = importsOf(source).filter(({ module }) => module === "flask_celery");
    const elsewhere = [...this.#project.sources.values()].some(
      (other) => other !== source && importsOf(other).some(({ module }) => /^flask_celery(\.|$)/.test(module)),
    );
    return !maker && !elsewhere && others.length === 0 && imported?.local === call.childForFieldName("function")?.text;
  }

  /** `FlaskCeleryExt(create_celery_app=make_celery)`, whose `.celery` is Celery's current application. */
  #extend(source: SourceFile, call: Node): void {
    const { positional, keywords } = callArguments(call);
    const given = keywords.get("create_celery_app");
    if (positional.length > 0 || keywords.size > (given ? 1 : 0))
      throw cantAdopt(source, call, "one of these arguments is not known", INSTEAD);
    this.#hold(source, call, null);
    this.#names.markExtension();
    if (!given) return;
    const found = definitionOf(this.#project, source, given);
    const holder = found?.name ? this.#project.parse(found.path) : null;
    const maker = holder && found?.name ? definitionNamed(holder.tree.rootNode, found.name) : null;
    if (!holder || maker?.type !== "function_definition")
      throw cantAdopt(source, given, "it is not seen what this function does", INSTEAD);
    const current = importsOf(holder).find(({ module, name }) => module === "celery" && name === "current_app")?.local;
    for (const statement of bodyOf(maker)) {
      const [assignment] = statements(statement);
      if (assignment?.type !== "assignment" || assignment.childForFieldName("right")?.text !== current) continue;
      const name = assignment.childForFieldName("left")!.text;
      this.#names.addScope({ source: holder, block: maker, name });
      this.#removed.set(statement, holder);
    }
    this.#makers.set(maker, { source: holder, appName: appNameIn(maker) });
  }

  #construct({ kind, source, call, maker }: CeleryObject): void {
    if (kind === "flask-celeryext") {
      this.#extend(source, call);
      return;
    }
    const callee = call.childForFieldName("function")!;
    if (definitionOf(this.#project, source, callee)?.name)
      throw cantAdopt(source, call, `${callee.text} is a class of its own, and what it adds would be lost`, INSTEAD);
    const appName = maker ? appNameIn(maker) : "app";
    const entries = constructorEntries(source, call, appName);
    if (!entries) throw cantAdopt(source, call, "one of these arguments is no setting", INSTEAD);
    this.#entries.push(...entries);
    const taskClass = callArguments(call).keywords.get("task_cls");
    if (taskClass) this.#taskClasses.add(taskClass.text);
    if (maker) this.#makers.set(maker, { source, appName });
    this.#hold(source, call, maker);
    if (maker) this.#handsOn(source, maker);
  }

  /** What a call's value, which is the object, gets as its name. */
  #hold(source: SourceFile, call: Node, within: Node | null): void {
    const statement = statementOf(call);
    if (isConditional(statement))
      throw cantAdopt(
        source,
        statement,
        "this holds only under a condition",
        "do it in any case, and run the command again",
      );
    const [expression] = statements(statement);
    const left = expression?.type === "assignment" ? expression.childForFieldName("left")! : null;
    const isRight = left && expression!.childForFieldName("right")?.id === call.id;
    if (isRight && left.type === "identifier") {
      if (within) {
        if (hasGlobal(within, left.text)) {
          throw cantAdopt(source, statement, `it fills the global ${left.text} when it is called`, INSTEAD);
        }
        this.#names.addScope({ source, block: within, name: left.text });
      } else this.#names.add(source, left.text);
      this.#removed.set(statement, source);
      return;
    }
    const isExtension = isRight && /\.extensions\s*\[\s*["']celery["']\s*\]$/.test(left.text);
    if (isExtension || expression?.id === call.id) {
      // `make_celery(app)`, or a return in the function that makes it.
      if (statement.type === "return_statement" && !(within && this.#makers.has(within)))
        throw cantAdopt(source, statement, "the object is handed on from here", INSTEAD);
      this.#removed.set(statement, source);
      return;
    }
    throw cantAdopt(source, statement, "the Celery object gets no name of a module here", INSTEAD);
  }

  /** Every call of a function that gives the object back. */
  #handsOn(source: SourceFile, maker: Node): void {
    for (const { source: caller, call } of callsOf(this.#project, source.path, nameOf(maker))) {
      const within = enclosing(call, "function_definition");
      if (within !== maker) this.#hold(caller, call, within);
    }
  }

  /** Where a reference belongs: what goes is noted, what stays is given back. */
  #place(source: SourceFile, node: Node): Use | null {
    if ([...this.#removed.keys()].some((gone) => contains(gone, node) && !isDefinition(gone))) return null;
    if ([...this.#handlers.keys()].some((handler) => contains(handler, node))) return null;
    const isCelery = (other: Node | null) => this.#names.isCelery(source, other);
    const decorator = enclosingOfType(node, "decorator");
    if (decorator) {
      const expression = statements(decorator)[0]!;
      const callee = expression.type === "call" ? expression.childForFieldName("function")! : expression;
      const isTask = callee.type === "attribute" && callee.childForFieldName("attribute")?.text === "task";
      if (isTask && isCelery(callee.childForFieldName("object"))) return { source, node, kind: "decorator" };
      if (this.#addsPeriodic(source, decorator, callee, isCelery)) return null;
      throw cantAdopt(source, decorator, "what this adds to the Celery object would be lost", inHandler(decorator));
    }
    const statement = statementOf(node);
    const within = enclosing(node, "function_definition");
    const maker = within && this.#makers.has(within) ? within : null;
    const appName = within ? appNameIn(within) : "app";
    const read = configuring(source, statement, isCelery, appName);
    if (read) {
      if (read.entries.length > 0 && isConditional(statement))
        throw cantAdopt(
          source,
          statement,
          "this holds only under a condition",
          "write it as one value, and run the command again",
        );
      this.#take(source, read);
      if (within) this.#configures(source, within, isCelery);
      return null;
    }
    if (this.#isGivenAway(source, node, statement, within)) return null;
    if (maker && statement.type === "return_statement") return null;
    if (node.parent?.type === "argument_list" && node.parent.parent?.type === "class_definition")
      throw cantAdopt(source, statement, "a class that is made from the Celery object", INSTEAD);
    const superclass = enclosingOfType(node, "argument_list")?.parent;
    if (superclass?.type === "class_definition") {
      if (isContextTask(superclass) && superclass.text.includes("app_context")) {
        this.#taskClasses.add(nameOf(superclass));
        return null;
      }
      if (maker) throw cantAdopt(source, superclass, "a task class that does more than enter the context", INSTEAD);
      return { source, node, kind: "base" };
    }
    if (this.#names.isScope(within, node.text) && !maker)
      throw cantAdopt(source, statement, "the object is used here while the application is made", INSTEAD);
    if (maker) throw cantAdopt(source, statement, "what this does with the Celery object is not known", INSTEAD);
    if (within) {
      if (!isUseOnly(node) || (nameOf(within) === this.#factory && node.parent?.type === "attribute"))
        throw cantAdopt(source, statement, "this changes the Celery object while the application is made", INSTEAD);
      return { source, node, kind: "runtime" };
    }
    const guard = mainGuardOf(statement);
    const isStart = /^\w+\.(start|worker_main)\(.*\)$/s.test(statement.text);
    if (guard && isStart && statements(guard.childForFieldName("consequence")!).length === 1) {
      this.#removed.set(guard, source);
      return null;
    }
    if (guard) throw cantAdopt(source, statement, "the worker is started from here", INSTEAD);
    throw cantAdopt(source, statement, "what this does with the Celery object is not known", INSTEAD);
  }

  /** A handler that does nothing but add periodic tasks goes, and they become settings. */
  #addsPeriodic(source: SourceFile, decorator: Node, callee: Node, isCelery: IsCelery): boolean {
    const definition = decorator.parent!.childForFieldName("definition")!;
    if (decorator.parent!.descendantsOfType("decorator").length > 1) return false;
    const periodic = periodicOf(source, definition, callee, isCelery);
    if (!periodic) return false;
    const name = nameOf(definition);
    const isNamed = [...this.#project.sources.values()].some((other) =>
      other === source
        ? other.tree.rootNode.descendantsOfType("identifier").filter(({ text }) => text === name).length > 1
        : importsOf(other).some((item) => {
            const found = item.name ? importedDefinition(this.#project, other, item) : null;
            return found?.path === source.path && found.name === name;
          }),
    );
    if (isNamed) return false;
    this.#handlers.set(definition, periodic);
    this.#removed.set(definition, source);
    return true;
  }

  /** A function that does nothing but configure the module's object, or gives it back, goes with it. */
  #configures(source: SourceFile, definition: Node, isCelery: IsCelery): void {
    if (this.#makers.has(definition) || nameOf(definition) === this.#factory) return;
    const appName = appNameIn(definition);
    const isAll = bodyOf(definition).every(
      (statement) =>
        configuring(source, statement, isCelery, appName) !== null ||
        /^[rR]?["']/.test(statement.text) ||
        this.#isGivenBack(statement, isCelery) ||
        (statement.type === "class_definition" && this.#isTaskClass(statement)),
    );
    const givesBack = bodyOf(definition).some((statement) => this.#isGivenBack(statement, isCelery));
    if (isAll || givesBack) {
      this.#makers.set(definition, { source, appName });
      this.#handsOn(source, definition);
    }
  }

  #isGivenBack(statement: Node, isCelery: IsCelery): boolean {
    return statement.type === "return_statement" && isCelery(statements(statement)[0] ?? null);
  }

  #take(source: SourceFile, { statement, entries, taskClass }: Configuring): void {
    if (this.#removed.has(statement)) return;
    this.#removed.set(statement, source);
    this.#entries.push(...entries);
    if (taskClass) this.#taskClasses.add(taskClass);
  }

  /** `celery = other` at module level, and `configure(app, celery)`: both lead on. */
  #isGivenAway(source: SourceFile, node: Node, statement: Node, within: Node | null): boolean {
    const [expression] = statements(statement);
    if (expression?.type === "assignment" && expression.childForFieldName("right")?.id === node.id && !within) {
      const left = expression.childForFieldName("left")!;
      if (left.type !== "identifier") return false;
      this.#names.add(source, left.text);
      this.#removed.set(statement, source);
      return true;
    }
    const call = node.parent?.type === "argument_list" ? node.parent.parent : node.parent?.parent?.parent;
    const isStatement =
      expression && (expression.id === call?.id || expression.childForFieldName("right")?.id === call?.id);
    if (call?.type !== "call" || !isStatement) return false;
    const found = definitionOf(this.#project, source, call.childForFieldName("function")!);
    const holder = found?.name ? this.#project.parse(found.path) : null;
    const definition = holder && found?.name ? definitionNamed(holder.tree.rootNode, found.name) : null;
    if (definition?.type !== "function_definition") return false;
    if (nameOf(definition) === this.#factory)
      throw cantAdopt(
        source,
        statement,
        "the application factory is given the Celery object",
        "make it call init_celery(app) with the module's object instead, and run the command again",
      );
    const { positional, keywords } = callArguments(call);
    const at = positional.findIndex(({ id }) => id === node.id);
    const keyword = [...keywords].find(([, value]) => value.id === node.id)?.[0];
    const name = keyword ?? parameters(definition)[at]?.name;
    if (!name || !holder) return false;
    this.#makers.set(definition, { source: holder, appName: appNameIn(definition) });
    this.#names.addScope({ source: holder, block: definition, name });
    this.#hold(source, call, within);
    return true;
  }

  /** What makes or configures the object does nothing beside it, and is called by nothing that stays. */
  #checkMakers(): void {
    for (const [maker, { source, appName }] of this.#makers) {
      const isCelery = (node: Node | null) => this.#names.isCelery(source, node);
      for (const statement of bodyOf(maker)) {
        const read = configuring(source, statement, isCelery, appName);
        if (read) this.#take(source, read);
        const isKnown =
          read !== null ||
          this.#removed.has(statement) ||
          ["return_statement", "pass_statement", "import_from_statement", "import_statement"].includes(
            statement.type,
          ) ||
          /^[rR]?["']/.test(statement.text) ||
          this.#makesApp(statement) ||
          isLocalValue(statement) ||
          (statement.type === "class_definition" && this.#isTaskClass(statement));
        if (!isKnown)
          throw cantAdopt(
            source,
            statement,
            `${nameOf(maker)}() does more than make the Celery object`,
            "move this out of it, and run the command again",
          );
      }
      for (const { source: caller, call } of callsOf(this.#project, source.path, nameOf(maker))) {
        const within = enclosing(call, "function_definition");
        const statement = statementOf(call);
        const isGone = this.#removed.has(statement) || (within && this.#makers.has(within));
        if (!isGone && statements(statement)[0]?.id === call.id) this.#removed.set(statement, caller);
        else if (!isGone) throw cantAdopt(caller, statement, `${nameOf(maker)}() is called from here`, INSTEAD);
      }
      this.#removed.set(maker, source);
    }
  }

  /** `app = app or create_app()` */
  #makesApp(statement: Node): boolean {
    return new RegExp(`^app = (?:app or )?${this.#factory}\\([^()]*\\)$`).test(statement.text);
  }

  #isTaskClass(definition: Node): boolean {
    return contextTasks({ tree: { rootNode: definition.parent! } } as never).some(({ id }) => id === definition.id)
      ? isContextTask(definition)
      : false;
  }

  /** The class with the context goes with the object, when nothing else builds on it. */
  #taskClass(): void {
    for (const source of this.#project.sources.values()) {
      for (const definition of contextTasks(source)) {
        const isGone = [...this.#removed.keys()].some((node) => contains(node, definition));
        if (!isContextTask(definition))
          throw cantAdopt(source, definition, "a task class that does more than enter the context", INSTEAD);
        if (isGone) continue;
        if (!this.#taskClasses.has(nameOf(definition)))
          throw cantAdopt(source, definition, "it is not seen who uses this task class", INSTEAD);
        this.#removed.set(definition, source);
      }
    }
  }
}

function noObject({ celery }: Project): UserError {
  return uncertain(
    `${celery?.at.path}:${celery?.at.line}: Celery is used here, and it is not seen where a Celery object is made`,
    "make it with Celery(...) in a module of the application, and run the command again",
  );
}

function inHandler(decorator: Node): string {
  return /on_after_(configure|finalize)/.test(decorator.text)
    ? "put its periodic tasks into the beat_schedule setting (https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#entries), remove the handler, and run the command again"
    : INSTEAD;
}

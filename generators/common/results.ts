/** Whether Celery keeps results, by what is configured. */
import { type FlaskApp, type Location, type Project, surveyConfig } from "../../lib/survey/index.ts";

const SETTING = /\b(?:celery_)?result_backend\b|\bbackend\s*=/i;
const SETTINGS_FILE =
  /(^|\/)\.?[\w.-]*env(\.[\w.-]+)?$|\.(ya?ml|toml|ini|cfg|json)$|(^|\/)(Dockerfile|Procfile)[\w.-]*$/;
/** What only shows how to configure it, what tests configure, and what we write ourselves. */
const NOT_IN_EFFECT =
  /example|sample|template|\.dist$|(^|\/)(tests?\/|conftest\.py$|test_\w*\.py$|celery_(app|settings|logging|database|request)\.py$)/;
/** Our celery_settings.py falls back on a database, or refuses to start without one. */
const ENSURED = /f"db\+|is_missing = not settings\[name\]/;

/**
 * Whether results are kept. An integration of somebody else is taken at its word; ours needs a result backend in the application's own Celery
 * settings or in its environment, unless celery_settings.py sees to one. What can't be read counts as none.
 */
export function resultsAreOn(project: Project, app: FlaskApp): boolean {
  if (project.celery?.kind !== "ours") return true;
  const settings = project.paths.find((path) => path.endsWith("celery_settings.py"));
  if (settings && ENSURED.test(project.parse(settings)?.text ?? "")) return true;
  const mentions = resultMentions(project);
  const { found } = surveyConfig(project, app);
  // Without settings in Flask's configuration they come from the environment, of which the repository may hold the example alone.
  if (!found) return mentions.some(({ at }) => !at.path.endsWith(".py"));
  const inEffect = mentions.filter(({ at }) => !NOT_IN_EFFECT.test(at.path));
  if (inEffect.some(({ at }) => !at.path.endsWith(".py"))) return true;
  if (found.form === "flat") return found.keys.includes("CELERY_RESULT_BACKEND");
  const mapping = project
    .parse(found.at.path)
    ?.tree.rootNode.descendantsOfType(["dictionary", "call"])
    .find((node) => node.startPosition.row === found.at.line - 1);
  // A mapping that takes in another one, or is made elsewhere, may get it there.
  if (!mapping || mapping.text.includes("**")) return inEffect.length > 0;
  const [first, last] = [mapping.startPosition.row + 1, mapping.endPosition.row + 1];
  return inEffect.some(({ at }) => at.path === found.at.path && at.line >= first && at.line <= last);
}

/** Lines of code and of settings that name a result backend. */
export function resultMentions(project: Project): { at: Location; text: string }[] {
  // Git ignores these two more often than not, so they are on no list.
  const settings = new Set([...project.paths.filter((path) => SETTINGS_FILE.test(path)), ".env", ".flaskenv"]);
  const texts = [
    ...[...project.sources.values()].map(({ path, text }) => ({ path, text })),
    ...[...settings].map((path) => ({ path, text: Buffer.from(project.read(path) ?? []).toString("utf8") })),
  ];
  return texts.flatMap(({ path, text }) =>
    text.split(/\r\n|\n|\r/).flatMap((line, index) => {
      const isSetting = SETTING.test(line) && !/^\s*#/.test(line) && !/backend["']?\s*[:=]\s*None/i.test(line);
      return isSetting && /celery|result_backend|redis|db\+|rpc/i.test(line)
        ? [{ at: { path, line: index + 1 }, text: line }]
        : [];
    }),
  );
}

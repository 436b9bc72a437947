import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";

/**
 * Generated routes use what Flask has since 2.2: `@bp.post`, `flask.typing`. An older one would not start any more.
 *
 * @throws UserError `versions-unsupported` where a lock, a pin or the environment tells an older version, unless forced
 */
export function refuseOldFlask({ project, force }: Context): void {
  const version = project.dependencies.versions.get("flask");
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  if (!version || force || major > 2 || (major === 2 && minor >= 2) || Number.isNaN(major + minor)) return;
  throw new UserError({
    code: "versions-unsupported",
    what: `This project has Flask ${version}, with which the generated route does not start; nothing was changed.`,
    why: "it needs flask>=2.2,<4, as the generated integration does",
    fix: "raise Flask first, or write the route all the same with --force",
  });
}

import { applicationSources, importsOf, type Project } from "../../lib/survey/index.ts";

/** The extension that knows the current user. */
export type Login = "none" | "flask-login" | "flask-jwt-extended";

/** Which one it is: set up in the application's own code, not merely installed. */
export function findLogin(project: Project): Login {
  const imports = applicationSources(project).flatMap(importsOf);
  const has = (module: string, name: string) =>
    imports.some((item) => item.module.split(".")[0] === module && item.name === name);
  if (has("flask_login", "LoginManager")) return "flask-login";
  return has("flask_jwt_extended", "JWTManager") ? "flask-jwt-extended" : "none";
}

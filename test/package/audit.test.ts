/** No known advisory in what a user installs. A registry that keeps no advisories is told and is no failure; anything else is. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../support/command.ts";

interface Report {
  vulnerabilities?: Record<string, { name: string; severity: string; range: string }>;
  /** Of an endpoint that answered with an error. */
  statusCode?: number;
  message?: string;
  error?: { code?: string; summary?: string };
}

type Verdict = { known: string[] } | { unreachable: string };

/** @throws when npm fails for a reason of the project, such as a missing lock file */
function judge(stdout: string): Verdict {
  const report: Report = JSON.parse(stdout);
  if (report.vulnerabilities) {
    const known = Object.values(report.vulnerabilities).map(
      ({ name, severity, range }) => `${name} ${range}: ${severity}`,
    );
    return { known };
  }
  const message = report.message ?? report.error?.summary ?? "";
  const isUnreachable = /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ERR_SOCKET|network|timeout/i.test(message);
  if (report.statusCode || isUnreachable) return { unreachable: message };
  throw new Error(`npm audit: ${report.error?.code} ${message}`);
}

test("npm knows no advisory on our dependencies", async () => {
  const how = ["--omit=dev", "--audit-level=low", "--json", "--fetch-retries=0", "--fetch-timeout=20000"];
  const verdict = judge((await runCommand(["npm", "audit", ...how])).stdout);
  if ("unreachable" in verdict)
    console.log(`npm audit has no answer here: ${verdict.unreachable.replace(/ - .*/, "")}`);
  else assert.equal(verdict.known, []);
});

test("an advisory, a registry without any, and a broken project are told apart", () => {
  const advisory = '{ "vulnerabilities": { "plop": { "name": "plop", "severity": "low", "range": "<4" } } }';
  assert.equal(judge(advisory), { known: ["plop <4: low"] });
  assert.equal(judge('{ "vulnerabilities": {} }'), { known: [] });
  assert.ok("unreachable" in judge('{ "message": "405 Method Not Allowed", "statusCode": 405, "error": {} }'));
  assert.ok("unreachable" in judge('{ "message": "request failed, reason: getaddrinfo ENOTFOUND", "error": {} }'));
  assert.throws(() => judge('{ "error": { "code": "ENOLOCK", "summary": "needs a lock file" } }'), "ENOLOCK");
});

test.run();

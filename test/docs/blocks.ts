/** Reads the command blocks of a Markdown page. CONTRIBUTING.md says how they are marked. */

/** One line that a reader types, and what the page shows below it. */
export interface Command {
  line: string;
  shown: readonly string[];
}

export interface Block {
  /** 1-based line of the opening fence. */
  at: number;
  /** What the comment above the block says: `run`, `run: example`, `not run: why`, or "" where there is none. */
  mark: string;
  commands: readonly Command[];
}

/** The fenced blocks of a page that hold commands: ```console, with `$ ` before each command. */
export function readBlocks(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index++) {
    if (!/^```(console|sh|bash|shell)\b/.test(lines[index]!)) continue;
    const end = lines.indexOf("```", index + 1);
    const mark = /^<!-- (.+) -->$/.exec(lines[index - 1] ?? "")?.[1] ?? "";
    blocks.push({ at: index + 1, mark, commands: readCommands(lines.slice(index + 1, end)) });
    index = end;
  }
  return blocks;
}

function readCommands(lines: readonly string[]): Command[] {
  const commands: { line: string; shown: string[] }[] = [];
  for (const line of lines) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ line: line.slice(2), shown: [] });
    else if (last?.line.endsWith("\\")) last.line = `${last.line.slice(0, -1)}${line.trim()}`;
    else if (last) last.shown.push(line);
  }
  return commands;
}

/** Whether `shown` is what was printed: line for line, where a line `…` stands for any number of lines. */
export function showsOutput(shown: readonly string[], printed: readonly string[]): boolean {
  if (shown.length === 0) return true;
  const pattern = shown.map((line) => (line.trim() === "…" ? "(?:.*\n)*?" : `${toPattern(line.trimEnd())}\n`)).join("");
  return new RegExp(`^${pattern}$`).test(printed.map((line) => `${line.trimEnd()}\n`).join(""));
}

/** Inside a line `…` stands for anything, such as a duration. */
function toPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*");
}

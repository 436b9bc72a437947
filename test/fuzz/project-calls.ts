/** How an application factory is called: its parameters, what it does with them, and what the project's entry passes. */
import fc from "fast-check";

/** One way of calling a factory. `P` stands for the dotted prefix of the package ("shop." or "" when flat). */
export interface CallStyle {
  name: string;
  /** The factory's parameters as source. */
  parameters: string;
  /** Import lines that the factory's file needs. */
  factoryImports: readonly string[];
  /** Statements of the factory; `app` is the application. */
  use: readonly string[];
  /** What the entry needs before the call: imports first, then statements. */
  entryImports: readonly string[];
  prepare: readonly string[];
  /** What the entry passes. */
  passed: string;
  /** Whether a server's command line can say it: only literals. */
  isLiteral: boolean;
}

const style = (name: string, parts: Partial<CallStyle>): CallStyle => ({
  name,
  parameters: "",
  factoryImports: [],
  use: ['app.config["MODE"] = mode'],
  entryImports: [],
  prepare: [],
  passed: "",
  isLiteral: false,
  ...parts,
});

const CLASSES = ["from {P}config import DevelopmentConfig"];
const BY_NAME = {
  parameters: 'mode="development"',
  factoryImports: ["from {P}config import CONFIGS"],
  use: ["app.config.from_object(CONFIGS[mode])"],
};
const BY_OBJECT = { parameters: "config", use: ["app.config.from_object(config)"] };
const BY_MAPPING = { parameters: "settings=None", use: ["app.config.update(settings or {})"] };
const secret = fc.stringMatching(/^[0-9a-f]{32}$/);

/** Every style sets MODE or more by what it is given, so that a call with other arguments shows in the configuration. */
export const callStyle: fc.Arbitrary<CallStyle> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      style("no parameters", { use: ['app.config["MODE"] = "only"'], isLiteral: true }),
      style("default kept", { parameters: 'mode="development"', isLiteral: true }),
      style("default replaced", { parameters: 'mode="development"', passed: '"production"', isLiteral: true }),
      style("annotated default", {
        parameters: 'mode: str = "development", debug: bool = False',
        passed: '"production", debug=False',
        isLiteral: true,
      }),
      style("required", { parameters: "mode", passed: '"production"', isLiteral: true }),
      style("keyword-only", { parameters: "*, mode", passed: 'mode="production"', isLiteral: true }),
      style("keyword-only with default", {
        parameters: '*, mode="development", testing=False',
        passed: 'mode="production"',
        isLiteral: true,
      }),
      style("options", {
        parameters: "**settings",
        use: ["app.config.from_mapping(settings)"],
        passed: 'MODE="production", LIMIT=3',
        isLiteral: true,
      }),
      style("class by name", { ...BY_NAME, passed: '"production"', isLiteral: true }),
      style("dotted string", {
        parameters: 'config="{P}config.DevelopmentConfig"',
        use: ["app.config.from_object(config)"],
        passed: '"{P}config.ProductionConfig"',
        isLiteral: true,
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      style("class", {
        ...BY_OBJECT,
        entryImports: ["from {P}config import ProductionConfig"],
        passed: "ProductionConfig",
      }),
      style("class or default", {
        parameters: "config=None",
        factoryImports: CLASSES,
        use: ["app.config.from_object(config or DevelopmentConfig)"],
        entryImports: ["from {P}config import ProductionConfig as Live"],
        passed: "Live",
      }),
      style("class of a mapping", {
        ...BY_OBJECT,
        entryImports: ["from {P}config import CONFIGS"],
        passed: 'CONFIGS["production"]',
      }),
      style("instance", {
        ...BY_OBJECT,
        entryImports: ["from {P}config import ProductionConfig"],
        passed: "ProductionConfig()",
      }),
      style("constant of a module", {
        parameters: 'mode="development"',
        entryImports: ["from {P}config import MODE"],
        passed: "MODE",
      }),
      style("environment", {
        ...BY_NAME,
        entryImports: ["import os"],
        passed: 'os.environ.get("SHOP_MODE", "production")',
      }),
      style("environment or", {
        ...BY_NAME,
        entryImports: ["from os import getenv"],
        passed: 'getenv("SHOP_MODE") or "production"',
      }),
      style("constant of the entry", {
        parameters: 'mode="development"',
        prepare: ['MODE = "production"'],
        passed: "MODE",
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      style("computed in try", {
        ...BY_MAPPING,
        entryImports: ["import json"],
        prepare: [
          "try:",
          "\twith open('absent.json') as stream:",
          "\t\tsettings = json.load(stream)",
          "except OSError:",
          '\tsettings = {"MODE": "production"}',
        ],
        passed: "settings",
      }),
      style("chosen by if", {
        ...BY_NAME,
        entryImports: ["import os"],
        prepare: ['mode = "development"', 'if "SHOP_DEVELOPMENT" not in os.environ:', '\tmode = "production"'],
        passed: "mode",
      }),
      style("chosen by a function", {
        parameters: 'mode="development"',
        prepare: ["def choose():", '\treturn "production"', "", ""],
        passed: "choose()",
      }),
      style("class of the entry", {
        parameters: "config=None",
        use: ["app.config.from_object(config)"],
        prepare: ["class Live:", '\tMODE = "production"', "", ""],
        passed: "Live",
      }),
      style("filled step by step", {
        ...BY_MAPPING,
        prepare: ["settings = {}", 'settings["MODE"] = "production"'],
        passed: "settings",
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.constant(style("mapping", { ...BY_MAPPING, passed: '{"MODE": "production", "LIMIT": 3}' })),
      secret.map((value) =>
        style("mapping with secrets", {
          ...BY_MAPPING,
          passed: `{"MODE": "production", "SECRET_KEY": "${value}", "MAIL_PASSWORD": "${value}"}`,
        }),
      ),
      secret.map((value) =>
        style("secrets of the entry", {
          ...BY_MAPPING,
          prepare: ["SETTINGS = {", '\t"MODE": "production",', `\t"SECRET_KEY": "${value}",`, "}"],
          passed: "SETTINGS",
        }),
      ),
    ),
  },
);

import { test } from "uvu";
import * as assert from "uvu/assert";
import { UserError } from "../../lib/errors/index.ts";
import { checkAnswer, type Given, settleAnswers } from "../../lib/run/answers.ts";
import type { Project } from "../../lib/survey/project.ts";
import { fakeStages, generator } from "../support/fake-flow.ts";
import { tempDir, writeTree } from "../support/temp.ts";

const { prompts } = generator;
const plain = await fakeStages.survey(tempDir());
const open = await fakeStages.survey(writeTree({ "two.txt": "" }));
const prompt = (name: string) => prompts.find((one) => one.name === name)!;

function refusal(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    assert.instance(error, UserError);
    return error as UserError;
  }
  throw new Error("nothing was refused");
}

const settle = (project: Project, given: Given = {}, defaults: Given = {}) =>
  settleAnswers(prompts, project, given, defaults);

test("what reading says applies where nothing was given", () => {
  assert.equal(settle(plain), {
    target: "app.py:create_app",
    broker: "redis",
    results: "redis",
    task: "say_hello",
    install: "no",
    preview: "no",
  });
});

test("the command line wins over a team's defaults, and these win over what reading says", () => {
  assert.is(settle(plain, {}, { broker: "embedded" }).broker, "embedded");
  assert.is(settle(plain, { broker: "rabbitmq" }, { broker: "embedded" }).broker, "rabbitmq");
});

test("a later default follows an earlier answer", () => {
  assert.is(settle(plain, { broker: "rabbitmq" }).results, "embedded");
  assert.is(settle(plain, {}, { broker: "rabbitmq" }).results, "embedded");
});

test("everything that is missing or wrong is listed at once", () => {
  const error = refusal(() => settle(open, { broker: "kafka" }));
  assert.is(error.code, "answers-needed");
  assert.match(error.message, "--target a.py:app");
  assert.match(error.message, "--target b.py:app");
  assert.match(error.message, 'broker: "kafka" is not one of redis, rabbitmq, embedded.');
  assert.match(error.message, "task: a name is needed.");
});

test("what trips over a missing answer does not hide that it is missing", () => {
  const [target] = prompts;
  const after = {
    ...prompt("task"),
    detect: (_: Project, answers: Given) => ({ value: (answers.target as string).trim(), certain: true }),
  };
  const error = refusal(() => settleAnswers([target!, after], open, {}, {}));
  assert.is(error.code, "answer-missing");
});

test("one thing that is missing is told alone", () => {
  const error = refusal(() => settle(open, { task: "x" }));
  assert.is(error.code, "answer-missing");
  assert.match(error.what, "target: there are two applications.");
});

test("a value that is no choice names the choices and the nearest", () => {
  const error = refusal(() => checkAnswer(prompt("broker"), "reddis"));
  assert.is(error.code, "answer-invalid");
  assert.is(error.what, 'broker: "reddis" is not one of redis, rabbitmq, embedded. Did you mean "redis"?');
});

test("positions are no values, as they are for Plop's lists", () => {
  assert.is(refusal(() => checkAnswer(prompt("broker"), "0")).code, "answer-invalid");
});

test("yes and no may be written in other ways, choices in other cases", () => {
  for (const yes of ["yes", "y", "Yes", "true", true]) assert.is(checkAnswer(prompt("install"), yes), "yes");
  for (const no of ["no", "n", "NO", "false", false]) assert.is(checkAnswer(prompt("install"), no), "no");
  assert.is(checkAnswer(prompt("broker"), "RabbitMQ"), "rabbitmq");
});

test("free text is checked and brought into its form", () => {
  assert.is(checkAnswer(prompt("task"), "sayHi"), "say_hi");
  for (const bad of ["", "a\nb", "a\u001b[2Jb", "{{x}}", "x".repeat(501)]) {
    assert.is(refusal(() => checkAnswer(prompt("target"), bad)).code, "answer-invalid", JSON.stringify(bad));
  }
});

test("a password in a wrong value is not repeated", () => {
  assert.not.match(refusal(() => checkAnswer(prompt("broker"), "redis://:hunter2@h")).message, "hunter2");
});

test.run();

/** What every door of dist/ goes through: the package as one file, which V8 does not compile anew at each start. */
const fs = require("node:fs");
const { createRequire, wrap } = require("node:module");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

// V8 would soon optimise the grammar's one huge function, on other threads: 110 ms that only thousands of files give
// back. Said here, since V8 refuses to read what it has compiled under other flags.
v8.setFlagsFromString("--wasm-tiering-budget=1000000000");

const filename = path.join(__dirname, "pack.cjs");
// Beside the code and not in a temporary folder, where others could write what runs here. V8 compares no more than the
// length of the source, so the build puts a hash of it in place of BUILD.
const cacheFile = path.join(__dirname, `pack-BUILD-${process.version}-${process.arch}.cache`);
const cachedData = readCache();
const script = new vm.Script(wrap(fs.readFileSync(filename, "latin1")), { filename, cachedData });
if (!cachedData || script.cachedDataRejected) process.once("exit", writeCache);
module.import = (name) => import(name);
script.runInThisContext()(module.exports, createRequire(filename), module, filename, __dirname);

function readCache() {
  try {
    return fs.readFileSync(cacheFile);
  } catch {
    return undefined;
  }
}

/** At the end, when all that a run needs has been compiled. A folder that can't be written to only costs time. */
function writeCache() {
  const unfinished = `${cacheFile}.${process.pid}`;
  try {
    fs.writeFileSync(unfinished, script.createCachedData());
    fs.renameSync(unfinished, cacheFile);
  } catch {
    fs.rmSync(unfinished, { force: true });
  }
}

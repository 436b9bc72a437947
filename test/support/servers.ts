/** Private Redis and RabbitMQ servers for tests: free ports, data in temporary folders, gone when the test process is gone. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "./temp.ts";

export interface Server {
  readonly url: string;
  readonly port: number;
  /** Process id of the server itself; another one after restart(). */
  readonly pid: number;
  /** Stops answering without closing connections, as a hung server does. */
  pause(): void;
  resume(): void;
  /** Dies at once, as from a power cut; its data stays for restart(). */
  kill(): Promise<void>;
  /** Starts again on the same port with the same data. */
  restart(): Promise<void>;
  /** Ends everything that was started. Also happens when the test process ends in any way. */
  stop(): Promise<void>;
}

/**
 * Starts redis-server (or another one that is started alike, such as valkey-server) with persistence off; null when it is not
 * installed (the test then calls skip()).
 *
 * @param more further options, e.g. `{ unixsocket: "/tmp/x.sock" }`
 */
export async function startRedis(
  more: Readonly<Record<string, string>> = {},
  server = "redis-server",
): Promise<Server | null> {
  const program = findProgram(server);
  if (!program) return null;
  const port = await freePort();
  const folder = tempDir("redis-");
  const options = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "no", databases: 16, ...more };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, ...String(value).split(" ")]);
  const ready = () => answers(port, "PING\r\n", "+PONG");
  return await runServer({
    port,
    url: `redis://127.0.0.1:${port}/0`,
    command: [program, ...args],
    env: {},
    folder,
    ready,
  });
}

/** Starts a Redis Sentinel that watches a server as `mymaster`, and gives up on it after a second; null when Redis is not installed. */
export async function startSentinel(master: Server): Promise<Server | null> {
  const program = findProgram("redis-server");
  if (!program) return null;
  const port = await freePort();
  const folder = tempDir("sentinel-");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
    "sentinel down-after-milliseconds mymaster 1000",
    "sentinel failover-timeout mymaster 3000",
  ];
  // It writes what it learns into that file.
  const file = path.join(folder, "sentinel.conf");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const ready = () => answers(port, "SENTINEL get-master-addr-by-name mymaster\r\n", String(master.port));
  return await runServer({
    port,
    url: `sentinel://127.0.0.1:${port}/0`,
    command: [program, file, "--sentinel"],
    env: {},
    folder,
    ready,
  });
}

/**
 * Starts moto, which answers as Amazon's services do: https://docs.getmoto.org/en/latest/docs/server_mode.html
 *
 * @param program path of moto_server
 */
export async function startMoto(program: string): Promise<Server> {
  const port = await freePort();
  const folder = tempDir("moto-");
  const request = "GET /moto-api/data.json HTTP/1.0\r\n\r\n";
  return await runServer({
    port,
    url: `sqs://127.0.0.1:${port}`,
    command: [program, "--host", "127.0.0.1", "--port", String(port)],
    env: {},
    folder,
    ready: () => answers(port, request, "200 OK"),
  });
}

/** Starts a RabbitMQ node of its own with its own epmd; null when it is not installed. Takes about five seconds. */
export async function startRabbitmq(): Promise<Server | null> {
  const program = findRabbitmq();
  const epmd = findProgram("epmd");
  if (!program || !epmd) return null;
  const [port, distPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
  const folder = tempDir("rabbitmq-");
  const file = (name: string, content = "") => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  for (const name of ["mnesia", "log", "home", "config", "schema"]) mkdirSync(path.join(folder, name));
  const env = {
    HOME: path.join(folder, "home"),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_MNESIA_BASE: path.join(folder, "mnesia"),
    RABBITMQ_LOG_BASE: path.join(folder, "log"),
    RABBITMQ_GENERATED_CONFIG_DIR: path.join(folder, "config"),
    RABBITMQ_SCHEMA_DIR: path.join(folder, "schema"),
    RABBITMQ_PID_FILE: path.join(folder, "pid"),
    RABBITMQ_CONF_ENV_FILE: file("env.conf"),
    RABBITMQ_CONFIG_FILE: file("rabbitmq.conf", "loopback_users.guest = true\nlog.file.level = warning\n"),
    RABBITMQ_ENABLED_PLUGINS_FILE: file("enabled_plugins", "[].\n"),
    // One scheduler busy-waits less on machines with few cores; the start script becomes the server's own process.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+sbwt none +sbwtdcpu none +sbwtdio none",
    detached: "yes",
  };
  // Started here and not by Erlang, whose daemon would outlive the tests.
  const ports = await guard([epmd, "-port", String(epmdPort), "-address", "127.0.0.1"], env, folder);
  const ready = () => answers(port, "AMQP\u0000\u0000\u0009\u0001", "RabbitMQ");
  const url = `amqp://guest:guest@127.0.0.1:${port}//`;
  const server = await runServer({ port, url, command: [program], env, folder, ready });
  const stop = async () => {
    await stopNode();
    await ports.end();
  };
  const stopNode = server.stop;
  return Object.assign(server, { stop });
}

/** Reports a test that this machine can't run; the runner counts the line, and in CI it is a failure. */
export function skip(name: string, reason: string): void {
  console.log(`SKIPPED ${name}: ${reason}`);
}

/** A port on which nothing listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

interface Launch {
  port: number;
  url: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  folder: string;
  ready(): Promise<boolean>;
}

async function runServer({ port, url, command, env, folder, ready }: Launch): Promise<Server> {
  let running = await guard(command, env, folder);
  await untilReady();
  return {
    url,
    port,
    get pid() {
      return running.pid;
    },
    pause: () => void process.kill(running.pid, "SIGSTOP"),
    resume: () => void process.kill(running.pid, "SIGCONT"),
    kill: () => running.end(),
    restart: async () => {
      await running.end();
      running = await guard(command, env, folder);
      await untilReady();
    },
    stop: () => running.end(),
  };

  async function untilReady(): Promise<void> {
    const deadline = Date.now() + 180_000;
    while (!(await ready())) {
      if (running.ended() || Date.now() > deadline) {
        await running.end();
        throw new Error(
          `${command[0]} did not start:\n${readFileSync(path.join(folder, "output"), "utf8").slice(-2000)}`,
        );
      }
      await sleep(50);
    }
  }
}

/**
 * Runs a program below a shell that kills it as soon as our end of a pipe closes. So nothing is left running, not even
 * when the test process is killed.
 */
export async function guard(command: readonly string[], env: Readonly<Record<string, string>>, folder: string) {
  const script = '"$@" >>"$GUARD_OUTPUT" 2>&1 & echo $!; read -r _; kill -9 $! 2>/dev/null; wait $! 2>/dev/null';
  const child: ChildProcess = spawn("/bin/sh", ["-c", script, "guard", ...command], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", LANG: "C.UTF-8", ...env, GUARD_OUTPUT: path.join(folder, "output") },
    stdio: ["pipe", "pipe", "ignore"],
    // Ctrl-C in a terminal must not reach the server before the test has ended.
    detached: true,
  });
  // Not "close": that waits for pipes which keep no process alive, and the test process would end before it.
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const pid = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.stdout?.once("data", (chunk) => resolve(Number(String(chunk).trim())));
  });
  child.stdout?.resume();
  // An open server must not keep a finished test process alive.
  child.unref();
  (child.stdin as net.Socket | null)?.unref?.();
  (child.stdout as unknown as net.Socket | null)?.unref?.();
  return {
    pid,
    ended: () => !isRunning(pid),
    end: async () => {
      child.ref();
      child.stdin?.end();
      await gone;
    },
  };
}

/** What has ended stays in the process table, as a zombie, until the shell above it looks at it. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** Whether the port answers `question` with something that contains `expected`. */
function answers(port: number, question: string, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(Buffer.from(question, "latin1")));
    let text = "";
    const finish = (outcome: boolean) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(2000, () => finish(false));
    socket.on("error", () => finish(false)).on("close", () => resolve(false));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.includes(expected)) finish(true);
    });
  });
}

function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
  return folders.map((folder) => path.join(folder, name)).find(existsSync) ?? null;
}

/** Debian's /usr/sbin/rabbitmq-server changes to the user rabbitmq and its folders; the script behind it does not. */
function findRabbitmq(): string | null {
  const versioned = "/usr/lib/rabbitmq/lib";
  const releases = existsSync(versioned) ? readdirSync(versioned).map((name) => `${versioned}/${name}/sbin`) : [];
  const folders = ["/usr/lib/rabbitmq/bin", ...releases, "/opt/rabbitmq/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];
  const direct = folders.map((folder) => `${folder}/rabbitmq-server`).find(existsSync);
  return direct ?? findProgram("rabbitmq-server");
}

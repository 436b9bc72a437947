import { disk, type FileSystem } from "../../../lib/changes/fs.ts";

export type Call = keyof FileSystem;
/** Asked before each call, which has a number from 1 on; what it throws is the outcome of the call. */
export type Hook = (number: number, call: Call, args: readonly unknown[]) => void;

/** A disk that counts its calls and can fail at each. */
export function faultyDisk(hook: Hook): { fs: FileSystem; calls: Call[] } {
  const calls: Call[] = [];
  const wrap = (call: Call) => {
    return (...args: unknown[]) => {
      try {
        hook(calls.push(call), call, args);
      } catch (error) {
        happenInPart(call, args);
        throw error;
      }
      // A test can't see what fsync does, only wait for it.
      if (call === "fsync") return undefined;
      return (disk[call] as (...all: unknown[]) => unknown)(...args);
    };
  };
  const fs = Object.fromEntries(Object.keys(disk).map((call) => [call, wrap(call as Call)]));
  return { fs: fs as FileSystem, calls };
}

/** A write that fails has often written a part, and a close that fails has closed all the same. */
export function happenInPart(call: Call, args: readonly unknown[]): void {
  const [fd, bytes] = args as [number, Uint8Array];
  if (call === "write") disk.write(fd, bytes.subarray(0, bytes.length >> 1));
  if (call === "close") disk.close(fd);
}

/** An error as Node reports it. */
export function errno(code: string, call: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });
}

/** A disk without hard links, such as exFAT: originals are copied instead. */
export function withoutLinks(fs: FileSystem): FileSystem {
  return {
    ...fs,
    link() {
      throw errno("EPERM", "link");
    },
  };
}

/** What the operating system says of a process: processor time of all its threads, memory, open files. Linux only. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** User and system time of all threads since the process began, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in brackets may hold spaces; fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in bytes. */
export const residentBytes = (pid: number): number => statusKib(pid, "VmRSS") * 1024;

/** Resident memory at its highest since the process began, or since `forgetPeak`. */
export const peakBytes = (pid: number): number => statusKib(pid, "VmHWM") * 1024;

/** Open files and sockets. */
export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

export function isRunning(pid: number): boolean {
  try {
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // No such process.
    return false;
  }
}

function statusKib(pid: number, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (found?.[1] === undefined) throw new Error(`/proc/${pid}/status has no ${name}`);
  return Number(found[1]);
}

/** A measuring window: processor time of the server and of the clients between two moments. */
import { cpuSeconds } from "../process-stats.ts";

export type Window = { readonly seconds: number; readonly serverCpuS: number; readonly clientCpuShare: number };

/** Open a window now. @returns a function that closes it */
export function openWindow(serverPid: number): () => Window {
  const fromMs = performance.now();
  const serverFrom = cpuSeconds(serverPid);
  const clientFrom = cpuSeconds(process.pid);
  return () => {
    const seconds = (performance.now() - fromMs) / 1000;
    return { seconds, serverCpuS: cpuSeconds(serverPid) - serverFrom, clientCpuShare: (cpuSeconds(process.pid) - clientFrom) / seconds };
  };
}

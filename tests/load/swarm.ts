/**
 * The clients' process, seen from outside: give it a task, wait for what it measured. One process a task, so that no run inherits the
 * garbage of the one before.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import { bareEnv, node24, root } from "./targets.ts";
import type { SwarmTasks, TaskName } from "./swarm/main.ts";

type Answer<K extends TaskName> = Awaited<ReturnType<SwarmTasks[K]>>;

/** Run one task in a process of its own. @throws when it fails or takes longer than `timeoutMs` */
export function runTask<K extends TaskName>(name: K, input: Parameters<SwarmTasks[K]>[0], timeoutMs = 300_000): Promise<Answer<K>> {
  return new Promise((done, fail) => {
    const child = fork(join(root, "tests/load/swarm/main.ts"), [], {
      cwd: root,
      execPath: node24,
      execArgv: ["--disable-warning=ExperimentalWarning", "--max-old-space-size=3000"],
      env: bareEnv({}),
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const patience = setTimeout(() => {
      child.kill("SIGKILL");
      fail(new Error(`the clients took longer than ${timeoutMs} ms for ${name}`));
    }, timeoutMs);
    let answer: { ok: true; value: Answer<K> } | { ok: false; error: string } | null = null;
    child.once("message", (message) => {
      answer = message as typeof answer;
    });
    child.once("exit", (code) => {
      clearTimeout(patience);
      if (answer === null) fail(new Error(`the clients' process ended with ${String(code)} during ${name}`));
      else if (answer.ok) done(answer.value);
      else fail(new Error(`${name}: ${answer.error}`));
    });
    child.send({ name, input });
  });
}

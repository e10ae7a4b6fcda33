/** What the frame of every page shows; the root's loader answers it. */
import { useRouteLoaderData } from "@remix-run/react";

export type ShellViewer = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly organisations: readonly { readonly id: string; readonly name: string }[];
};

export type ShellData = {
  /** Null when nobody is signed in. */
  readonly viewer: ShellViewer | null;
  readonly theme: "system" | "light" | "dark";
  readonly demo: boolean;
};

/** Null where even the root could not load. */
export function useShell(): ShellData | null {
  return useRouteLoaderData<ShellData>("root") ?? null;
}

/**
 * The copy of a lesson on this device (IndexedDB), so that a reload without network still opens it.
 * Databases are named by person and document: two people who share a laptop never see each other's copies.
 */
import { IndexeddbPersistence } from "y-indexeddb";
import type * as Y from "yjs";

const PREFIX = "bansho:";

/** Name of the database that keeps a document for a person. */
export const databaseName = (personId: string, document: string): string => `${PREFIX}${personId}:${document}`;

export type DeviceStore = {
  /** Settles when the copy has been read into the document; false when this device cannot keep one. */
  readonly loaded: Promise<boolean>;
  readonly close: () => void;
};

/** Keep `doc` on this device. `onFailed` is called once when it cannot be kept (private window, full disk). */
export function keepOnDevice(doc: Y.Doc, name: string, onFailed: () => void): DeviceStore {
  let persistence: IndexeddbPersistence | null = null;
  let closed = false;
  let failed = false;
  const fail = (): false => {
    if (!failed && !closed) {
      failed = true;
      onFailed();
    }
    return false;
  };

  async function load(): Promise<boolean> {
    if (typeof indexedDB === "undefined" || !(await canOpen(name))) return fail();
    if (closed) return false;
    persistence = new IndexeddbPersistence(name, doc);
    await persistence.whenSynced;
    // Errors of single writes (a full disk) bubble up to the database.
    persistence.db?.addEventListener("abort", fail);
    persistence.db?.addEventListener("error", fail);
    return true;
  }

  return {
    loaded: load(),
    close: () => {
      closed = true;
      void persistence?.destroy(); // closing the database; nothing waits for it
    },
  };
}

/** y-indexeddb has no way to say that the database cannot be opened, so it is tried first. */
function canOpen(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(name);
      // The stores are y-indexeddb's to make, and it makes them only in a new database.
      request.addEventListener("upgradeneeded", () => {
        request.result.createObjectStore("updates", { autoIncrement: true });
        request.result.createObjectStore("custom");
      });
      request.addEventListener("success", () => {
        request.result.close();
        resolve(true);
      });
      request.addEventListener("error", (event) => {
        event.preventDefault();
        resolve(false);
      });
    } catch {
      resolve(false);
    }
  });
}

/**
 * Delete what this device keeps of lessons: all of it, or one person's. Called when somebody signs out.
 * Browsers that cannot list databases are emptied by the server's Clear-Site-Data.
 */
export async function purgeDevice(personId?: string): Promise<void> {
  if (typeof indexedDB === "undefined" || typeof indexedDB.databases !== "function") return;
  const wanted = personId === undefined ? PREFIX : `${PREFIX}${personId}:`;
  const databases = await indexedDB.databases();
  await Promise.all(databases.flatMap(({ name }) => (name?.startsWith(wanted) ? [deleteDatabase(name)] : [])));
}

/**
 * Whose copy of a document this device keeps; null for none, and where databases cannot be listed. Signing out empties the device, so there
 * is one; of several the first by id.
 */
export async function findKeptBy(document: string): Promise<string | null> {
  if (typeof indexedDB === "undefined" || typeof indexedDB.databases !== "function") return null;
  const databases = await indexedDB.databases();
  const people = databases.flatMap(({ name }) =>
    name?.startsWith(PREFIX) && name.endsWith(`:${document}`) ? [name.slice(PREFIX.length, -document.length - 1)] : [],
  );
  return people.toSorted()[0] ?? null;
}

/** Settles also when another window still holds the database open: it is deleted when that window closes. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    for (const outcome of ["success", "error", "blocked"]) request.addEventListener(outcome, () => resolve());
  });
}

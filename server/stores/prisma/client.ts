/** The Prisma client of one database. Only this folder sees it. */
import type { SqlDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { SECOND_MS } from "#core/time";
import { PrismaClient } from "../generated/client.ts";

export type Database = PrismaClient;

/** Makes the client. A transaction waits its turn for at most ten seconds, and may last as long. */
export const makeClient = (adapter: SqlDriverAdapterFactory): Database =>
  new PrismaClient({ adapter, errorFormat: "minimal", transactionOptions: { maxWait: 10 * SECOND_MS, timeout: 10 * SECOND_MS } });

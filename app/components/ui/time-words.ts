/** Times as people here say them: 9:47, Wed 21 Jan, Wed 21 Jan 2025. Pure: the zone and the present are handed in. */

type Parts = { readonly weekday: string; readonly day: string; readonly month: string; readonly year: string; readonly time: string };

/** Where the server writes times; the browser corrects them to the reader's own zone. */
export const SERVER_ZONE = "Europe/London";

export type TimeForm = "date" | "date-time" | "when";

/**
 * @param form "date": Wed 21 Jan (with the year when it is another one); "date-time": Wed 21 Jan 9:47;
 *   "when": as near as useful: today 9:47, yesterday 9:47, Wed 21 Jan
 */
export function timeWords(atMs: number, form: TimeForm, { zone, nowMs }: { readonly zone: string; readonly nowMs: number }): string {
  const at = partsOf(atMs, zone);
  const now = partsOf(nowMs, zone);
  const date = `${at.weekday} ${at.day} ${at.month}${at.year === now.year ? "" : ` ${at.year}`}`;
  if (form === "date") return date;
  if (form === "date-time") return `${date} ${at.time}`;
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return `today ${at.time}`;
  if (days === 1) return `yesterday ${at.time}`;
  return date;
}

function partsOf(atMs: number, zone: string): Parts {
  const found = new Map(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .formatToParts(atMs)
      .map((part) => [part.type, part.value]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes): string => found.get(type) ?? "";
  // Some versions write "Sept".
  return {
    weekday: get("weekday"),
    day: get("day"),
    month: get("month").slice(0, 3),
    year: get("year"),
    time: `${Number(get("hour"))}:${get("minute")}`,
  };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dayNumber = (parts: Parts): number => Date.UTC(Number(parts.year), MONTHS.indexOf(parts.month), Number(parts.day)) / 86_400_000;

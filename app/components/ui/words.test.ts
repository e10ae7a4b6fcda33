import { describe, expect, test } from "vitest";
import { initialsOf } from "./initials.ts";
import { timeWords } from "./time-words.ts";

describe("initialsOf", () => {
  test("takes first and last name and leaves titles out", () => {
    expect(["Aisha Rahman", "Dr Priya Nair", "Mr. Ben van der Okafor", "Olu", "  ", "Dr", "éva Ó Briain"].map(initialsOf)).toEqual([
      "AR",
      "PN",
      "BO",
      "O",
      "?",
      "D",
      "ÉB",
    ]);
  });
});

describe("timeWords", () => {
  const nowMs = Date.UTC(2026, 0, 23, 12);
  const london = { zone: "Europe/London", nowMs };
  test("says a date with the year only when it is another", () => {
    expect(timeWords(Date.UTC(2026, 0, 21, 9, 47), "date", london)).toBe("Wed 21 Jan");
    expect(timeWords(Date.UTC(2025, 8, 1, 9, 47), "date", london)).toBe("Mon 1 Sep 2025");
  });
  test("says hours without a nought in front", () => expect(timeWords(Date.UTC(2026, 0, 21, 9, 7), "date-time", london)).toBe("Wed 21 Jan 9:07"));
  test("says today and yesterday by the reader's calendar, over the turn of a year too", () => {
    expect(timeWords(Date.UTC(2026, 0, 23, 0, 5), "when", london)).toBe("today 0:05");
    expect(timeWords(Date.UTC(2026, 0, 22, 23, 59), "when", london)).toBe("yesterday 23:59");
    expect(timeWords(Date.UTC(2026, 0, 22, 23, 59), "when", { zone: "Asia/Tokyo", nowMs })).toBe("today 8:59");
    expect(timeWords(Date.UTC(2025, 11, 31, 9), "when", { zone: "Europe/London", nowMs: Date.UTC(2026, 0, 1, 9) })).toBe("yesterday 9:00");
    expect(timeWords(Date.UTC(2026, 0, 20, 9), "when", london)).toBe("Tue 20 Jan");
  });
});

import { parseOptions } from "@node-rs/argon2";
import { describe, expect, it } from "vitest";
import { isAppError } from "#core/errors";
import { describeDevice } from "./device.ts";
import { findPasswordFault } from "./password-rules.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { makeSessionCookie } from "./session-cookie.ts";
import { networkOf } from "./sign-in-limits.ts";
import { hashToken, isSameSecret, isToken, makeToken } from "./tokens.ts";
import { makeWaitingLine } from "./waiting-line.ts";

const counting = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => index);

describe("passwords", () => {
  it("are kept as argon2id with 19 MiB, two passes and one lane", async () => {
    const hash = await hashPassword("four apples make pie");
    expect(parseOptions(hash)).toMatchObject({ algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  });

  it("match themselves, however the keyboard composed their accents, and nothing else", async () => {
    const hash = await hashPassword("caf\u00e9 au lait le matin");
    expect(await verifyPassword(hash, "cafe\u0301 au lait le matin")).toBe(true);
    expect(await verifyPassword(hash, "cafe au lait le matin")).toBe(false);
    expect(await verifyPassword(hash, "x".repeat(100_000))).toBe(false);
  });

  it("never match where there is no account, not even the empty one", async () => {
    expect(await verifyPassword(null, "four apples make pie")).toBe(false);
    expect(await verifyPassword(null, "")).toBe(false);
  });

  it("cost the same work for an account that does not exist", async () => {
    const hash = await hashPassword("four apples make pie");
    const time = async (kept: string | null): Promise<number> => {
      const tries: number[] = [];
      for (let i = 0; i < 7; i++) {
        const startMs = performance.now();
        await verifyPassword(kept, "wrong words in a row");
        tries.push(performance.now() - startMs);
      }
      return Math.min(...tries);
    };
    const known = await time(hash);
    const unknown = await time(null);
    // The same options make the same work; a skipped verification would be a thousand times faster.
    expect(unknown).toBeGreaterThan(known / 3);
  });
});

describe("the line in which passwords wait", () => {
  it("works on a few at once, lets so many wait, and tells the rest to come back", async () => {
    const inLine = makeWaitingLine({ atOnce: 2, maxWaiting: 3 });
    let most = 0;
    let now = 0;
    const ends: (() => void)[] = [];
    const come = async (): Promise<string> => {
      try {
        await inLine(async () => {
          most = Math.max(most, ++now);
          await new Promise<void>((resolve) => ends.push(resolve));
          now -= 1;
        });
        return "done";
      } catch (error) {
        return isAppError(error) ? error.code : "bug";
      }
    };
    const all = Promise.all(Array.from({ length: 7 }, come));
    for (let turn = 0; turn < 20; turn++) {
      ends.shift()?.();
      await new Promise((next) => setImmediate(next));
    }
    expect(await all).toEqual(["done", "done", "done", "done", "done", "too-many", "too-many"]);
    expect(most).toBe(2);
  });

  it("goes on after work that failed", async () => {
    const inLine = makeWaitingLine({ atOnce: 1, maxWaiting: 1 });
    await expect(Promise.all([inLine(() => Promise.reject(new Error("no"))), inLine(async () => "next")])).rejects.toThrow("no");
    expect(await inLine(async () => "again")).toBe("again");
  });
});

describe("limits on signing in", () => {
  it("[SV2] count an address, and a whole IPv6 network, as one", () => {
    expect(networkOf("192.0.2.7")).toBe("192.0.2.7");
    expect(networkOf("::ffff:192.0.2.7")).toBe("192.0.2.7");
    for (const address of ["2001:db8:0:7::1", "2001:0db8:0000:0007:ffff:1:2:3", "2001:DB8:0:7:a::", "2001:db8::7:a:b:c:d"])
      expect(networkOf(address)).toBe("2001:db8:0:7::/64");
    expect(networkOf("::1")).toBe("0:0:0:0::/64");
    expect(networkOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
    expect(networkOf("unknown")).toBe("unknown");
  });
});

describe("password rules", () => {
  it("accept long words that have nothing to do with each other, in any script", () => {
    const good = ["correct horse battery staple", "four apples make pie", "Xk29dkfQm2,pL", "ελληνικά μαθήματα τώρα"];
    expect(good.filter((password) => findPasswordFault(password, ["Aisha Rahman", "aisha@elm.example"]) !== null)).toEqual([]);
  });

  it("ask for twelve characters, counted as a person counts them", () => {
    expect(findPasswordFault("elevenchars")).toMatch(/at least 12/);
    expect(findPasswordFault("🙂🙃😉😊😇🥳")).toMatch(/at least 12/);
    expect(findPasswordFault("")).toBe("Choose a password.");
    expect(findPasswordFault("long enough words ".repeat(20))).toMatch(/at most 256/);
  });

  it("refuse common passwords, runs and repeats, also with digits for letters", () => {
    const common = `password1234 passwordpassword Liverpool2024! aaaaaaaaaaaa 123456789012 qwertyuiopasdf 1q2w3e4r5t6y 1qaz2wsx3edc zaq12wsxcde3
      abcabcabcabc P4ssw0rd!2024 iloveyou1234 bansho-bansho teacher12345 abcdefghijkl 123qweasdzxc qwerty123456 manchesterunited
      thisismypassword mathsmaths2025 letmeinletmein asdfasdfasdf zyxwvutsrqpo`;
    expect(
      common
        .trim()
        .split(/\s+/)
        .filter((password) => findPasswordFault(password)?.includes("first passwords") !== true),
    ).toEqual([]);
  });

  it("refuse what is made of the person's own name, e-mail or school", () => {
    const about = ["Aisha Rahman", "aisha.rahman@elmlane.example", "Elm Lane Primary"];
    const own = ["aisha.rahman2024", "RahmanAisha12", "elmlane-aisha1"];
    expect(own.filter((password) => findPasswordFault(password, about)?.includes("close to your name") !== true)).toEqual([]);
  });
});

describe("tokens", () => {
  it("carry 256 bits and are kept only as SHA-256", () => {
    const token = makeToken(counting);
    expect(token).toBe("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    expect(isToken(token)).toBe(true);
    expect(hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("compare as secrets", () => {
    expect(isSameSecret("abc", "abc")).toBe(true);
    expect(isSameSecret("abc", "abcd")).toBe(false);
  });
});

describe("the session cookie", () => {
  const token = makeToken(counting);

  it("is HttpOnly and Lax, and bound to the host under https", () => {
    expect(makeSessionCookie({ secure: false }).serialise(token)).toBe(`bansho_session=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000`);
    expect(makeSessionCookie({ secure: true }).serialise(token)).toBe(
      `__Host-bansho_session=${token}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000`,
    );
    expect(makeSessionCookie({ secure: true }).clear()).toContain("Max-Age=0");
  });

  it("is found among others and ignored when it does not look like a token", () => {
    const { parse } = makeSessionCookie({ secure: false });
    expect(parse(`theme=dark; bansho_session=${token}; x=y=z`)).toBe(token);
    expect(parse(`bansho_session=rubbish; bansho_session=${token}`)).toBe(token);
    for (const header of [undefined, "", "bansho_session", "bansho_session=; a=b", `xbansho_session=${token}`]) expect(parse(header)).toBeNull();
    expect(makeSessionCookie({ secure: true }).parse(`bansho_session=${token}`)).toBeNull();
  });
});

describe("devices", () => {
  it("are said in words", () => {
    const agents = {
      "Chrome on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
      "Edge on Windows":
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0",
      "Safari on an iPhone":
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
      "Chrome on a Chromebook": "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
      "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
      "Unknown device": "curl/8.4",
    };
    for (const [words, agent] of Object.entries(agents)) expect(describeDevice(agent)).toBe(words);
    expect(describeDevice(undefined)).toBe("Unknown device");
  });
});

/**
 * Which passwords are accepted: long ones that nobody guesses in the first million tries (NIST SP 800-63B: length, no rules about
 * kinds of characters, common ones refused). No list of leaked passwords is carried: of those with 12 letters or more, nearly all
 * are a common word or a keyboard run with digits around it, and that is what is recognised here.
 */
import { LIMITS } from "#core/limits";

/** Fewer independent parts than this is a guess away. A part: one unpredictable letter, or one whole word, run or year. */
const MIN_PARTS = 6;

const COMMON_WORDS = `
  thisismypassword thisismy mypassword password passwort passphrase passcode secret letmein welcome iloveyou loveyou admin administrator login guest default changeme qwerty azerty
  bansho classroom headteacher teacher teaching education school primary academy pupils pupil lesson lessons maths math mathematics mastery
  football liverpool chelsea arsenal everton manchester united tottenham newcastle rangers celtic england london
  monkey dragon sunshine princess superman batman pokemon shadow master charlie michael jordan jennifer ashley daniel jessica thomas
  baseball basketball cheese chocolate banana flower butterfly summer winter spring autumn christmas freedom whatever trustno starwars
  january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday
  computer internet google facebook samsung hello family mother father forever blessed jesus angel lovely mylove myself
`
  .trim()
  .split(/\s+/)
  .toSorted((a, b) => b.length - a.length);

/** Runs along keyboards, the alphabet and the digits; any piece of four or more counts as one part, backwards too. */
const RUNS = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
  "qazwsxedcrfvtgbyhnujm",
  "zaqxswcdevfrbgtnhymju",
  "qweasdzxc",
  "zaq1xsw2cde3vfr4bgt5nhy6mju7",
  "1!2@3#4$5%6^7&8*9(0)",
].flatMap((run) => [run, Array.from(run).toReversed().join("")]);

const LEET: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s", "!": "i" };

/**
 * Look at a password that somebody wants to have.
 * @param about words an acquaintance would try: the person's name, e-mail and organisation
 * @returns null when it is good, or the sentence to put beside the field
 */
export function findPasswordFault(password: string, about: readonly string[] = []): string | null {
  const length = Array.from(password.normalize("NFKC")).length;
  if (length === 0) return "Choose a password.";
  if (length < LIMITS.minPasswordLength)
    return `Use at least ${LIMITS.minPasswordLength} characters. Three or four words in a row make a good password.`;
  if (length > LIMITS.maxPasswordLength) return `Use at most ${LIMITS.maxPasswordLength} characters.`;
  const own = ownWords(about);
  if (countParts(password, COMMON_WORDS) < MIN_PARTS)
    return "This is among the first passwords somebody would try. Three or four words that have nothing to do with each other are safer.";
  if (own.length > 0 && countParts(password, [...own, ...COMMON_WORDS]) < MIN_PARTS)
    return "This is close to your name, e-mail address or school. Choose something that nobody who knows you would try.";
  return null;
}

/** Words of three letters or more in names and addresses. */
function ownWords(about: readonly string[]): readonly string[] {
  const words = about.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 3);
  return [...new Set(words)].toSorted((a, b) => b.length - a.length);
}

/** How many different parts the password is made of: the more, the longer it takes to guess. */
function countParts(password: string, words: readonly string[]): number {
  const text = password.normalize("NFKC").toLowerCase();
  // Read as it stands and with digits for letters ("p4ssw0rd"); the reading that is easier to guess counts.
  return Math.min(readParts(text, words), readParts(Array.from(text, (letter) => LEET[letter] ?? letter).join(""), words));
}

function readParts(text: string, words: readonly string[]): number {
  const parts = new Set<string>();
  let at = 0;
  while (at < text.length) {
    const piece = text.slice(at);
    const word = words.find((candidate) => piece.startsWith(candidate));
    const taken = word ?? findYear(piece) ?? findRun(piece) ?? findRepeat(piece) ?? String.fromCodePoint(piece.codePointAt(0) ?? 0);
    parts.add(taken.length > 1 && word === undefined ? `run ${taken.slice(0, 4)}` : taken);
    at += taken.length;
  }
  return parts.size;
}

const findYear = (piece: string): string | null => /^(?:19|20)\d\d(?!\d)/.exec(piece)?.[0] ?? null;

/** The longest piece of a keyboard run, four or more. */
function findRun(piece: string): string | null {
  for (let length = Math.min(piece.length, 28); length >= 4; length--) {
    const start = piece.slice(0, length);
    if (RUNS.some((run) => run.includes(start))) return start;
  }
  return null;
}

/** One to four characters three times or more in a row: "aaa", "abcabcabc". */
const findRepeat = (piece: string): string | null => /^(.{1,4}?)\1{2,}/su.exec(piece)?.[0] ?? null;

/**
 * Every limit of the product in one table: a number, its unit in the name, and why it is what it is.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS = {
  // --- sync: a lesson of 100 pages is about 300 KiB of Yjs; a first sync carries it whole.
  /** One websocket message. Larger ones are refused before they are read. */
  maxFrameBytes: 4 * MIB,
  /** One Yjs update. Typing is tens of bytes; a pasted document is below one MiB. */
  maxUpdateBytes: 2 * MIB,
  /** A whole document, snapshot and tail together. Past it new edits are refused with a reason. */
  maxDocumentBytes: 16 * MIB,
  /** One awareness state: name, colour, cursor. */
  maxAwarenessBytes: 8 * KIB,
  /** Awareness entries in one message: one client speaks only for itself, plus its own stale entry after a reload. */
  maxAwarenessClients: 2,
  /**
   * Frames one connection may send in a second, as an average over `frameBurst`. A fast typist sends 20; a script that writes a document
   * keeps 16 in flight and reaches six thousand. Taking in a frame costs some ten microseconds, so this is a tenth of a core.
   */
  maxFramesPerSecond: 10_000,
  frameBurst: 20_000,
  /** A frame counts once more for each so many of its bytes: 20 MiB a second at most, 40 at once. */
  bytesPerCountedFrame: 2 * KIB,
  /**
   * Questions whose answers are large and dear (step 1, query awareness) on one connection: so many at once, and then one a second. Clients ask
   * once when they come.
   */
  questionBurst: 32,
  maxQuestionsPerSecond: 1,
  /** Open sockets of one person, over all documents. */
  maxConnectionsPerPerson: 64,
  /** Open sockets on one document. */
  maxConnectionsPerDocument: 500,
  /** With more than this waiting for it, a reader is told nothing more until it has taken all of it; then it gets at once what it lacks. */
  resyncLaterBytes: 256 * KIB,
  /** A reader that has not taken what waits for it after so long is cut off. */
  slowReaderMs: 30_000,
  /** What a connection may have waiting when it is owed an answer or a notice. Past it, it is cut off at once. */
  maxSendBufferBytes: 8 * MIB,
  /** Frames kept for a connection whose room is still loading, or whose client id is being bound. A script's first burst is hundreds. */
  maxWaitingFrames: 1_024,
  /** Updates with gaps that one connection may have taken apart: each costs building the whole document once. */
  maxTakenApart: 8,
  /** Client ids one connection may bring into a document. A browser that was offline brings one for each time its page was opened. */
  maxNewClientIds: 1_024,
  /** Edits of all documents that wait to be written while the database fails. Past it new edits are turned away, not lost: their writers keep them. */
  maxUnsavedBytes: 64 * MIB,
  /** Longest document name. */
  maxDocumentNameLength: 200,
  /** Group commit: how long an update may wait for company before it is written. A crash loses at most this and the commit before. */
  commitDelayMs: 8,
  /** The same while more than `busyUpdates` came in the last tenth of a second: then each commit carries many, and there need be fewer of them. */
  busyCommitDelayMs: 20,
  busyUpdates: 30,
  /** A room tells who is where at most this often, unless it has edits to tell anyway. */
  awarenessDelayMs: 30,
  /**
   * While the server is busy, edits and cursors of a room wait this long for company, so that each receiver gets one message with all of them.
   * A quiet server forwards at once.
   */
  gatherMs: 6,
  /** While the server is busy it may rest so long between turns, to read more at once; the long one after a turn with a hundred receivers. */
  restMs: 5,
  longRestMs: 8,
  /** Messages to receivers in a tenth of a second past which the server counts as busy. */
  busyDeliveries: 40,
  /** An idle room leaves memory this long after the last person left. */
  roomIdleMs: 30_000,
  /** Compact a document's log past this many updates, or bytes. */
  compactAfterUpdates: 1_000,
  compactAfterBytes: 1 * MIB,

  // --- people
  /** NIST SP 800-63B: length, not composition. */
  minPasswordLength: 12,
  maxPasswordLength: 256,
  maxNameLength: 120,
  maxEmailLength: 254,
  /** Sessions slide: each visit gives this long again. */
  sessionDays: 30,
  invitationDays: 14,
  resetHours: 24,
  /** Wrong sign-ins for one account, and for one address, within the window. */
  signInTriesPerAccount: 10,
  signInTriesPerAddress: 60,
  signInWindowMinutes: 15,

  // --- lessons
  maxTitleLength: 200,
  /** "1, 2, 3" at most, and then some. */
  maxYearGroupLength: 40,
  /** Criteria of one lesson that lists show and search finds. Ready-to-progress codes are below 8 characters. */
  maxCriteria: 50,
  maxCriterionCodeLength: 64,
  maxVersionTitleLength: 120,
  maxVersionNoteLength: 2_000,
  maxFormBytes: 256 * KIB,
  pageSize: 50,
} as const;

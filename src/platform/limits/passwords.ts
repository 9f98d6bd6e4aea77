/** Bounds of passwords, attempts and stored hashes. */
export const passwordsLimits = {
  passwordCharactersMin: 8,
  passwordCharactersMax: 256,
  /** Of a password that is compared, which may be older than the policy or another system's. */
  passwordTextCharactersMax: 1024,
  /** Shortest part of a login that a password must not hold. */
  loginPartCharactersMin: 4,
  temporaryPasswordCharacters: 16,
  temporaryPasswordDrawsMax: 100,
  /** Wrong passwords from one address in a window, whoever they are for. */
  attemptsPerAddressMax: 100,
  attemptsWindowSeconds: 600,
  /** Consecutive wrong passwords, after which the user is locked out. */
  passwordAttemptsMax: 10,
  /** Attempts for one user that wait for their turn. */
  passwordAttemptsWaitingMax: 100,
  /** How often a user's object starts over when the user was changed while it read. */
  projectionReadsMax: 5,
  /** What a user's object keeps of the user: at most two bytes each, in a value that may have 2 MB. */
  projectionCharactersMax: 900_000,
  /** Apps of which a user's object knows what the user has. */
  assignmentsKnownMax: 200,
  /** Of a stored Argon2id hash: one hash must fit into an isolate of 128 MB beside everything else. */
  argon2MemoryKibMax: 47_104,
  argon2PassesMax: 10,
  argon2LanesMax: 4,
  /** bcrypt begins at 4; 14 is about a second of CPU in JavaScript, and each step doubles it. */
  bcryptWorkFactorMin: 4,
  bcryptWorkFactorMax: 14,
  pbkdf2IterationsMin: 4096,
  /** More is refused by WebCrypto in production, and only there. */
  pbkdf2IterationsMax: 100_000,
  pbkdf2KeyBytesMin: 16,
  passwordDigestBytesMax: 512,
  passwordSaltBytesMax: 512,
} as const

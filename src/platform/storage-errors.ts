/** Faults of storage, told apart from its answers. Always retryable, never a verdict about the request. */

/** Storage did not answer, or not in a way that can be trusted. */
export class StorageUnavailable extends Error {
  constructor(what: string, cause?: unknown) {
    super(`Storage is unavailable: ${what}`, { cause })
    this.name = 'StorageUnavailable'
  }
}

/** The database has no schema, or one that this code cannot work with. */
export class SchemaMismatch extends StorageUnavailable {}

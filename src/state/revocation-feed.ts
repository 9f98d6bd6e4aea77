/**
 * Durable Object: the revocation feed of one server. Marks are kept until the tokens they mean have expired, and no
 * more than so many: beyond that one overflow stands for them all. An object that only answers stores nothing.
 */
import { DurableObject } from 'cloudflare:workers'
import {
  covers,
  joined,
  type FeedDelta,
  type FeedPosition,
  type Mark,
  type Overflow,
} from '../domain/revocation-feed.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'

const FORMAT = 1
const SWEEP_SECONDS = 600

interface Kept extends FeedPosition {
  readonly format: typeof FORMAT
  readonly overflow: Overflow | null
}

const NOWHERE: FeedPosition = { life: '', sequence: 0 }

type Row = Mark & Record<string, SqlStorageValue>
type OverflowRow = Overflow & Record<string, SqlStorageValue>

export class RevocationFeed extends DurableObject {
  /** Null: nothing is marked. */
  get #kept(): Kept | null {
    const kept = this.ctx.storage.kv.get<Kept>('feed')
    return kept?.format === FORMAT ? kept : null
  }

  set #kept(kept: Kept) {
    this.ctx.storage.kv.put('feed', kept)
  }

  async mark(marks: readonly Mark[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      this.#add(marks)
    })
    if ((await this.ctx.storage.getAlarm()) === null) await this.#wakeLater()
  }

  since(position: FeedPosition | null): FeedDelta {
    const kept = this.#kept
    if (kept === null) return { position: NOWHERE, isWhole: true, marks: [], overflow: null }
    const { life, sequence, overflow } = kept
    const isWhole = position?.life !== life
    const rows = this.ctx.storage.sql.exec<Row>(
      'SELECT holder, at, until FROM marks WHERE sequence > ?',
      isWhole ? 0 : position.sequence,
    )
    return { position: { life, sequence }, isWhole, marks: rows.toArray(), overflow }
  }

  // A mark that says nothing new is no work for anybody who follows.
  #add(marks: readonly Mark[]): void {
    const kept = this.#kept ?? this.#begun()
    const news = marks.filter(
      (mark) => !covers(kept.overflow, mark) && !covers(this.#find(mark), mark),
    )
    if (news.length === 0) return
    const sequence = kept.sequence + 1
    for (const { holder, at, until } of news)
      this.ctx.storage.sql.exec(
        `INSERT INTO marks (holder, at, until, sequence) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (holder)
         DO UPDATE SET at = max(at, ?2), until = max(until, ?3), sequence = ?4`,
        holder,
        at,
        until,
        sequence,
      )
    this.#kept = { ...kept, sequence, overflow: this.#overflow(kept.overflow) }
  }

  #find({ holder }: Mark): Overflow | undefined {
    const found = 'SELECT at, until FROM marks WHERE holder = ?'
    return this.ctx.storage.sql.exec<OverflowRow>(found, holder).toArray()[0]
  }

  #begun(): Kept {
    const { sql } = this.ctx.storage
    sql.exec(
      `CREATE TABLE IF NOT EXISTS marks (holder TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL,
       sequence INTEGER NOT NULL) WITHOUT ROWID`,
    )
    sql.exec('CREATE INDEX IF NOT EXISTS marks_by_sequence ON marks (sequence)')
    return { format: FORMAT, life: randomToken(), sequence: 0, overflow: null }
  }

  // One overflow says more than the marks that it stands for, and so never too little.
  #overflow(before: Overflow | null): Overflow | null {
    if (this.#count() <= limits.revocationMarksMax) return before
    this.#sweep()
    if (this.#count() <= limits.revocationMarksMax) return before
    const { sql } = this.ctx.storage
    const all = sql.exec<OverflowRow>('SELECT max(at) AS at, max(until) AS until FROM marks').one()
    sql.exec('DELETE FROM marks')
    return joined({ at: all.at, until: all.until }, before)
  }

  #count(): number {
    return this.ctx.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM marks').one().n
  }

  /** A verifier's clock may be behind, and a token lives by it. */
  #sweep(): void {
    const over = nowSeconds() - limits.clockSkewSeconds
    this.ctx.storage.sql.exec('DELETE FROM marks WHERE until <= ?', over)
  }

  async #wakeLater(): Promise<void> {
    await this.ctx.storage.setAlarm(nowMillis() + SWEEP_SECONDS * 1000)
  }

  override async alarm(): Promise<void> {
    const kept = this.#kept
    if (kept === null) return
    this.#sweep()
    const isOver = (kept.overflow?.until ?? 0) <= nowSeconds() - limits.clockSkewSeconds
    if (this.#count() === 0 && isOver) await this.ctx.storage.deleteAll()
    else {
      if (isOver) this.#kept = { ...kept, overflow: null }
      await this.#wakeLater()
    }
  }
}

/** Table events of the log database. An event is written once, however often its delivery is tried. */
import type { SystemLogEvent } from '../domain/system-log.ts'

export async function writeEvent(db: D1Database, event: SystemLogEvent): Promise<void> {
  await db
    .prepare(
      `INSERT INTO events (id, published, event_type, outcome, actor_id, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (id) DO NOTHING`,
    )
    .bind(
      event.uuid,
      event.published,
      event.eventType,
      event.outcome.result,
      event.actor.id,
      JSON.stringify(event),
    )
    .run()
}

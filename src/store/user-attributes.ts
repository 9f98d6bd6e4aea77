/** Table user_attributes: what users are searched by. It follows users.profile in the batch of each write. */

/**
 * Stands behind an insert or update of the user's profile. Members of a list are found one by one; of those that
 * differ by case only, one is enough.
 */
export const indexAttributes = (db: D1Database, userId: string): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO user_attributes (attribute, value, user_id)
       SELECT p.key, coalesce(m.atom, p.atom), u.id FROM users u, json_each(u.profile) p
       LEFT JOIN json_each(CASE p.type WHEN 'array' THEN p.value ELSE '[]' END) m
       WHERE u.id = ?1 AND coalesce(m.atom, p.atom) IS NOT NULL ON CONFLICT DO NOTHING`,
    )
    .bind(userId)

/** Stands before {@link indexAttributes} when there may be rows. */
export const forgetAttributes = (db: D1Database, userId: string): D1PreparedStatement =>
  db.prepare('DELETE FROM user_attributes WHERE user_id = ?1').bind(userId)

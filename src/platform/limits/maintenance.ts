/** How much the outbox and the cron trigger do at once. */
export const maintenanceLimits = {
  /** Outbox. */
  outboxBatchMax: 500,
  outboxDeliveriesAtOnce: 50,
  outboxBatchesPerRunMax: 20,

  /** Rows of what has expired that one run of the cron trigger removes. */
  expiredBatchMax: 1000,
  expiredBatchesPerRunMax: 50,

  /** Re-encryption after a change of the key encryption key. */
  rewrapBatchMax: 50,
  rewrapBatchesPerRunMax: 20,
} as const

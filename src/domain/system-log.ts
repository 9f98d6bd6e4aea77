/** An event of the system log, in the shape of Okta's LogEvent. */
export interface SystemLogEntity {
  readonly id: string
  readonly type: string
  readonly alternateId: string | null
  readonly displayName: string | null
}

export interface SystemLogEvent {
  readonly uuid: string
  /** Seconds. */
  readonly published: number
  readonly eventType: string
  readonly displayMessage: string
  readonly actor: SystemLogEntity
  readonly outcome: { readonly result: 'SUCCESS' | 'FAILURE'; readonly reason: string | null }
  readonly target: readonly SystemLogEntity[]
  readonly requestId: string
}

/** A refusal of the protocol door on its way to the wire, by one of the rows of reasons.ts. */
import { reasons, type Reason, type ReasonName } from './reasons.ts'

export { reasons, type ReasonName }

/** `description` replaces the row's own where a list of names is due. */
export class OAuthError extends Error {
  readonly reason: ReasonName
  readonly description: string
  constructor(reason: ReasonName, description: string = reasons[reason].description) {
    super(reason)
    this.name = 'OAuthError'
    this.reason = reason
    this.description = description
  }

  get status(): Reason['status'] {
    return reasons[this.reason].status
  }

  get error(): string {
    return reasons[this.reason].error
  }

  get confirmable(): boolean {
    const reason: Reason = reasons[this.reason]
    return reason.confirmable === true
  }
}

/** RFC 6749 §5.2 allows %x20-21 / %x23-5B / %x5D-7E in a description. */
export const printable = (text: string): string =>
  text.replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '?').slice(0, 500)

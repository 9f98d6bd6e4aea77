/**
 * Everything the deployment prints goes through here, where known secrets are taken out of it; the one
 * intended exception is spelled `reveal`. Also the error whose message is meant for the operator.
 */
export type Print = (text: string) => Promise<void>

/** A step could not be done; the message says what to do about it. */
export class DeployError extends Error {}

const INDENT = '      '

export class Report {
  readonly #print: Print
  readonly #hidden = new Set<string>()

  constructor(print: Print) {
    this.#print = print
  }

  /** From now on this value is taken out of everything printed. */
  hide(value: string | undefined): void {
    if (value !== undefined && value.length >= 8) this.#hidden.add(value)
  }

  clean(text: string): string {
    // Longest first, so that a value which contains another one leaves nothing of itself behind.
    const hidden = [...this.#hidden].toSorted((a, b) => b.length - a.length)
    return hidden.reduce((rest, value) => rest.replaceAll(value, '[hidden]'), text)
  }

  line(text: string): Promise<void> {
    return this.#print(this.clean(text))
  }

  detail(text: string): Promise<void> {
    return this.line(text.trimEnd().replaceAll(/^/gm, INDENT))
  }

  /** Prints what is secret. Resolves once it has been handed over. */
  reveal(text: string): Promise<void> {
    return this.#print(text)
  }
}

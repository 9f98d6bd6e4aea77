/** An app of another site than the product behind TLS: the address in place of the name, which ports do not tell apart. */
import { RelyingParty, type BuiltWith } from './relying-party.ts'
import { TlsProxy } from '../../e2e/tls-proxy.ts'

export class OtherSite {
  readonly party: RelyingParty
  readonly #proxy: TlsProxy

  private constructor(party: RelyingParty, proxy: TlsProxy) {
    this.party = party
    this.#proxy = proxy
  }

  static async start(builtWith: BuiltWith = {}): Promise<OtherSite> {
    const party = await RelyingParty.start(builtWith)
    return new OtherSite(party, await TlsProxy.start(party.port))
  }

  get origin(): string {
    return `https://127.0.0.1:${this.#proxy.port}`
  }

  get callback(): string {
    return `${this.origin}/callback`
  }

  stop(): void {
    this.#proxy.stop()
    this.party.stop()
  }
}

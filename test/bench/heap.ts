/**
 * What an isolate holds, as its inspector tells. To take a heap snapshot V8 collects all garbage first, which is why one
 * is taken and thrown away: `collectGarbage` gets no answer from workerd.
 */
import { readFileSync } from 'node:fs'
import { InspectorSession } from './inspector.ts'

interface HeapUsage {
  readonly usedSize: number
  readonly totalSize: number
  readonly embedderHeapUsedSize: number
  readonly backingStorageSize: number
}

/** In bytes. */
export interface Memory {
  /** Objects of JavaScript, with garbage where nobody collected it. */
  readonly used: number
  /** What V8 has taken for them. */
  readonly reserved: number
  /** Behind ArrayBuffers. */
  readonly buffers: number
  /** The platform's objects that JavaScript refers to. */
  readonly platform: number
  /** Of the whole process: D1, objects and the engine itself, too. */
  readonly resident: number
}

const MIB = 1024 * 1024
export const mebibytes = (bytes: number): number => bytes / MIB

function residentBytes(pid: number): number {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(line) * 1024
  } catch {
    return Number.NaN
  }
}

export class Heap {
  readonly #session: InspectorSession
  readonly #pid: number

  private constructor(session: InspectorSession, pid: number) {
    this.#session = session
    this.#pid = pid
  }

  static async of(inspector: URL, worker: string, pid: number): Promise<Heap> {
    const session = await InspectorSession.open(inspector, worker)
    await session.send('HeapProfiler.enable')
    return new Heap(session, pid)
  }

  /** With the garbage that is there. */
  async now(): Promise<Memory> {
    const usage = await this.#session.send<HeapUsage>('Runtime.getHeapUsage')
    return {
      used: usage.usedSize,
      reserved: usage.totalSize,
      buffers: usage.backingStorageSize,
      platform: usage.embedderHeapUsedSize,
      resident: residentBytes(this.#pid),
    }
  }

  /** Without any garbage. */
  async collected(): Promise<Memory> {
    await this.#session.send('HeapProfiler.takeHeapSnapshot')
    return this.now()
  }

  close(): void {
    this.#session.close()
  }
}

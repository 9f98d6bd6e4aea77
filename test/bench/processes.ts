/**
 * What the kernel tells about processes: the CPU time of a server's process tree, what the rest of
 * the machine did meanwhile, and which core a process may use. Everything here reads /proc; on a
 * system without it the figures are `NaN` and nothing is pinned.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** The kernel's unit for CPU time in /proc, fixed for user space on every Linux architecture Node has. */
const TICKS_PER_SECOND = 100
const MICROS_PER_TICK = 1_000_000 / TICKS_PER_SECOND
const hasProc = existsSync('/proc/self/stat')

interface ProcessStat {
  readonly command: string
  readonly parent: number
  /** User and system time of its own threads. */
  readonly ownTicks: number
  /** The same of children that have ended. */
  readonly endedChildrenTicks: number
}

function readStat(pid: number): ProcessStat | null {
  let line: string
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  // The command stands in parentheses and may itself hold spaces and parentheses.
  const end = line.lastIndexOf(')')
  const fields = line.slice(end + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return {
    command: line.slice(line.indexOf('(') + 1, end),
    parent: field(4),
    ownTicks: field(14) + field(15),
    endedChildrenTicks: field(16) + field(17),
  }
}

function allProcesses(): Map<number, ProcessStat> {
  const processes = new Map<number, ProcessStat>()
  if (!hasProc) return processes
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readStat(Number(entry))
    if (stat !== null) processes.set(Number(entry), stat)
  }
  return processes
}

/** Direct children of this process that run `command`. */
export function childrenRunning(command: string): number[] {
  return [...allProcesses()]
    .filter(([, stat]) => stat.parent === process.pid && stat.command === command)
    .map(([pid]) => pid)
}

/** CPU time that a process and its descendants have used so far. */
export function treeMicros(root: number): number {
  if (!hasProc) return Number.NaN
  const processes = allProcesses()
  const belongs = (pid: number): boolean => {
    if (pid === root) return true
    const parent = processes.get(pid)?.parent ?? 0
    return parent > 1 && belongs(parent)
  }
  let micros = (processes.get(root)?.endedChildrenTicks ?? 0) * MICROS_PER_TICK
  for (const pid of processes.keys()) if (belongs(pid)) micros += threadMicros(pid)
  return micros
}

/**
 * CPU time that the threads of one process have used so far, to the nanosecond where the kernel tells. Threads that
 * have ended do not count then.
 */
export function threadMicros(pid: number): number {
  const folder = `/proc/${pid}/task`
  if (!existsSync(`${folder}/${pid}/schedstat`))
    return (readStat(pid)?.ownTicks ?? 0) * MICROS_PER_TICK
  let nanos = 0
  for (const thread of readdirSync(folder)) {
    try {
      nanos += Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // It has just ended.
    }
  }
  return nanos / 1000
}

/** CPU time of this process and of its children that have ended: the load generators. */
export function selfMicros(): number {
  const stat = hasProc ? readStat(process.pid) : null
  return stat === null ? Number.NaN : (stat.ownTicks + stat.endedChildrenTicks) * MICROS_PER_TICK
}

/** CPU time that the whole machine has spent on anything but idling. */
export function machineMicros(): number {
  if (!hasProc) return Number.NaN
  const columns = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '').split(/\s+/)
  const column = (index: number): number => Number(columns[index])
  // user, nice, system, irq, softirq; left out are idle, iowait and what a hypervisor took.
  return (column(1) + column(2) + column(3) + column(6) + column(7)) * MICROS_PER_TICK
}

/** Waits, but not for long, until nothing else keeps the machine busy. */
export async function quietMachine(limitMillis: number): Promise<void> {
  if (!hasProc) return
  const deadline = performance.now() + limitMillis
  const window = 200
  while (performance.now() < deadline) {
    const before = machineMicros()
    await sleep(window)
    if (machineMicros() - before < 0.12 * window * 1000) return
  }
}

export interface Pinning {
  readonly server: number
  readonly generator: number
}

function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return (list ?? '').split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/** One core for the servers and another for the generator, so that neither slows the other. */
export function choosePinning(): Pinning | null {
  if (!hasProc || !onPath('taskset')) return null
  const [server, generator] = allowedCores()
  return server === undefined || generator === undefined ? null : { server, generator }
}

/** Moves every thread of a running process to one core. */
export function pin(pid: number, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' })
}

export function onPath(command: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':')
  return folders.some((folder) => existsSync(`${folder}/${command}`))
}

/** Settings of traces and logs, in the protocol's words. */
import { SlipwayError } from '@slipway/core'
import type { LogSettings, Settings, TraceSettings } from '../contract/settings.ts'

type TraceChange = Readonly<Record<string, readonly string[] | string | null>>

const defaultTrace: TraceSettings = {
  trace_file: '',
  trace_level: ['OFF'],
  trace_rate: '1000',
  trace_count: '-1',
  log_frequency: '0',
  trace_mode: 'opentelemetry',
}
const defaultLog: LogSettings = {
  log_file: '',
  log_info: true,
  log_warning: true,
  log_error: true,
  log_verbose_level: 0,
  log_format: 'default',
}
const traceLevels = new Set(['OFF', 'TIMESTAMPS', 'TENSORS'])
/** The protocol has 32 bits for it. */
const mostVerbose = 2 ** 32 - 1
const fixed = new Set(['trace_file', 'trace_mode', 'log_frequency', 'log_file'])

export interface SettingsOptions {
  readonly trace?: Partial<TraceSettings>
  readonly log?: Partial<LogSettings>
}

export function createSettings({ trace, log }: SettingsOptions = {}): Settings {
  let server: TraceSettings = { ...defaultTrace, ...trace }
  const own = new Map<string, Partial<TraceSettings>>()
  let logs: LogSettings = { ...defaultLog, ...log }
  const traceOf = (model?: string): TraceSettings => ({
    ...server,
    ...(model !== undefined && own.get(model)),
  })

  return {
    trace: traceOf,
    setTrace(change, model) {
      if (model === undefined) server = { ...server, ...checkTrace(change, server, defaultTrace) }
      else
        own.set(
          model,
          withoutUndefined({ ...own.get(model), ...checkTrace(change, traceOf(model), undefined) }),
        )
      return traceOf(model)
    },
    log: () => logs,
    setLog(change) {
      logs = { ...logs, ...checkLog(change, logs) }
      return logs
    },
  }
}

const withoutUndefined = (settings: Partial<TraceSettings>): Partial<TraceSettings> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))

function checkTrace(
  change: TraceChange,
  current: TraceSettings,
  defaults: TraceSettings | undefined,
): Partial<TraceSettings> {
  const entries = Object.entries(change).map(([name, value]) => {
    if (!isTraceName(name)) return refuse('trace', name, 'be a known setting', name)
    // Null takes the value back: to the server's for a model, to the default for the server.
    if (value === null) return [name, defaults?.[name]] as const
    if (name === 'trace_level')
      return [name, checkLevels(typeof value === 'string' ? [value] : value)] as const
    const text = typeof value === 'string' ? value : (value[0] ?? '')
    if (fixed.has(name) && text !== current[name]) {
      return refuse('trace', name, 'be set when the server starts', text)
    }
    const least = name === 'trace_count' ? -1 : name === 'trace_rate' ? 1 : 0
    const isNumber = /^-?\d{1,9}$/.test(text) && Number(text) >= least
    if (!fixed.has(name) && !isNumber) return refuse('trace', name, `be a number from ${least} on`, text)
    return [name, text] as const
  })
  return Object.fromEntries(entries)
}

const isTraceName = (name: string): name is keyof TraceSettings => Object.hasOwn(defaultTrace, name)

function checkLevels(levels: readonly string[]): readonly string[] {
  for (const level of levels) {
    if (!traceLevels.has(level)) refuse('trace', 'trace_level', 'be OFF, TIMESTAMPS or TENSORS', level)
  }
  return levels.includes('OFF') ? ['OFF'] : levels
}

function checkLog(change: Readonly<Record<string, unknown>>, current: LogSettings): Partial<LogSettings> {
  const entries = Object.entries(change).map(([name, value]) => {
    if (!isLogName(name)) return refuse('log', name, 'be a known setting', name)
    if (fixed.has(name) && value !== current[name]) {
      return refuse('log', name, 'be set when the server starts', String(value))
    }
    if (typeof value !== typeof defaultLog[name]) {
      return refuse('log', name, `be a ${typeof defaultLog[name]}`, String(value))
    }
    if (name === 'log_format' && value !== 'default' && value !== 'ISO8601') {
      return refuse('log', name, 'be default or ISO8601', String(value))
    }
    if (name === 'log_verbose_level' && !isLevel(value)) {
      return refuse('log', name, `be a number from 0 to ${mostVerbose}`, String(value))
    }
    return [name, value] as const
  })
  return Object.fromEntries(entries)
}

const isLevel = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= mostVerbose

const isLogName = (name: string): name is keyof LogSettings => Object.hasOwn(defaultLog, name)

function refuse(what: string, name: string, rule: string, got: string): never {
  throw new SlipwayError(
    'SLP-R4',
    `Cannot change ${what} settings: ${name.slice(0, 100)} must ${rule}, got ${JSON.stringify(got.slice(0, 200))}`,
  )
}

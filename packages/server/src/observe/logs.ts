/** Events as structured log lines, with the trace that they belong to. */
import { type Context, trace } from '@opentelemetry/api'
import type { Logger } from 'pino'
import type { Observe, RequestEvent, ServerEvent } from '../contract/event.ts'
import type { Settings } from '../contract/settings.ts'

/** Writes each event to a logger, as far as the settings ask for its level. */
export function logEvents(logger: Logger, settings: Pick<Settings, 'log'>): Observe {
  return (event) => {
    const level = levelOf(event)
    const { log_info, log_warning, log_error, log_verbose_level } = settings.log()
    const wanted = { debug: log_verbose_level > 0, info: log_info, warn: log_warning, error: log_error }
    if (wanted[level]) logger[level](fieldsOf(event), event.kind)
  }
}

function levelOf(event: ServerEvent): 'debug' | 'info' | 'warn' | 'error' {
  switch (event.kind) {
    case 'request':
      return event.outcome === 'BACKEND' ? 'error' : 'debug'
    case 'batch':
    case 'shadow':
      return 'debug'
    case 'load':
      return event.ok ? 'info' : 'error'
    case 'unload':
    case 'swap':
    case 'audit':
      return 'info'
    case 'fallback':
    case 'breaker':
      return 'warn'
    case 'alert':
      return event.severity === 'critical' ? 'error' : 'warn'
    default:
      return event satisfies never
  }
}

function fieldsOf(event: ServerEvent): object {
  if (event.kind === 'alert') {
    const { error: err, ...fields } = event
    return err === undefined ? fields : { ...fields, err }
  }
  if (event.kind !== 'request') return event
  const { trace: context, times: _, ...fields } = event
  return { ...fields, durationMs: durationOf(event), ...traceFields(context) }
}

const durationOf = ({ startedMs, endedMs }: RequestEvent): number => endedMs - startedMs

/** Ids of a trace in the names that log collectors join by. */
export function traceFields(context: Context): { readonly trace_id?: string; readonly span_id?: string } {
  const span = trace.getSpanContext(context)
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
}

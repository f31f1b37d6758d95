/** What can be changed while the server runs: traces and logs. Names and texts are those of the protocol. */

export interface TraceSettings {
  readonly trace_file: string
  /** TIMESTAMPS, TENSORS or OFF. */
  readonly trace_level: readonly string[]
  /** One request in so many is traced. */
  readonly trace_rate: string
  /** How many more are traced; -1: no bound. */
  readonly trace_count: string
  readonly log_frequency: string
  readonly trace_mode: string
}

export interface LogSettings {
  readonly log_file: string
  readonly log_info: boolean
  readonly log_warning: boolean
  readonly log_error: boolean
  readonly log_verbose_level: number
  readonly log_format: 'default' | 'ISO8601'
}

export interface Settings {
  /** Those of the server, or of a model. */
  trace(model?: string): TraceSettings
  /** Null takes a model's own value back. Throws SLP-R4 for what no setting may be. */
  setTrace(change: Readonly<Record<string, readonly string[] | string | null>>, model?: string): TraceSettings
  log(): LogSettings
  setLog(change: Readonly<Record<string, unknown>>): LogSettings
}

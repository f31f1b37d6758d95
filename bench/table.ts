/** The report as Markdown. */
import type { Measurement, Report, SubjectReport, Versus } from './report.ts'
import { geometricMean } from './statistics.ts'

export type Cell = string | number

/** A table whose columns are padded, so that it reads well as plain text; numbers stand to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [head, ...rows.map((row) => row.map(String))]
  const right = head.map((_, i) =>
    rows.some((row) => typeof row[i] === 'number' || /^[\d.]/.test(`${row[i]}`)),
  )
  const widths = head.map((_, i) => Math.max(3, ...texts.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${head.map((_, i) => (right[i] ? (row[i] ?? '').padStart(widths[i]!) : (row[i] ?? '').padEnd(widths[i]!))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => `${'-'.repeat(width + 1)}${right[i] ? ':' : '-'}`).join('|')}|`
  return [line(texts[0]!), rule, ...texts.slice(1).map(line)].join('\n')
}

export function markdown(report: Report): string {
  const parts = [
    heading(report),
    speed(report),
    ...means(report),
    ...absences(report),
    ...coldStarts(report),
    ...sizes(report),
    models(report),
  ]
  return `${parts.join('\n\n')}\n`
}

const fixed = (value: number): string =>
  !Number.isFinite(value)
    ? String(value)
    : value >= 100
      ? value.toFixed(0)
      : value >= 10
        ? value.toFixed(1)
        : value >= 1
          ? value.toFixed(2)
          : value.toFixed(3)
const megabytes = (bytes: number): string => (bytes === 0 ? '-' : fixed(bytes / 1e6))

function heading({ environment, rounds, subjects }: Report): string {
  const { date, cpu, cores, governor, node, v8, flags, revision } = environment
  const versions = new Map(
    subjects.flatMap(({ measurements }) => measurements.map(({ engine, version }) => [engine, version])),
  )
  const best = Math.max(0, ...subjects.map(({ roofline }) => roofline.best))
  const fused = subjects[0]?.roofline.fused ? 'fused multiply-add' : 'multiply, then add'
  return [
    `- ${cpu}, ${cores} cores, governor ${governor}; ${date}; revision ${revision}`,
    `- Node ${node}, V8 ${v8}, flags: ${flags.join(' ') || 'none'}`,
    `- ${[...versions].map(([engine, version]) => `${engine} ${version}`).join(', ')}`,
    `- roofline of one thread: ${fixed(best)} GFLOP/s (128-bit ${fused}), measured between the rounds; the share is that of the threads`,
    `- up to ${rounds} rounds of short batches in turn, after a warm-up; the ratios are medians over the rounds (10 % to 90 %)`,
    '- cpu ms is the processor time of all threads in the best round',
    '- relative L2 is that of the first outputs against onnxruntime-node; wasm memory as far as the main thread made it',
  ].join('\n')
}

function speed({ subjects }: Report): string {
  const baselines = [
    ...new Set(
      subjects.flatMap(({ measurements }) =>
        measurements.flatMap(({ versus }) => versus.map((v) => v.engine)),
      ),
    ),
  ]
  const head = [
    ...['model', 'engine', 'threads', 'min ms', 'median ms', 'cpu ms'],
    ...baselines.map((engine) => `times as fast as ${engine}`),
    ...['GFLOP/s', 'share', 'RSS MB', 'wasm MB', 'gap ms (most)', 'relative L2'],
  ]
  const row = (name: string, m: Measurement): Cell[] => [
    ...[name, m.engine, m.threads, fixed(m.run.min), fixed(m.run.median), fixed(m.cpu.min)],
    ...baselines.map((engine) => {
      const found = m.versus.find((versus) => versus.engine === engine)
      return found ? spread(found.speedup) : ''
    }),
    ...[fixed(m.gflops), `${(100 * m.share).toFixed(0)} %`, megabytes(m.peakBytes), megabytes(m.wasmBytes)],
    ...[`${fixed(m.gap.median)} (${fixed(m.gap.max)})`, m.relativeL2.toExponential(1)],
  ]
  return table(
    head,
    subjects.flatMap(({ name, measurements }) => measurements.map((m) => row(name, m))),
  )
}

const spread = ({ median, p10, p90 }: { median: number; p10: number; p90: number }): string =>
  `${fixed(median)} (${fixed(p10)}-${fixed(p90)})`

function means({ subjects }: Report): string[] {
  const groups = new Map<string, Versus[]>()
  for (const { engine, threads, versus } of subjects.flatMap(({ measurements }) => measurements)) {
    for (const other of versus) {
      if (other.engine === engine && other.threads === threads) continue
      const key = `${engine}, ${threads} thr., against ${other.engine}, ${other.threads} thr.`
      groups.set(key, [...(groups.get(key) ?? []), other])
    }
  }
  if (groups.size === 0) return []
  const rows = [...groups].map(([key, list]) => {
    const times = list.map(({ speedup }) => speedup.median)
    const cpu = geometricMean(list.map(({ cpuSpeedup }) => cpuSpeedup.median))
    return [
      ...[key, fixed(geometricMean(times)), fixed(Math.min(...times)), fixed(Math.max(...times))],
      ...[fixed(cpu), list.length],
    ]
  })
  const head = ['times as fast', 'geometric mean', 'least', 'most', 'mean by processor time', 'models']
  return [table(head, rows)]
}

function absences({ subjects }: Report): string[] {
  const models = new Map<string, string[]>()
  for (const { name, absent } of subjects) {
    for (const { engine, threads, reason } of absent) {
      const key = `${engine}, ${threads} thr.: ${reason}`
      models.set(key, [...(models.get(key) ?? []), name])
    }
  }
  if (models.size === 0) return []
  const lines = [...models].map(([key, names]) => `- ${key} (${names.join(', ')})`)
  return [`Not measured:\n\n${lines.join('\n')}`]
}

function coldStarts({ subjects }: Report): string[] {
  const head = ['cold start, min ms (median)', 'engine', 'processes', 'start', 'import', 'read', 'create']
  const tail = ['first run', 'second run', 'create + first run']
  const both = ({ min, median }: { min: number; median: number }) => `${fixed(min)} (${fixed(median)})`
  const rows = subjects.flatMap(({ name, cold }) =>
    cold.map(({ engine, processes, phases, total }): Cell[] => [
      ...[name, engine, processes, both(phases.startMs), both(phases.importMs), both(phases.readMs)],
      ...[both(phases.createMs), both(phases.firstRunMs), both(phases.secondRunMs), both(total)],
    ]),
  )
  return rows.length === 0 ? [] : [table([...head, ...tail], rows)]
}

function sizes({ sizes: list, sizesAbsent }: Report): string[] {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0)
  const rows = list.map(({ name, raw, gzip, brotli }) => [
    ...[name, kilobytes(raw), kilobytes(gzip), kilobytes(brotli)],
  ])
  const missing = sizesAbsent.map((line) => `- not measured: ${line}`)
  return [
    ...(rows.length > 0 ? [table(['size', 'minified kB', 'gzip kB', 'brotli kB'], rows)] : []),
    ...(missing.length > 0 ? [missing.join('\n')] : []),
  ]
}

function models({ subjects }: Report): string {
  const row = ({ name, sha256, fileBytes, flops }: SubjectReport) => [
    ...[name, megabytes(fileBytes), fixed(flops / 1e6), sha256.slice(0, 16)],
  ]
  return table(['model', 'file MB', 'MFLOP', 'sha256'], subjects.map(row))
}

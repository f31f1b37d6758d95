/** `npm run bench`: measures Slipway beside its peers and prints a Markdown table. */
import { writeFileSync } from 'node:fs'
import { bundleSizes } from './bundle-size.ts'
import { measureColdStarts } from './cold-start.ts'
import { environmentOf } from './environment.ts'
import { measureSubject } from './measure.ts'
import { type BenchOptions, parseBenchOptions, usage } from './options.ts'
import type { Report, SubjectReport } from './report.ts'
import { subjectsOf } from './subjects.ts'
import { markdown } from './table.ts'

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  console.log(usage)
  process.exit()
}
const options = tryParse()
const report = await bench(options)
save(report)
console.log(markdown(report).trimEnd())

function tryParse(): BenchOptions {
  try {
    return parseBenchOptions(argv)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    process.exit(2)
  }
}

function save(report: Report): void {
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`)
  if (options.markdown) writeFileSync(options.markdown, markdown(report))
}

async function bench(options: BenchOptions): Promise<Report> {
  const environment = environmentOf(options)
  const subjects: SubjectReport[] = []
  for (const subject of subjectsOf(options)) {
    const measured = await measureSubject(subject, options)
    const present = [...new Set(measured.measurements.map(({ engine }) => engine))]
    const cold = options.gemm ? [] : await measureColdStarts(subject, present, options)
    subjects.push({ ...measured, cold })
    const times = measured.measurements.map(
      ({ engine, threads, run }) => `${engine}/${threads} ${run.min.toFixed(2)}`,
    )
    // A long run that is broken off keeps what it has measured.
    save({ environment, rounds: options.rounds, subjects, sizes: [], sizesAbsent: [] })
    console.error(`${subject.name}: ${times.join(', ')} ms`)
  }
  const { sizes, absent } = options.size && !options.gemm ? await bundleSizes() : { sizes: [], absent: [] }
  return { environment, rounds: options.rounds, subjects, sizes, sizesAbsent: absent }
}

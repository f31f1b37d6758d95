import { bindInputs, inputSpecs, SlipwayError, type Value } from '@slipway/core'
import {
  type FailingCase,
  type ModelSource,
  type Runtime,
  runtimes,
  type StageResult,
  type VerifyOptions,
  type VerifyReport,
  verifyModel,
  verifyStages,
} from '@slipway/core/verify'
import { type CommandArgs, defineCommand, type ExitCode } from '../define-command.ts'
import { parsePreprocess } from '../io/image.ts'
import { toJson } from '../io/json.ts'
import { loadModel, openModelFile } from '../io/load-model.ts'
import { wholeNumber } from '../io/option-values.ts'
import { readInput } from '../io/read-input.ts'
import { readLockEntry } from '../io/read-lock.ts'
import { readShape } from '../io/read-shape.ts'
import type { Terminal } from '../io/terminal.ts'
import { readEngines } from '../io/verify-engines.ts'
import { stageLines, summaryLine } from '../io/verify-report.ts'
import { writeCase } from '../io/write-case.ts'

export const verify = defineCommand({
  name: 'verify',
  about: 'Proves that a model is sound, runs where it should, and computes what it must',
  arguments: [
    { name: '<model>', about: 'an ONNX file' },
    { name: '[other]', about: 'a model that it must agree with: settings, weights, numbers' },
  ],
  options: [
    { flags: '--engines <names>', about: 'wasm, native, native-web, reference', fallback: 'wasm' },
    { flags: '--targets <names>', about: 'runtimes that must accept it; those of the engines unless given' },
    { flags: '--lock <file>', about: 'a lock that it must agree with; see slipway lock' },
    { flags: '--stages <names>', about: 'only these stages' },
    { flags: '--skip <names>', about: 'without these stages' },
    {
      flags: '-i, --input <name=value>',
      about: 'an input of a case beside the random ones',
      repeatable: true,
    },
    { flags: '--shape <name=sizes>', about: 'the shape of a random input', repeatable: true },
    { flags: '--seed <number>', about: 'seed of the random inputs', fallback: '1' },
    { flags: '--cases <count>', about: 'random cases', fallback: '2' },
    { flags: '--batches <sizes>', about: 'batch sizes to try', fallback: '1,2,3,7' },
    { flags: '--failing <folder>', about: 'write the smallest failing sub-models there, with their inputs' },
    { flags: '--strict', about: 'let warnings fail too' },
    { flags: '--json', about: 'print the report as JSON' },
  ],
  examples: [
    'slipway verify model.onnx --engines wasm,native',
    'slipway verify exported.onnx original.onnx --failing ./failing',
    'slipway verify model.onnx --lock slipway.lock.json --json',
  ],
  async run(args, terminal) {
    const [path, otherPath] = args.positional
    const source = await openModelFile(path!)
    const other = otherPath === undefined ? undefined : await openModelFile(otherPath)
    const options = await optionsOf(args, path!, other, terminal)
    const onStage = (result: StageResult) => {
      if (!args.flag('json')) for (const line of stageLines(result)) terminal.print(line)
    }
    const report = await verifyModel(source, { ...options, onStage })
    const folders = await writeCases(args.text('failing'), report.cases)
    if (args.flag('json')) terminal.print(jsonOf(report, { model: path, other: otherPath, folders }))
    else for (const line of endLines(report, folders)) terminal.print(line)
    return exitCode(report)
  },
})

async function optionsOf(
  args: CommandArgs,
  path: string,
  other: ModelSource | undefined,
  terminal: Terminal,
): Promise<VerifyOptions> {
  const targets = args.text('targets')
  const lock = args.text('lock')
  const entry = lock === undefined ? undefined : await readLockEntry(lock, path)
  const inputs = await givenInputs(args, path)
  return {
    engines: readEngines(args.text('engines')!, terminal),
    stages: stagesOf(args),
    seed: wholeNumber(args, 'seed', 0),
    cases: wholeNumber(args, 'cases', 0, 1000),
    batches: sizes(args),
    shapes: new Map(args.list('shape').map(readShape)),
    strict: args.flag('strict'),
    signal: terminal.signal,
    inputs: inputs ? [inputs] : [],
    ...(other && { other }),
    ...(targets !== undefined && { targets: targets.split(',').map(runtimeOf) }),
    ...(entry && { expected: { ...entry.signature, weights: entry.weights } }),
  }
}

async function givenInputs(args: CommandArgs, path: string): Promise<ReadonlyMap<string, Value> | undefined> {
  const texts = args.list('input')
  if (texts.length === 0) return undefined
  const specs = inputSpecs((await loadModel(path)).read.graph)
  const preprocess = parsePreprocess('')
  const given = await Promise.all(texts.map((text) => readInput(text, specs, preprocess)))
  return bindInputs(specs, Object.fromEntries(given))
}

function runtimeOf(name: string): Runtime {
  const found = runtimes.find((one) => one.name === name.trim())
  if (found) return found
  const names = runtimes.map((one) => one.name).join(', ')
  throw new SlipwayError('SLP-C1', `Cannot verify: a target must be one of ${names}, got "${name}"`)
}

function stagesOf(args: CommandArgs): VerifyOptions['stages'] & object {
  const known = verifyStages.map(({ name }) => name)
  const listOf = (name: string): readonly string[] => {
    const names = (args.text(name) ?? '').split(',').flatMap((one) => one.trim() || [])
    for (const one of names) {
      if (known.includes(one)) continue
      throw new SlipwayError(
        'SLP-C1',
        `Cannot verify: a stage must be one of ${known.join(', ')}, got "${one}"`,
      )
    }
    return names
  }
  const [only, skipped] = [listOf('stages'), listOf('skip')]
  return verifyStages.filter(
    ({ name }) => (only.length === 0 || only.includes(name)) && !skipped.includes(name),
  )
}

function sizes(args: CommandArgs): number[] {
  const text = args.text('batches')!
  const list = text.split(',').map((one) => Number(one.trim() || Number.NaN))
  if (list.every((size) => Number.isSafeInteger(size) && size > 0)) return list
  throw new SlipwayError('SLP-C1', `Cannot read --batches: it must be sizes as in 1,2,3, got "${text}"`)
}

type Folders = ReadonlyMap<string, string>

async function writeCases(parent: string | undefined, cases: readonly FailingCase[]): Promise<Folders> {
  const folders = new Map<string, string>()
  if (parent === undefined) return folders
  for (const one of cases) folders.set(one.name, await writeCase(parent, one))
  return folders
}

function endLines(report: VerifyReport, folders: Folders): string[] {
  const cases = report.cases.map(({ name, about, operator, nodes }) => {
    const where = folders.get(name) ?? 'write it with --failing'
    return `failing case "${name}": ${about}, ${nodes} node${nodes === 1 ? '' : 's'} up to ${operator} (${where})`
  })
  return [...cases, summaryLine(report)]
}

interface Named {
  readonly model: string | undefined
  readonly other: string | undefined
  readonly folders: Folders
}

function jsonOf({ passed, stages, cases }: VerifyReport, { model, other, folders }: Named): string {
  return toJson({
    model,
    other,
    passed,
    stages,
    cases: cases.map(({ name, about, node, operator, nodes }) => ({
      name,
      about,
      node,
      operator,
      nodes,
      folder: folders.get(name),
    })),
  })
}

/** Codes of what a target, or this version of Slipway, does not support. */
const unsupported: ReadonlySet<string> = new Set([
  'SLP-V1',
  'SLP-V2',
  'SLP-F4',
  'SLP-F7',
  'SLP-O3',
  'SLP-M2',
  'SLP-M8',
])

function exitCode({ passed, stages }: VerifyReport): ExitCode {
  if (passed) return 0
  return stages.some(({ findings }) => findings.some(({ code }) => unsupported.has(code))) ? 3 : 1
}

import {
  createSession,
  elementCount,
  type NodeProfile,
  type Session,
  type SessionRunOptions,
  SlipwayError,
  type Tensor,
  typeText,
  type Value,
  widenValue,
} from '@slipway/core'
import { type CommandArgs, defineCommand } from '../define-command.ts'
import { engineOptions, readEngineOptions } from '../io/engine-options.ts'
import { type Preprocess, parsePreprocess } from '../io/image.ts'
import { toJson } from '../io/json.ts'
import { loadModel } from '../io/load-model.ts'
import { toNested } from '../io/nested.ts'
import { wholeNumber } from '../io/option-values.ts'
import { withProgress } from '../io/progress.ts'
import { readBytes } from '../io/read-file.ts'
import { readInput } from '../io/read-input.ts'
import { columns } from '../io/table.ts'
import { type Terminal, visible } from '../io/terminal.ts'
import { writeOutput } from '../io/write-output.ts'

export const run = defineCommand({
  name: 'run',
  about: 'Runs a model once and prints its outputs',
  arguments: [{ name: '<model>', about: 'an ONNX file' }],
  options: [
    {
      flags: '-i, --input <name=value>',
      about: 'an input: name=@file (npy, pb, json, png, jpg) or name=JSON',
      repeatable: true,
    },
    {
      flags: '-o, --output <name>',
      about: 'a value to print, intermediate ones included; the outputs unless given',
      repeatable: true,
    },
    { flags: '--save <name=file>', about: 'write an output to a file (npy, pb, json)', repeatable: true },
    {
      flags: '--preprocess <steps>',
      about: 'for pictures: "resize=256 crop=224 channels=bgr scale=255 mean=… std=… layout=nchw"',
    },
    {
      flags: '--labels <file>',
      about:
        'names of the classes, one per line; prints the best ones of each output that has as many elements',
    },
    { flags: '--top <count>', about: 'how many classes to print', fallback: '5' },
    { flags: '--seed <number>', about: 'seed of random operators' },
    { flags: '--profile', about: 'print the time of every node, or of nodes that run as one' },
    ...engineOptions,
    { flags: '--json', about: 'print the outputs as JSON; NaN and infinities as texts' },
  ],
  examples: [
    "slipway run add.onnx --input 'x=[1, 2, 3]' --input y=@y.npy",
    'slipway run squeezenet.onnx -i data_0=@cat.png --preprocess "resize=256 crop=224 channels=bgr mean=104,117,123" --labels classes.txt',
  ],
  async run(args, terminal) {
    const options = readEngineOptions(args)
    const { read } = await loadModel(args.positional[0]!)
    const session = await createSession(read.graph, options)
    try {
      const { reason } = session.report().revectorizer
      if (reason !== undefined) terminal.warn(`not revectorized: ${reason}`)
      await runOnce(session, args, terminal)
      return 0
    } finally {
      await session.dispose()
    }
  },
})

async function runOnce(session: Session, args: CommandArgs, terminal: Terminal): Promise<void> {
  const preprocess: Preprocess = parsePreprocess(args.text('preprocess') ?? '')
  const inputs = new Map<string, Awaited<ReturnType<typeof readInput>>[1]>()
  for (const text of args.list('input')) {
    const [name, value] = await readInput(text, [...session.inputs, ...session.defaults], preprocess)
    inputs.set(name, value)
  }
  const wanted = args.list('output')
  const options: SessionRunOptions = {
    outputs: wanted.length > 0 ? wanted : undefined,
    seed: args.text('seed') === undefined ? undefined : wholeNumber(args, 'seed', 0),
    profile: args.flag('profile'),
    signal: terminal.signal,
  }
  const results = await withProgress('running', terminal, (onProgress) =>
    session.run(inputs, { ...options, onProgress }),
  )
  for (const text of args.list('save')) await writeOutput(text, results)
  const labels = args.text('labels')
  if (args.flag('json'))
    terminal.print(
      toJson(Object.fromEntries(Object.entries(results).map(([name, value]) => [name, toNested(value)]))),
    )
  else if (labels !== undefined)
    printLabels(results, await readLabels(labels), wholeNumber(args, 'top', 1), terminal)
  else printValues(results, terminal)
  if (args.flag('profile')) printProfile(session.profile ?? [], terminal)
}

async function readLabels(path: string): Promise<string[]> {
  return new TextDecoder()
    .decode(await readBytes(path))
    .trimEnd()
    .split(/\r?\n/)
}

const shownElements = 100

function printValues(results: Readonly<Record<string, Value>>, terminal: Terminal): void {
  for (const [name, value] of Object.entries(results)) {
    const type = value.kind === 'tensor' ? `${value.dtype}[${value.shape}]` : typeText(typeOf(value))
    const large =
      value.kind === 'tensor' && value.dtype !== 'string' && elementCount(value.shape) > shownElements
    terminal.print(`${visible(name)}: ${type} ${large ? statistics(value) : toJson(toNested(value))}`)
  }
}

function typeOf(value: Exclude<Value, { kind: 'tensor' }>) {
  return value.kind === 'map'
    ? ({
        kind: 'map',
        key: value.keys.dtype,
        value: { kind: 'tensor', dtype: value.values.dtype, shape: [] },
      } as const)
    : ({ kind: value.kind, element: value.element } as const)
}

function statistics(value: Value): string {
  const numbers = numbersOf(value)
  const [low, high] = numbers.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity])
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length
  return `min ${low} max ${high} mean ${mean} (--json or --save for all elements)`
}

function printLabels(
  results: Readonly<Record<string, Value>>,
  labels: readonly string[],
  top: number,
  terminal: Terminal,
): void {
  const fits = (value: Value): value is Tensor =>
    value.kind === 'tensor' && value.dtype !== 'string' && elementCount(value.shape) === labels.length
  if (!Object.values(results).some(fits)) {
    const shapes = Object.entries(results).map(
      ([name, value]) => `"${name}" ${value.kind === 'tensor' ? `[${value.shape}]` : value.kind}`,
    )
    throw new SlipwayError(
      'SLP-C1',
      `Cannot name classes: an output of ${labels.length} elements is needed, got ${shapes.join(', ')}`,
    )
  }
  for (const [name, value] of Object.entries(results)) {
    if (!fits(value)) {
      printValues({ [name]: value }, terminal)
      continue
    }
    const best = numbersOf(value)
      .map((score, i) => [score, i] as const)
      .sort((a, b) => b[0] - a[0])
      .slice(0, top)
    terminal.print(`${visible(name)}:`)
    for (const line of columns(best.map(([score, i]) => [score.toFixed(4), String(i), labels[i]!])))
      terminal.print(line)
  }
}

function numbersOf(value: Value): number[] {
  const wide = widenValue(value)
  return wide.kind === 'tensor' ? Array.from<number | bigint | string, number>(wide.data, Number) : []
}

function printProfile(nodes: readonly NodeProfile[], terminal: Terminal): void {
  const slowest = [...nodes].sort((a, b) => b.durationMs - a.durationMs).slice(0, 20)
  const total = nodes.reduce((sum, { durationMs }) => sum + durationMs, 0)
  terminal.print(`profile: ${nodes.length} nodes, ${total.toFixed(1)} ms; the slowest:`)
  for (const line of columns(
    slowest.map(({ name, operator, durationMs }) => [`${durationMs.toFixed(2)} ms`, operator, name]),
  ))
    terminal.print(line)
}

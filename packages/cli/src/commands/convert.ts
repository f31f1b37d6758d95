import { writeFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import {
  convertModel,
  type ModelProto,
  modelToJson,
  modelToText,
  type OnnxModel,
  parseModel,
  readModelProto,
  SlipwayError,
  withMetadata,
} from '@slipway/core'
import { folderResolver, writeModelFile } from '@slipway/core/node'
import { readProvenance, recordStage } from '@slipway/core/verify'
import { type CommandArgs, defineCommand } from '../define-command.ts'
import { wholeNumber } from '../io/option-values.ts'
import { readBytes } from '../io/read-file.ts'
import { visible } from '../io/terminal.ts'
import { version } from '../version.ts'

const formats = ['onnx', 'text', 'json'] as const
type Format = (typeof formats)[number]

export const convert = defineCommand({
  name: 'convert',
  about: 'Writes a model at another operator set, or in another form; functions and metadata stay',
  arguments: [
    { name: '<model>', about: 'an ONNX file' },
    { name: '[output]', about: 'the file to write; text and JSON are printed without it' },
  ],
  options: [
    { flags: '--opset <version>', about: 'version of ai.onnx; the lowest from 21 on that fits unless given' },
    { flags: '--as-is', about: 'do not convert: only write the model in another form' },
    {
      flags: '--format <name>',
      about: 'onnx, text (ONNX’s textual syntax) or json; by the name of the output unless given',
    },
    { flags: '--external', about: 'put weights in a file beside the model' },
    { flags: '--elide', about: 'for text: leave out tensors of more than 16 elements' },
    { flags: '--no-provenance', about: 'do not record the conversion in the metadata' },
    { flags: '--clock', about: 'record how long it took, which makes the bytes differ from run to run' },
  ],
  examples: [
    'slipway convert model.onnx older.onnx --opset 13',
    'slipway convert model.onnx --format text --elide',
    'slipway convert model.onnx model.json --as-is',
  ],
  async run(args, terminal) {
    const [path, output] = args.positional
    const format = formatOf(args, output)
    const { model, notes } = await converted(args, path!)
    for (const note of notes) terminal.warn(visible(`warning: ${note}`))
    if (format === 'onnx') {
      writeModelFile(output!, model, args.flag('external') ? { external: {} } : {})
      terminal.print(visible(`${output}: ${versionsText(model)}`))
      return 0
    }
    const text =
      format === 'json'
        ? modelToJson(model)
        : modelToText(model, args.flag('elide') ? { mostElements: 16 } : {})
    if (output === undefined) terminal.print(text.trimEnd())
    else await writeText(output, text)
    return 0
  },
})

interface Result {
  readonly model: ModelProto
  readonly notes: readonly string[]
}

async function converted(args: CommandArgs, path: string): Promise<Result> {
  const resolveExternal = folderResolver(dirname(path))
  const proto = parseModel(await readBytes(path))
  if (args.flag('asIs')) return { model: proto, notes: [] }
  const opset = args.text('opset') === undefined ? undefined : wholeNumber(args, 'opset', 1)
  const before = readModelProto(proto, { resolveExternal })
  const startedMs = performance.now()
  const { model, notes } = convertModel(proto, { opset, resolveExternal })
  const durationMs = performance.now() - startedMs
  const chain = await readProvenance(before.metadata, before.graph)
  const broken = (chain?.problems ?? []).map((problem) => `provenance: ${problem}`)
  const isRecorded = args.flag('provenance')
  return {
    model: isRecorded ? await recorded(model, before, args.flag('clock') ? durationMs : undefined) : model,
    notes: [...broken, ...notes],
  }
}

/** The model with the conversion at the end of its chain. */
async function recorded(
  model: ModelProto,
  before: OnnxModel,
  durationMs: number | undefined,
): Promise<ModelProto> {
  const after = readModelProto(model).graph
  const settings = Object.fromEntries(
    [...before.opsets].map(([domain, from]) => [domain || 'ai.onnx', `${from} to ${opsetOf(model, domain)}`]),
  )
  const record = { stage: 'convert', version, settings, before: before.graph, after }
  return withMetadata(
    model,
    await recordStage(before.metadata, durationMs === undefined ? record : { ...record, durationMs }),
  )
}

const opsetOf = ({ opsetImport }: ModelProto, domain: string): string =>
  String(opsetImport.find((one) => one.domain === domain)?.version ?? 'none')

function formatOf(args: CommandArgs, output: string | undefined): Format {
  const byName: Readonly<Record<string, Format>> = { '.json': 'json', '.txt': 'text', '.onnxtxt': 'text' }
  const named = args.text('format') ?? byName[extname(output ?? '').toLowerCase()] ?? 'onnx'
  const format = formats.find((one) => one === named)
  if (!format)
    throw new SlipwayError(
      'SLP-C1',
      `Cannot convert: --format must be one of ${formats.join(', ')}, got "${named}"`,
    )
  if (format === 'onnx' && output === undefined)
    throw new SlipwayError('SLP-C1', 'Cannot convert: an ONNX file needs the name of an output, got none')
  return format
}

function versionsText(model: ModelProto): string {
  const opsets = model.opsetImport.map(({ domain, version: one }) => `${domain || 'ai.onnx'} ${one}`)
  const functions = model.functions.length === 0 ? '' : `, ${model.functions.length} functions`
  return `IR ${model.irVersion}, ${opsets.join(', ')}${functions}`
}

async function writeText(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (cause) {
    throw new SlipwayError('SLP-C2', `Cannot write file "${path}"`, { cause })
  }
}

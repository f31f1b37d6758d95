import { bindInputs, inputSpecs } from '@slipway/core'
import { type Diagnosis, diagnose, type Rung } from '@slipway/core/verify'
import { type CommandArgs, defineCommand } from '../define-command.ts'
import { parsePreprocess } from '../io/image.ts'
import { toJson } from '../io/json.ts'
import { loadModel, openModelFile } from '../io/load-model.ts'
import { readInput } from '../io/read-input.ts'
import { readShape } from '../io/read-shape.ts'
import { visible } from '../io/terminal.ts'
import { readEngines } from '../io/verify-engines.ts'
import { findingLines } from '../io/verify-report.ts'

export const doctor = defineCommand({
  name: 'doctor',
  about: 'Walks from the bytes of a model to its numbers, and says where it fails and what to do',
  arguments: [{ name: '<model>', about: 'an ONNX file' }],
  options: [
    { flags: '--engines <names>', about: 'wasm, native, native-web, reference', fallback: 'wasm' },
    { flags: '-i, --input <name=value>', about: 'an input, instead of a random one', repeatable: true },
    { flags: '--shape <name=sizes>', about: 'the shape of a random input', repeatable: true },
    { flags: '--json', about: 'print the diagnosis as JSON' },
  ],
  examples: [
    'slipway doctor model.onnx',
    'slipway doctor model.onnx --engines wasm,native --shape x=1,3,224,224',
  ],
  async run(args, terminal) {
    const path = args.positional[0]!
    const diagnosis = await diagnose(await openModelFile(path), {
      engines: readEngines(args.text('engines')!, terminal),
      shapes: new Map(args.list('shape').map(readShape)),
      inputs: await givenInputs(args, path),
      signal: terminal.signal,
    })
    if (args.flag('json')) terminal.print(toJson({ model: path, ...diagnosis }))
    else for (const line of report(path, diagnosis)) terminal.print(line)
    return diagnosis.healthy ? 0 : 1
  },
})

async function givenInputs(args: CommandArgs, path: string) {
  if (args.list('input').length === 0) return []
  const specs = inputSpecs((await loadModel(path)).read.graph)
  const preprocess = parsePreprocess('')
  const given = await Promise.all(args.list('input').map((text) => readInput(text, specs, preprocess)))
  return [bindInputs(specs, Object.fromEntries(given))]
}

function report(path: string, { healthy, rungs, failed }: Diagnosis): string[] {
  return [
    ...rungs.flatMap(rungLines),
    visible(failed ? `${path}: fails at "${failed.question}"` : `${path}: healthy`),
    ...(healthy ? [] : (failed?.advice ?? []).map((line) => `  do: ${line}`)),
  ]
}

const answers = { passed: 'yes', failed: 'NO', skipped: 'skipped', 'not reached': 'not reached' } as const

function rungLines({ question, result }: Rung, index: number): string[] {
  const shown = result.findings.filter(({ severity }) => severity === 'error' || result.status === 'failed')
  const others = result.findings.length - shown.length
  const warnings = others > 0 ? ` (${others} warnings, see slipway check)` : ''
  return [`${index + 1}. ${question} ${answers[result.status]}${warnings}`, ...shown.flatMap(findingLines)]
}

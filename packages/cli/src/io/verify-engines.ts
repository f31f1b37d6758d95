/** The engines that commands about proof take. */
import { type Engine, nameHint, referenceEngine, SlipwayError, wasmEngine } from '@slipway/core'
import { ortEngine } from '@slipway/onnxruntime'
import type { Terminal } from './terminal.ts'

const makers = new Map<string, (terminal: Terminal) => Engine>([
  ['wasm', () => wasmEngine],
  ['reference', () => referenceEngine],
  ['native', ({ warn }) => ortEngine({ log: warn })],
  ['native-web', ({ warn }) => ortEngine({ peer: 'onnxruntime-web', log: warn })],
])

/** The engines of a list such as `wasm,native`; none for an empty text. Throws SLP-C1 for a name that is none of them. */
export function readEngines(text: string, terminal: Terminal): readonly Engine[] {
  const names = text.split(',').filter((name) => name.trim() !== '')
  return names.map((name) => {
    const make = makers.get(name.trim())
    if (make) return make(terminal)
    const remedy = nameHint(name, makers.keys())
    throw new SlipwayError(
      'SLP-C1',
      `Cannot verify: an engine must be one of ${[...makers.keys()].join(', ')}, got "${name}"`,
      remedy === undefined ? {} : { remedy },
    )
  })
}

/** What ONNX Runtime throws, as errors with a code, a node and what helps. */
import { type ErrorCode, type ErrorDetails, SlipwayError } from '@slipway/core'

interface Kind {
  readonly code: ErrorCode
  readonly what: string
  readonly remedy: string
}

const retry = 'Run slipway check and slipway verify on the model; both name what is wrong with it.'

/** The runtime's own status codes (onnxruntime_c_api.h, OrtErrorCode). */
const statuses: ReadonlyMap<number, Kind> = new Map([
  [1, { code: 'SLP-S8', what: 'it failed', remedy: retry }],
  [
    2,
    { code: 'SLP-S4', what: 'an argument does not fit', remedy: 'Compare the inputs with slipway inspect.' },
  ],
  [3, { code: 'SLP-C2', what: 'a file is missing', remedy: 'Put the external data beside the model.' }],
  [4, { code: 'SLP-F1', what: 'there is no model', remedy: retry }],
  [
    5,
    {
      code: 'SLP-S8',
      what: 'the provider failed',
      remedy: 'Leave the provider out: the CPU is always there.',
    },
  ],
  [6, { code: 'SLP-S8', what: 'a kernel failed', remedy: retry }],
  [7, { code: 'SLP-F1', what: 'the file is malformed', remedy: retry }],
  [8, { code: 'SLP-S8', what: 'the model is loaded already', remedy: retry }],
  [
    9,
    {
      code: 'SLP-O3',
      what: 'it has no such kernel',
      remedy: 'Use the engine wasm, or another operator set.',
    },
  ],
  [10, { code: 'SLP-F1', what: 'the graph is invalid', remedy: retry }],
  [
    11,
    {
      code: 'SLP-S8',
      what: 'the provider failed',
      remedy: 'Leave the provider out: the CPU is always there.',
    },
  ],
])

/** Messages that say more than their status, most special first. */
const messages: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [
    /Unsupported model IR version|official support for domain|Opset \d+ is under development/i,
    {
      code: 'SLP-F4',
      what: 'it does not read this version',
      remedy: 'Convert the model: slipway convert --opset 21.',
    },
  ],
  [
    /is not a registered function\/op|NOT_IMPLEMENTED|Could not find an implementation/i,
    {
      code: 'SLP-O3',
      what: 'it lacks an operator',
      remedy: 'Use the engine wasm, or expand the operator: slipway convert --opset.',
    },
  ],
  [
    /Got invalid dimensions|Unexpected input data type|invalid (rank|expand shape)|indices element out of data bounds/i,
    { code: 'SLP-S4', what: 'an input does not fit', remedy: 'Compare the inputs with slipway inspect.' },
  ],
  [
    /bad_alloc|Failed to allocate|out of memory|memory access out of bounds/i,
    { code: 'SLP-L4', what: 'memory ran out', remedy: 'Use smaller batches, or arena: false.' },
  ],
  [
    /not enough space|Float16Array/i,
    {
      code: 'SLP-S3',
      what: 'its JavaScript interface cannot take float16 in this version of Node',
      remedy: 'Cast inputs to float32 in the model, or use the engine wasm.',
    },
  ],
]

const unknown: Kind = { code: 'SLP-S8', what: 'it failed', remedy: retry }
const nameless: Kind = {
  code: 'SLP-S8',
  what: 'it threw a number, which is an exception that its build cannot describe, often of memory',
  remedy: 'Use smaller batches; onnxruntime-node says more than onnxruntime-web.',
}

/** `doing` is what the message begins with, such as `run model`. */
export function translateError(thrown: string, doing: string): SlipwayError {
  const kind = kindOf(thrown)
  const node =
    /running (\w+) node\. Name:'([^']*)'/.exec(thrown) ?? /Node \(([^)]*)\) Op \((\w+)\)/.exec(thrown)
  const isRunning = thrown.includes(' node. Name:')
  const details: ErrorDetails = {
    remedy: kind.remedy,
    ...(node && { node: isRunning ? node[2]! : node[1]!, operator: isRunning ? node[1]! : node[2]! }),
  }
  const said = thrown.length > 500 ? `${thrown.slice(0, 500)}…` : thrown
  return new SlipwayError(
    kind.code,
    `Cannot ${doing} on ONNX Runtime: ${kind.what}, got ${JSON.stringify(said)}`,
    details,
  )
}

function kindOf(thrown: string): Kind {
  if (/^number -?\d+$/.test(thrown)) return nameless
  const special = messages.find(([pattern]) => pattern.test(thrown))
  if (special) return special[1]
  const status = /ERROR_CODE: (\d+)|\[ONNXRuntimeError\] : (\d+)/.exec(thrown)
  return statuses.get(Number(status?.[1] ?? status?.[2])) ?? unknown
}

/** What runtimes in use accept: IR versions, operator sets, operators. */
import { newestIrVersion, newestOpsets } from '../formats/onnx/versions.ts'
import { tryFindOp } from '../ops/registry.ts'

export interface Runtime {
  /** Such as `ort-1.30`. */
  readonly name: string
  readonly about: string
  readonly newestIrVersion: number
  /** The versions of operator sets that it accepts, by domain; `''` is ai.onnx. */
  readonly opsets: ReadonlyMap<string, readonly [oldest: number, newest: number]>
  /** Operators of other domains that it has by itself. */
  readonly hasOperator?: (domain: string, op: string) => boolean
}

/** ONNX Runtime reads ai.onnx from version 7 on, and has contributed operators of its own. */
function ortRuntime(version: string, ir: number, opset: number, ml: number): Runtime {
  return {
    name: `ort-${version}`,
    about: `ONNX Runtime ${version}`,
    newestIrVersion: ir,
    opsets: new Map([
      ['', [7, opset]],
      ['ai.onnx.ml', [1, ml]],
    ]),
    hasOperator: (domain) => domain === 'com.microsoft' || domain === 'com.ms.internal.nhwc',
  }
}

/** Versions of ONNX Runtime by the release of ONNX that each was built with (its documentation, "Compatibility"). */
export const runtimes: readonly Runtime[] = [
  {
    name: 'slipway',
    about: 'Slipway',
    newestIrVersion,
    opsets: new Map([...newestOpsets].map(([domain, newest]) => [domain, [1, newest] as const])),
    hasOperator: (domain, op) => tryFindOp(domain, op) !== undefined,
  },
  ortRuntime('1.30', 13, 26, 5),
  ortRuntime('1.20', 10, 21, 5),
  ortRuntime('1.17', 9, 20, 4),
  ortRuntime('1.14', 8, 18, 3),
]

/** The runtime that an engine of this name stands for. */
export function runtimeOfEngine(engine: string): Runtime | undefined {
  const name = engine.startsWith('native') ? 'ort-1.30' : 'slipway'
  return runtimes.find((one) => one.name === name)
}

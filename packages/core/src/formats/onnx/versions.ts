/** Which versions of the format and of the operator sets can be read, and which belong together. */
import { SlipwayError } from '../../base/errors.ts'
import type { OperatorSetIdProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { domainOf } from './read-context.ts'

/** Versions of operator sets by domain; `''` is ai.onnx. */
export type Opsets = ReadonlyMap<string, number>

export const newestIrVersion = 14

/** The newest version of each operator set that the ONNX project publishes. */
export const newestOpsets: Opsets = new Map([
  ['', 28],
  ['ai.onnx.ml', 5],
  ['ai.onnx.training', 1],
  ['ai.onnx.preview', 1],
  ['ai.onnx.preview.training', 1],
])

/** The IR version of the first release that had a version of ai.onnx (onnx, docs/Versioning.md): [opset, IR]. */
const irOfOpset: readonly (readonly [opset: number, ir: number])[] = [
  [28, 14],
  [25, 13],
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
  [10, 5],
  [9, 4],
  [1, 3],
]

/** The IR version that a model at a version of ai.onnx is published with. */
export function irVersionOf(opset: number): number {
  return irOfOpset.find(([from]) => opset >= from)?.[1] ?? 3
}

/** The version of ai.onnx that is written where nobody says otherwise: what most runtimes in use read. */
export const defaultOpset = 21

/** The first release of ai.onnx with each version of ai.onnx.ml (onnx, docs/Versioning.md): [opset, ml]. */
const mlOfOpset: readonly (readonly [opset: number, ml: number])[] = [
  [21, 5],
  [20, 4],
  [16, 3],
  [11, 2],
  [1, 1],
]

/** The version of a domain that a version of ai.onnx is published with. */
export function opsetPublishedWith(domain: string, opset: number): number {
  if (domain === 'ai.onnx.ml') return mlOfOpset.find(([from]) => opset >= from)?.[1] ?? 1
  return newestOpsets.get(domain) ?? 1
}

/** @throws SLP-F3 where the version is missing, SLP-F4 where it is newer than 14. */
export function checkIrVersion(irVersion: bigint): number {
  if (irVersion >= 1n && irVersion <= BigInt(newestIrVersion)) return Number(irVersion)
  if (irVersion <= 0n) {
    throw new SlipwayError('SLP-F3', `Cannot read ONNX file: ir_version must be set, got ${irVersion}`, {
      path: 'ir_version',
      remedy: 'The file is perhaps no ONNX model.',
    })
  }
  throw new SlipwayError(
    'SLP-F4',
    `Cannot read ONNX file: ir_version must be at most ${newestIrVersion}, got ${irVersion}`,
    {
      path: 'ir_version',
      remedy: 'Export the model with an older onnx package, or update Slipway.',
    },
  )
}

/**
 * The operator sets that a model or function imports.
 *
 * @throws SLP-F1 where a domain is imported at two versions, SLP-F4 for a version that is not known.
 */
export function readOpsets(imports: readonly OperatorSetIdProto[], path: string): Opsets {
  const opsets = new Map<string, number>()
  imports.forEach(({ domain, version }, i) => {
    const at = { path: `${path}[${i}]` }
    const name = domainOf(domain)
    const shown = name === '' ? 'ai.onnx' : quote(name)
    const newest = newestOpsets.get(name)
    if (version < (newest === undefined ? 0n : 1n) || version > BigInt(newest ?? 2 ** 31 - 1)) {
      const rule = `version of operator set ${shown} must lie in [1, ${newest ?? 2 ** 31 - 1}]`
      throw new SlipwayError('SLP-F4', `Cannot read ONNX file: ${rule}, got ${version}`, {
        ...at,
        remedy: 'Export the model at a version that Slipway knows.',
      })
    }
    const known = opsets.get(name)
    if (known !== undefined && known !== Number(version)) {
      const rule = `operator set ${shown} must be imported at one version`
      throw new SlipwayError('SLP-F1', `Cannot read ONNX file: ${rule}, got ${known} and ${version}`, at)
    }
    opsets.set(name, Number(version))
  })
  return opsets
}

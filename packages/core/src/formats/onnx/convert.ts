/**
 * An ONNX model at other operator sets. Functions of the model stay functions, and what the file says about itself
 * stays; ir_version follows the operator set.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import { convertFunction } from './convert-function.ts'
import type { ResolveExternal } from './external-data.ts'
import { functionText } from './function-table.ts'
import type { FunctionProto, ModelProto } from './onnx_pb.ts'
import { readModelProto } from './read.ts'
import { domainOf } from './read-context.ts'
import { newestOpsets, type Opsets, readOpsets } from './versions.ts'
import { withFields } from './with-fields.ts'
import { writeModel } from './write.ts'
import { writeMetadata } from './write-graph.ts'
import type { StoreExternal } from './write-tensor.ts'

export interface ConvertOptions {
  /** Version of ai.onnx; unless given, the lowest one from 21 on that holds every node as it is. */
  readonly opset?: number | undefined
  readonly resolveExternal?: ResolveExternal | undefined
  readonly storeExternal?: StoreExternal | undefined
  /** In the place of the model's own. */
  readonly metadata?: ReadonlyMap<string, string> | undefined
  readonly limits?: Limits | undefined
}

export interface Converted {
  readonly model: ModelProto
  /** What could not be kept as it was, in words. */
  readonly notes: readonly string[]
}

/** The format has functions from this version on, and overloads of them from the other. */
const functionIrVersion = 8
const overloadIrVersion = 10

/**
 * @example
 * const { model } = convertModel(parseModel(await readFile('model.onnx')), { opset: 13 })
 * Number(model.opsetImport[0].version) // 13
 *
 * @throws SLP-F4 for a version that does not exist, SLP-F7 for a node that the wanted version cannot say, and as
 * `readModelProto` does.
 */
export function convertModel(proto: ModelProto, options: ConvertOptions = {}): Converted {
  if (proto.functions.length === 0) return { model: convertMain(proto, options), notes: [] }
  try {
    // Calls of functions are then operators of domains that pass through.
    const main = convertMain(withFields(proto, { functions: [] }), options)
    const opsets = readOpsets(main.opsetImport, 'opset_import')
    const functions = proto.functions.map((one) => convertOne(one, proto, opsets, options))
    const least = functions.some(({ overload }) => overload !== '') ? overloadIrVersion : functionIrVersion
    const irVersion = main.irVersion < BigInt(least) ? BigInt(least) : main.irVersion
    return { model: withFields(main, { functions, irVersion }), notes: [] }
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    const note = `functions of the model were expanded: ${error.message}`
    return { model: convertMain(proto, options), notes: [note] }
  }
}

function convertMain(
  proto: ModelProto,
  { opset, metadata, storeExternal, resolveExternal, limits }: ConvertOptions,
): ModelProto {
  const read = readModelProto(proto, {
    ...(resolveExternal && { resolveExternal }),
    ...(limits && { limits }),
  })
  const others = [...read.opsets].filter(([domain]) => !newestOpsets.has(domain))
  const { graph, producer, domain, modelVersion, docString } = read
  return writeModel(graph, {
    ...(opset !== undefined && { opset }),
    opsets: new Map(others),
    ...(producer.name !== '' && { producer }),
    ...(domain !== '' && { domain }),
    ...(modelVersion !== 0n && { modelVersion }),
    ...(docString !== '' && { docString }),
    metadata: metadata ?? read.metadata,
    ...(storeExternal && { storeExternal }),
    ...(limits && { limits }),
  })
}

function convertOne(
  proto: FunctionProto,
  model: ModelProto,
  opsets: Opsets,
  options: ConvertOptions,
): FunctionProto {
  const own = proto.opsetImport.length > 0 ? proto.opsetImport : model.opsetImport
  const from = readOpsets(own, `function ${functionText(proto)}`)
  const wanted = new Map([...from].map(([domain, version]) => [domain, opsets.get(domain) ?? version]))
  return convertFunction(proto, { from, to: wanted, isCall: callsOf(model), limits: options.limits })
}

/** The model with other metadata. */
export function withMetadata(model: ModelProto, metadata: ReadonlyMap<string, string>): ModelProto {
  return withFields(model, { metadataProps: writeMetadata(metadata) })
}

/** Whether a node calls a function of the model. */
function callsOf({ functions }: ModelProto): (domain: string, op: string) => boolean {
  const names = new Set(functions.map((one) => JSON.stringify([domainOf(one.domain), one.name])))
  return (domain, op) => names.has(JSON.stringify([domainOf(domain), op]))
}

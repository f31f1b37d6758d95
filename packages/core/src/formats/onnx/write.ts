/** Graph → bytes of an ONNX file. Equal graphs and options give equal bytes. */
import { create, toBinary } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import type { ValueType } from '../../base/value.ts'
import type { Graph } from '../../ir/graph.ts'
import { inferGraph } from '../../ops/infer-graph.ts'
import { leastIrVersion } from './ir-version.ts'
import { lowerForExport } from './lower/choose.ts'
import { type ModelProto, ModelProtoSchema, OperatorSetIdProtoSchema } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { irVersionOf, newestIrVersion, type Opsets } from './versions.ts'
import { sortedEntries, writeGraph, writeMetadata } from './write-graph.ts'
import type { StoreExternal } from './write-tensor.ts'
import { checkText } from './write-text.ts'

export interface WriteOptions {
  /**
   * Version of ai.onnx: the graph is lowered to it exactly, function operators that it lacks expanded, or refused.
   * Unless given, the lowest one from 21 on that holds every node as it is.
   */
  readonly opset?: number
  /**
   * Versions of the other domains, and of ai.onnx where `opset` is not given. ONNX's own are the lowest ones from
   * those published with the version of ai.onnx on that hold every node as it is; others are 1.
   */
  readonly opsets?: Opsets
  /** At least what the graph needs; unless given, the one that goes with the opset. */
  readonly irVersion?: number
  readonly producer?: { readonly name: string; readonly version?: string }
  readonly domain?: string
  readonly modelVersion?: bigint
  readonly docString?: string
  readonly metadata?: ReadonlyMap<string, string>
  /** Takes weights out of the model; see writeOnnxFile of '@slipway/core/node'. */
  readonly storeExternal?: StoreExternal
  readonly limits?: Limits
}

/**
 * An ONNX file.
 *
 * @example
 * const b = graphBuilder({ name: 'twice' })
 * const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
 * const bytes = writeOnnx(b.build([b.node('Add', [x, x])]))
 *
 * @throws SLP-F3 where the type of an input or output is unknown, SLP-F4 for versions that do not exist or cannot
 * hold the graph, SLP-F7 for a node that the wanted version cannot say, SLP-L1 over 2 GiB - 1 bytes,
 * SLP-B1, SLP-B3, SLP-B4 for values that the format cannot hold.
 */
export function writeOnnx(graph: Graph, options: WriteOptions = {}): Uint8Array {
  return serializeModel(writeModel(graph, options), options.limits)
}

/** The bytes of a message, fields in ascending order; unknown fields come last in their message. Throws SLP-L1. */
export function serializeModel(proto: ModelProto, limits: Limits = defaultLimits): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = toBinary(ModelProtoSchema, proto)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SlipwayError(
      'SLP-B3',
      `Cannot write ONNX file: every field must hold its value, got ${reason}`,
      {
        cause,
      },
    )
  }
  if (bytes.length <= limits.fileBytes) return bytes
  throw new SlipwayError(
    'SLP-L1',
    `Cannot write ONNX file: it may have ${limits.fileBytes} bytes at most, got ${bytes.length}`,
    { remedy: 'Keep large weights as external data: see writeOnnxFile.' },
  )
}

/** The message of an ONNX file. Throws as writeOnnx does. */
export function writeModel(graph: Graph, options: WriteOptions = {}): ModelProto {
  const { graph: lowered, opsets } = lowerForExport(graph, options)
  const { producer = { name: 'slipway' }, domain, modelVersion, docString } = options
  const types = missingTypes(graph)
  return create(ModelProtoSchema, {
    irVersion: BigInt(chooseIrVersion(lowered, opsets, options.irVersion)),
    producerName: checkText(producer.name, 'producer name'),
    ...(producer.version !== undefined && {
      producerVersion: checkText(producer.version, 'producer version'),
    }),
    ...(domain !== undefined && { domain: checkText(domain, 'domain') }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(docString !== undefined && { docString: checkText(docString, 'documentation') }),
    graph: writeGraph(lowered, { types, storeExternal: options.storeExternal }),
    // The domain is written even where it is empty: readers ask for its presence.
    opsetImport: sortedEntries(opsets).map(([name, version]) =>
      create(OperatorSetIdProtoSchema, { domain: checkText(name, 'domain'), version: BigInt(version) }),
    ),
    metadataProps: writeMetadata(options.metadata),
  })
}

function chooseIrVersion(graph: Graph, opsets: Opsets, wanted: number | undefined): number {
  const least = leastIrVersion(graph)
  const version = wanted ?? Math.max(least, irVersionOf(opsets.get('')!))
  if (Number.isInteger(version) && version >= least && version <= newestIrVersion) return version
  const rule = `ir_version must lie in [${least}, ${newestIrVersion}] for this graph`
  throw new SlipwayError('SLP-F4', `Cannot write ONNX file: ${rule}, got ${version}`)
}

/** Types of outputs that are not declared, by inference. Throws SLP-F3 where a type stays unknown. */
function missingTypes(graph: Graph): ReadonlyMap<string, ValueType> {
  const need = (what: 'input' | 'output', name: string): never => {
    throw new SlipwayError(
      'SLP-F3',
      `Cannot write ONNX file: ${what} ${quote(name)} must have a type, got none`,
      {
        remedy: `Declare its type in the graph's types.`,
      },
    )
  }
  for (const name of graph.inputs) if (!graph.types.has(name)) need('input', name)
  const open = graph.outputs.filter((name) => !graph.types.has(name))
  if (open.length === 0) return new Map()
  // What an operator refuses shows as a missing type.
  const { facts } = inferGraph(graph, { onRefusal: () => {} })
  return new Map(open.map((name) => [name, facts.get(name)?.type ?? need('output', name)] as const))
}

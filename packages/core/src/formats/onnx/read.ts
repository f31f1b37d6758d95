/** Bytes of an ONNX file → Graph at the newest operator sets, functions inlined. */
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import type { Graph } from '../../ir/graph.ts'
import { checkExpansion, functionTable } from './function-table.ts'
import { expandFunctions, type Upgrade } from './functions.ts'
import type { ModelProto } from './onnx_pb.ts'
import { parseModel } from './parse.ts'
import type { ReadContext } from './read-context.ts'
import { readGraph, readMetadata } from './read-graph.ts'
import { type TensorReadOptions, tensorContext } from './tensor-context.ts'
import { upgradeGraph } from './upgrade/apply.ts'
import { checkIrVersion, type Opsets, readOpsets } from './versions.ts'

export interface ReadOptions extends TensorReadOptions {
  /**
   * True where the caller gives `bytes` away: weights that are not aligned in memory are then moved inside it by
   * a few bytes instead of being copied, and `bytes` is no ONNX file any more afterwards.
   */
  readonly mayOverwriteBytes?: boolean
  /** Brings the nodes to the newest operator sets; `upgradeGraph` unless given. `(graph) => graph` keeps them as they are. */
  readonly upgrade?: Upgrade
}

/** What an ONNX file says beside its graph. */
export interface OnnxModel {
  readonly graph: Graph
  readonly irVersion: number
  /** The operator sets that the file was written for, by domain; `''` is ai.onnx. */
  readonly opsets: Opsets
  readonly producer: { readonly name: string; readonly version: string }
  readonly domain: string
  readonly modelVersion: bigint
  readonly docString: string
  readonly metadata: ReadonlyMap<string, string>
  /** Calls of functions of the model that were replaced by their bodies. */
  readonly functionsInlined: number
}

/**
 * The graph of an ONNX file. Weights are views of `bytes` where they are aligned, so keep the bytes unchanged.
 *
 * @example
 * const graph = readOnnx(await readFile('model.onnx'))
 *
 * @throws SlipwayError SLP-F1 to SLP-F7 for a file that breaks the format, SLP-L1 to SLP-L6 over the limits,
 * SLP-X1 to SLP-X5 for external data, SLP-B2, SLP-B4, SLP-O1, SLP-O5, SLP-I4 for its types and functions.
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): Graph {
  return readModel(bytes, options).graph
}

/** The graph of an ONNX file and everything else the file says. Throws as readOnnx does. */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): OnnxModel {
  return readModelProto(parseModel(bytes, options.limits), options)
}

/** The same from a message. `mayOverwriteBytes` concerns the bytes that the message was parsed from. */
export function readModelProto(proto: ModelProto, options: ReadOptions = {}): OnnxModel {
  const { limits = defaultLimits, upgrade = upgradeGraph } = options
  const irVersion = checkIrVersion(proto.irVersion)
  const opsets = importsOf(proto, irVersion)
  if (!proto.graph)
    throw new SlipwayError('SLP-F3', 'Cannot read ONNX file: it must have a graph, got none', {
      path: 'graph',
    })
  const table = functionTable(proto.functions)
  if (table.functions.size > 0) checkExpansion(proto.graph.node, table, limits)
  const context: ReadContext = {
    tensors: tensorContext(options),
    mayMove: options.mayOverwriteBytes ?? false,
    callOf: table.keyOf,
  }
  const main = readGraph(proto.graph, context, 'graph')
  const { graph, calls } = expandFunctions(main, { table, context, opsets, upgrade })
  return {
    graph,
    irVersion,
    opsets,
    producer: { name: proto.producerName, version: proto.producerVersion },
    domain: proto.domain,
    modelVersion: proto.modelVersion,
    docString: proto.docString,
    metadata: readMetadata(proto.metadataProps).metadata ?? new Map(),
    functionsInlined: calls,
  }
}

function importsOf({ opsetImport }: ModelProto, irVersion: number): Opsets {
  const opsets = readOpsets(opsetImport, 'opset_import')
  // Before IR version 3 there was one operator set, and no way to name it.
  if (irVersion < 3 && opsets.size === 0) return new Map([['', 1]])
  if (opsets.size === 0) {
    const rule = 'opset_import must name the operator sets of the model'
    throw new SlipwayError('SLP-F3', `Cannot read ONNX file: ${rule}, got none`, { path: 'opset_import' })
  }
  return opsets
}

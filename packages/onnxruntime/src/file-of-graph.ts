/** Graphs and files in the form that ONNX Runtime reads. */
import { type Graph, parseModel, SlipwayError, serializeModel, writeModel } from '@slipway/core'
import { runtimeOfEngine } from '@slipway/core/verify'

/** Operator sets to try where the one that holds every node as it is, is too new; the runtime knows most of 21. */
const fallbacks: readonly number[] = [21, 22, 23, 24, 25, 26]

/**
 * An ONNX file for the runtime: at the lowest operator set from 21 on that holds the graph as it is, lowered where that
 * is newer than what the runtime reads. Throws SLP-F7 where no operator set that it reads can say what the graph says.
 */
export function fileOfGraph(graph: Graph): Uint8Array {
  const target = runtimeOfEngine('native')!
  const newest = target.opsets.get('')![1]
  const model = writeModel(graph)
  const own = model.opsetImport.find(({ domain }) => domain === '')?.version ?? 0n
  if (own <= newest && model.irVersion <= target.newestIrVersion) return serializeModel(model)
  let refusal: unknown
  for (const opset of fallbacks) {
    try {
      const lowered = writeModel(graph, { opset })
      if (lowered.irVersion <= target.newestIrVersion) return serializeModel(lowered)
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error
      refusal = error
    }
  }
  throw (
    refusal ??
    new SlipwayError(
      'SLP-F4',
      `Cannot write graph "${graph.name}" for ONNX Runtime: it needs IR version ${target.newestIrVersion} at most, got ${model.irVersion}`,
    )
  )
}

/** The file with more outputs: values that its nodes make. Their types are for the runtime to infer. */
export function withOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const model = parseModel(bytes)
  const { graph } = model
  if (!graph) return bytes
  const known = new Set(graph.output.map(({ name }) => name))
  const made = new Set(graph.node.flatMap(({ output }) => output))
  const template = graph.output[0]
  for (const name of names) {
    if (known.has(name)) continue
    if (!template || !made.has(name))
      throw new SlipwayError('SLP-S5', `Cannot return output: a node of the file must make it, got "${name}"`)
    const { name: _, type: __, ...rest } = template
    graph.output.push({ ...rest, name })
  }
  return serializeModel(model)
}

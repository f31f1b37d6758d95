/** Runs one test folder: every data set, every output compared with the expected one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  compileGraph,
  type Graph,
  prepareGraph,
  readOnnx,
  readValue,
  type Value,
  type ValueType,
} from '@slipway/core'
import { difference } from '@slipway/core/testing'

interface Prepared {
  run(inputs: ReadonlyMap<string, Value>): ReadonlyMap<string, Value>
  /** Nodes that reference kernels ran. */
  onHost(): number
}

const prepare: Readonly<Record<string, (graph: Graph) => Prepared>> = {
  reference: (graph) => ({ run: prepareGraph(graph), onHost: () => graph.nodes.length }),
  wasm(graph) {
    const { run, report } = compileGraph(graph)
    return { run, onHost: () => Math.min(graph.nodes.length, report().fallbacks.length) }
  },
}

/** Nodes of all folders, and those of them that reference kernels ran. */
export interface NodeCount {
  all: number
  onHost: number
}

export const engines: readonly string[] = Object.keys(prepare)

/** Why the folder fails, or undefined where it passes. */
export function runFolder(folder: string, engine: string, nodes: NodeCount): string | undefined {
  try {
    const graph = readOnnx(readFileSync(join(folder, 'model.onnx')))
    const sets = readdirSync(folder).filter((name) => name.startsWith('test_data_set_'))
    if (sets.length === 0) return 'the folder has no test data'
    const { run, onHost } = prepare[engine]!(graph)
    for (const set of sets) {
      const read = (name: string, file: string): Value =>
        readValue(readFileSync(join(folder, set, file)), typeOf(graph.types, name))
      const inputs = new Map(graph.inputs.map((name, i) => [name, read(name, `input_${i}.pb`)]))
      const got = run(inputs)
      for (const [i, name] of graph.outputs.entries()) {
        const why = difference(got.get(name)!, read(name, `output_${i}.pb`))
        if (why) return `${set}, output ${name}: ${why}`
      }
    }
    nodes.all += graph.nodes.length
    nodes.onHost += onHost()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function typeOf(types: ReadonlyMap<string, ValueType>, name: string): ValueType {
  return types.get(name) ?? { kind: 'tensor', dtype: 'float32' }
}

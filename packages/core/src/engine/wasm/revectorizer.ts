/**
 * Turns V8's re-vectoriser on, where it passes a test: a sample of kernels, compiled with it, has to give the bits that
 * they give without. Workers that test at the same time share the switches, so that one of them may test less.
 */
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import type { Target } from '../../kernel/target.ts'
import { optimize } from '../../passes/index.ts'
import type { VectorSwitch } from '../../platform/types.ts'
import { hasSharedMemory } from '../../wasm/index.ts'
import type { Revectorizer } from '../engine.ts'
import { openMachine } from './machine.ts'
import { openModel } from './model.ts'
import { sampleGraph, sampleInputs } from './sample-graph.ts'

/** Results by name. A memory that is shared makes other modules: V8 would not compile equal ones again. */
export type Sample = (target: Target, isShared: boolean) => ReadonlyMap<string, Value>

/** What the re-vectoriser is best at. */
const widestTile = { rows: 4, vectors: 4 }

/** Leaves the re-vectoriser on, or says why it is off. */
export function tryRevectorizer(
  relaxed: boolean,
  offered: VectorSwitch | string,
  sample: Sample = runSample,
): Revectorizer {
  if (typeof offered === 'string') return { isOn: false, reason: offered }
  if (!hasSharedMemory()) return { isOn: false, reason: 'it cannot be tested without shared memory' }
  const target: Target = { relaxed, tile: widestTile }
  const expected = sample(target, false)
  offered.widen(true)
  const why = differs(expected, () => tryWell(offered, () => sample(target, true)))
  if (why === undefined) return { isOn: true }
  offered.widen(false)
  return { isOn: false, reason: why }
}

function tryWell<T>(offered: VectorSwitch, work: () => T): T {
  offered.compileWell(true)
  try {
    return work()
  } finally {
    offered.compileWell(false)
  }
}

function differs(expected: ReadonlyMap<string, Value>, run: () => ReadonlyMap<string, Value>) {
  try {
    const got = run()
    const odd = [...expected].find(([name, value]) => !isSame(value, got.get(name)!))
    return odd && `its self-test gave another ${odd[0]}`
  } catch (error) {
    return `its self-test failed: ${error instanceof Error ? error.message : error}`
  }
}

/** NaN is like NaN, and 0 is not like -0. */
function isSame(one: Value, other: Value): boolean {
  const [a, b] = [one as Tensor, other as Tensor] // the sample has no other values
  return a.data.length === b.data.length && a.data.every((value, i) => Object.is(value, b.data[i]))
}

function runSample(target: Target, isShared: boolean): ReadonlyMap<string, Value> {
  const graph = sampleGraph()
  const machine = openMachine({ target, isShared, poll: () => 0 })
  const model = openModel(machine, graph, {
    threads: 1,
    planBytes: 0,
    optimize: (given) => optimize(given).graph,
    checkCancelled: () => {},
  })
  return model.run({ inputs: sampleInputs(), outputs: graph.outputs })
}

/** Whether a model is so small that running it costs less than handing it to another thread. */
import { type Graph, inferGraph, type SymbolicDim, type Tensor, tensorByteLength } from '@slipway/core'
import type { ServedTensor } from '../oip/served-tensor.ts'
import { countElements, zeroInputs } from './zero-inputs.ts'

/** More nodes would keep the front thread while they are compiled for it. */
const mostNodes = 64
/** More would do so while they are packed. */
const mostWeightBytes = 2 ** 20

/**
 * True for a graph whose work is bounded by the sizes of its inputs: without bodies, which may loop, and without
 * values whose sizes depend on the elements of others.
 */
export function isBounded(graph: Graph): boolean {
  if (graph.nodes.length > mostNodes || weightBytes(graph) > mostWeightBytes) return false
  if (graph.nodes.some(({ attributes }) => [...attributes.values()].some(isBody))) return false
  const { facts } = inferGraph(graph, { onRefusal: () => {} })
  const given = new Set(graph.inputs.flatMap((name) => sizeNames(facts.get(name)?.type) ?? []))
  const values = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))
  return values.every((name) => sizeNames(facts.get(name)?.type)?.every((size) => given.has(size)))
}

const isBody = ({ kind }: { readonly kind: string }): boolean => kind === 'graph' || kind === 'graphs'

function weightBytes({ constants }: Graph): number {
  return [...constants.values()].reduce((sum, value) => sum + tensorByteLength(value), 0)
}

type KnownType = Graph['types'] extends ReadonlyMap<string, infer T> ? T : never

/** Names in the sizes of a tensor; undefined for what has no known rank. */
function sizeNames(type: KnownType | undefined): string[] | undefined {
  if (type?.kind !== 'tensor' || !type.shape) return undefined
  return type.shape.flatMap((size) => (typeof size === 'number' ? [] : namesOf(size)))
}

function namesOf({ terms }: SymbolicDim): string[] {
  return terms.flatMap(({ atoms }) =>
    atoms.flatMap((atom) => {
      if (atom.kind === 'name') return [atom.text]
      return [atom.of, atom.by].flatMap((size) => (typeof size === 'number' ? [] : namesOf(size)))
    }),
  )
}

export interface Probe {
  readonly inputs: readonly ServedTensor[]
  run(inputs: ReadonlyMap<string, Tensor>): void
  readonly nowMs: () => number
}

const coldRuns = 12
const timedRuns = 9
/** Tries with more elements would say nothing that smaller ones do not. */
const mostElements = 2 ** 20
/** Handing inputs over means to copy them and to read them on another processor, so the work may take as much longer. */
const handoverMsPerByte = 6e-7

/** Elements of all inputs up to which a run takes about `boundMs`; 0 where no run does, or zeros are refused. */
export function measureInline(probe: Probe, boundMs: number): number {
  let elements = 0
  try {
    for (let batch = 1, runs = coldRuns; ; batch *= 2, runs = 2) {
      const inputs = zeroInputs(probe.inputs, batch)
      const count = countElements(inputs.values())
      if (count > mostElements || (batch > 1 && count <= elements)) return elements
      for (let run = 0; run < runs; run++) probe.run(inputs)
      if (medianMs(probe, inputs) > boundMs + bytesOf(inputs) * handoverMsPerByte) return elements
      elements = Math.max(1, count)
    }
  } catch {
    return elements
  }
}

function bytesOf(inputs: ReadonlyMap<string, Tensor>): number {
  return [...inputs.values()].reduce((sum, value) => sum + tensorByteLength(value), 0)
}

function medianMs({ run, nowMs }: Probe, inputs: ReadonlyMap<string, Tensor>): number {
  const times = Array.from({ length: timedRuns }, () => {
    const startMs = nowMs()
    run(inputs)
    return nowMs() - startMs
  })
  return times.sort((a, b) => a - b)[timedRuns >> 1]!
}

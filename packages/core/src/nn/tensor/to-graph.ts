/** The graph of what tensors were computed from. */
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import { type GraphBuilder, graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import type { VariableCell } from '../variable-cell.ts'
import type { Cell, TraceNode } from './origin.ts'

export interface TracedGraph {
  readonly graph: Graph
  /** The name of a cell's value in the graph; undefined for a cell that is not in it. */
  nameOf(cell: Cell): string | undefined
  /** Cells by the names of their values. */
  readonly cells: ReadonlyMap<string, Cell>
  /** Variables that are inputs of the graph, by name. */
  readonly variables: ReadonlyMap<string, VariableCell>
}

export interface ToGraphOptions {
  readonly name?: string
  /** Inputs of the graph in this order, whether anything reads them or not; others follow. */
  readonly inputs?: readonly Cell[]
  /** Names of outputs, in order. */
  readonly outputNames?: readonly string[]
  /** What a variable's value is: an input of the graph unless given, or a constant with this value. */
  readonly constantOf?: (variable: VariableCell) => HostTensor | undefined
}

/** Data becomes constants, variables and inputs of traced functions become inputs. */
export function toGraph(outputs: readonly Cell[], options: ToGraphOptions = {}): TracedGraph {
  const b = graphBuilder({ name: options.name ?? 'traced' })
  const book: Book = {
    b,
    options,
    names: new Map(),
    nodes: new Map(),
    cells: new Map(),
    variables: new Map(),
    wanted: new Map(),
  }
  options.outputNames?.forEach((name, i) => {
    const cell = outputs[i]!
    if (cell.origin.kind === 'node') book.wanted.set(cell, name)
  })
  for (const cell of options.inputs ?? []) enter(book, cell)
  for (const cell of inOrder(outputs)) enter(book, cell)
  const nameOf = (cell: Cell) => book.names.get(keyOf(cell))
  const graph = b.build(outputs.map((cell) => nameOf(cell)!))
  return { graph, nameOf, cells: book.cells, variables: book.variables }
}

interface Book {
  readonly b: GraphBuilder
  readonly options: ToGraphOptions
  readonly names: Map<unknown, string>
  readonly nodes: Map<TraceNode, readonly string[]>
  readonly cells: Map<string, Cell>
  readonly variables: Map<string, VariableCell>
  readonly wanted: Map<Cell, string>
}

/** Cells of one variable are one value. */
function keyOf(cell: Cell): unknown {
  return cell.origin.kind === 'variable' ? cell.origin.variable : cell
}

/** All cells that the outputs need, each after what it was computed from. Without recursion: chains may be long. */
function inOrder(outputs: readonly Cell[]): readonly Cell[] {
  const done = new Set<Cell>()
  const stack: { readonly cell: Cell; isOpen: boolean }[] = [...outputs]
    .reverse()
    .map((cell) => ({ cell, isOpen: false }))
  while (stack.length > 0) {
    const top = stack.at(-1)!
    if (done.has(top.cell)) {
      stack.pop()
      continue
    }
    if (top.isOpen || top.cell.origin.kind !== 'node') {
      stack.pop()
      done.add(top.cell)
      continue
    }
    top.isOpen = true
    for (const input of [...top.cell.origin.node.inputs].reverse()) {
      if (input && !done.has(input)) stack.push({ cell: input, isOpen: false })
    }
  }
  return [...done]
}

function enter(book: Book, cell: Cell): void {
  const key = keyOf(cell)
  if (book.names.has(key)) return
  const name = nameIn(book, cell)
  book.names.set(key, name)
  book.cells.set(name, cell)
}

function nameIn(book: Book, cell: Cell): string {
  const { b, options } = book
  const { origin } = cell
  switch (origin.kind) {
    case 'data':
      return b.constant(origin.value, b.fresh('data'))
    case 'input':
      return b.input(b.fresh(origin.name), cell.fact.type)
    case 'variable': {
      const { variable } = origin
      const value = options.constantOf?.(variable)
      const name = b.fresh(variable.name || 'variable')
      if (value) return b.constant(value, name)
      book.variables.set(name, variable)
      return b.input(name, cell.fact.type)
    }
    case 'node':
      return outputsOf(book, origin.node, cell, origin.index)[origin.index]!
    default:
      return origin satisfies never
  }
}

function outputsOf(book: Book, node: TraceNode, cell: Cell, index: number): readonly string[] {
  const known = book.nodes.get(node)
  if (known) return known
  const { b } = book
  const outputs = Array.from({ length: node.outputCount }, (_, i) => {
    const wanted = i === index ? book.wanted.get(cell) : undefined
    return wanted ?? b.fresh(node.name || node.op)
  })
  b.nodes(
    node.op,
    node.inputs.map((input) => input && book.names.get(keyOf(input))),
    Object.fromEntries(node.attributes),
    { domain: node.domain, name: node.name, outputs, metadata: node.metadata },
  )
  book.nodes.set(node, outputs)
  return outputs
}

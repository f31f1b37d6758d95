/**
 * Finds a pattern at a node, with backtracking over commutative orders and alternatives. A search that fails can say
 * how far it came.
 */
import { dtypeInfo } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { widen } from '../base/wide.ts'
import { type Node, nodeLabel, operatorText } from '../ir/graph.ts'
import { attributeOf } from './attributes.ts'
import type { GraphView } from './graph-view.ts'
import type { AttributeTest, NodePattern, Pattern } from './pattern.ts'

/** What a pattern captured. */
export interface Bindings {
  readonly nodes: ReadonlyMap<string, Node>
  /** Values by name; an optional input that is omitted is absent. */
  readonly values: ReadonlyMap<string, string>
  /** All nodes of the match, the root first. */
  readonly matched: readonly Node[]
}

/** Told why a branch of the search ended: how many nodes had matched, where, and what was missing. */
export type OnMiss = (matched: number, node: Node | undefined, reason: string) => void

type Next = (bindings: Bindings) => Bindings | undefined

interface Search {
  readonly view: GraphView
  readonly onMiss: OnMiss
}

const noMiss: OnMiss = () => {}

/** The captures of a pattern whose root is `node`; undefined where it does not match. */
export function matchPattern(
  root: NodePattern,
  node: Node,
  view: GraphView,
  onMiss: OnMiss = noMiss,
): Bindings | undefined {
  const empty: Bindings = { nodes: new Map(), values: new Map(), matched: [] }
  return matchNode(root, node, empty, (bindings) => bindings, { view, onMiss })
}

/** True where a pattern could start at a node of this operator, by name. */
export function rootsOf(root: NodePattern, view: GraphView): readonly Node[] {
  return root.operators ? root.operators.flatMap((operator) => view.nodesOf(operator)) : view.graph.nodes
}

function matchValue(
  p: Pattern,
  value: string,
  b: Bindings,
  next: Next,
  search: Search,
): Bindings | undefined {
  const { view, onMiss } = search
  const miss = (reason: string): undefined => void onMiss(b.matched.length, b.matched.at(-1), reason)
  switch (p.kind) {
    case 'value':
    case 'optional':
      if (value === '') return p.kind === 'optional' ? next(b) : miss(`an input ("${p.as}") must be given`)
      return bind(p.as, value, b, next, miss)
    case 'constant': {
      const tensor = value === '' ? undefined : view.constant(value)
      if (!tensor) return miss(`"${value}" must be a constant that no caller can replace`)
      const flaw = p.flaw(tensor)
      return flaw === undefined ? bind(p.as, value, b, next, miss) : miss(`"${value}" ${flaw}`)
    }
    case 'number': {
      const tensor = value === '' ? undefined : view.constant(value)
      return tensor && isNumber(tensor, p.value)
        ? next(b)
        : miss(`"${value}" must be the constant ${p.value}`)
    }
    case 'either':
      return firstOf(p.options, (option) => matchValue(option, value, b, next, search))
    case 'node': {
      const node = value === '' ? undefined : view.producer(value)
      if (!node) return miss(`"${value}" must come from ${p.about}, got no node`)
      if (node.outputs[p.output] !== value) return miss(`"${value}" must be output ${p.output} of ${p.about}`)
      return matchNode(p, node, b, next, search)
    }
    default:
      return p satisfies never
  }
}

function bind(
  as: string,
  value: string,
  b: Bindings,
  next: Next,
  miss: (reason: string) => undefined,
): Bindings | undefined {
  const before = b.values.get(as)
  if (before === value) return next(b)
  if (before !== undefined) return miss(`"${value}" must be the same value as "${before}"`)
  return next({ ...b, values: new Map(b.values).set(as, value) })
}

function matchNode(
  p: NodePattern,
  node: Node,
  b: Bindings,
  next: Next,
  search: Search,
): Bindings | undefined {
  const { view, onMiss } = search
  const miss = (reason: string): undefined => void onMiss(b.matched.length, node, reason)
  const definition = view.op(node)
  if (
    !definition ||
    (p.operators && !p.operators.includes(operatorText(node))) ||
    !p.accepts(definition, node)
  ) {
    return miss(`"${nodeLabel(node)}" must be ${p.about}, got ${operatorText(node)}`)
  }
  for (const [name, test] of Object.entries(p.attributes)) {
    if (!passes(test, attributeOf(node, name))) {
      return miss(`attribute ${name} of ${operatorText(node)} must fit, got ${text(attributeOf(node, name))}`)
    }
  }
  if (!p.open && node.inputs.slice(p.inputs.length).some((name) => name !== '')) {
    return miss(
      `${operatorText(node)} must have at most ${p.inputs.length} inputs, got ${node.inputs.length}`,
    )
  }
  const nodes = p.as === undefined ? b.nodes : new Map(b.nodes).set(p.as, node)
  const here: Bindings = { ...b, nodes, matched: [...b.matched, node] }
  const inputs = p.inputs.map((_, i) => node.inputs[i] ?? '')
  const swaps = definition.traits.has('commutative') && p.inputs.length === 2 && !p.open
  const orders = swaps && inputs[0] !== inputs[1] ? [inputs, [inputs[1]!, inputs[0]!]] : [inputs]
  return firstOf(orders, (order) => matchInputs(p.inputs, order, 0, here, next, search))
}

function matchInputs(
  patterns: readonly Pattern[],
  values: readonly string[],
  at: number,
  b: Bindings,
  next: Next,
  search: Search,
): Bindings | undefined {
  const p = patterns[at]
  if (!p) return next(b)
  return matchValue(
    p,
    values[at]!,
    b,
    (found) => matchInputs(patterns, values, at + 1, found, next, search),
    search,
  )
}

function firstOf<T>(list: readonly T[], run: (item: T) => Bindings | undefined): Bindings | undefined {
  for (const item of list) {
    const found = run(item)
    if (found) return found
  }
  return undefined
}

function passes(test: AttributeTest, value: unknown): boolean {
  if (typeof test === 'function') return test(value)
  if (typeof test === 'number' || typeof test === 'string') return test === value
  return Array.isArray(value) && value.length === test.length && test.every((item, i) => item === value[i])
}

const text = (value: unknown): string => (Array.isArray(value) ? `[${value}]` : String(value))

/** Decimals in exporters' source are rounded to the model's type, some of them twice. */
const slack: Readonly<Record<string, number>> = { float64: 2 ** -50, float32: 2 ** -21, float16: 2 ** -9 }

/** True for a tensor whose one element is `wanted`, as far as its type can tell. */
export function isNumber(tensor: Tensor, wanted: number): boolean {
  if (elementCount(tensor.shape) !== 1 || dtypeInfo(tensor.dtype).kind === 'string') return false
  const element = Number(widen(tensor).data[0])
  if (Object.is(element, wanted)) return true
  const tolerance = dtypeInfo(tensor.dtype).kind === 'float' ? (slack[tensor.dtype] ?? 2 ** -6) : 0
  return wanted !== 0 && Math.abs(element - wanted) <= tolerance * Math.abs(wanted)
}
